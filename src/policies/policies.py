"""All policies of a process, and the follower that reads the log for them."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import datetime
from threading import Event as Flag

from commands.command import CommandContext
from policies.policy import Policy, PolicyProcessor
from projections.read_models import ReadModels
from store import Position, Recorded
from subscriptions.feed import EventFeed
from subscriptions.follower import Follower, Outcome, Work, first_lines
from subscriptions.leader_lock import LeaderLock

LINGER = 0.02
"""The seconds of events that are handled together."""


class Policies:
    """The policies and their follower, in one process at a time.

    Each policy acts in a thread of its own, so none waits for another's act.
    """

    name = "policies"

    def __init__(
        self,
        policies: Iterable[Policy],
        *,
        context: CommandContext,
        read_models: ReadModels,
        feed: EventFeed,
        lock: LeaderLock,
        clock: Callable[[], datetime],
    ) -> None:
        self._store = context.store
        self._lock = lock
        self._stopping = Flag()
        self._processors = {
            policy.name: PolicyProcessor(
                policy, context, read_models, clock, self._stopping
            )
            for policy in policies
        }
        self.names = tuple(self._processors)
        self._follower = Follower(self, feed, lock, self._tick, linger=LINGER)

    @property
    def errors(self) -> Mapping[str, str]:
        """The error of each policy that fails now; each is tried again until it succeeds."""
        ticks = {each.name: each.error for each in self._processors.values()}
        return {**first_lines(ticks), **self._follower.errors}

    @property
    def refusals(self) -> Mapping[str, int]:
        """The number of refused commands of each policy since this process started."""
        return {name: each.refusals for name, each in self._processors.items()}

    def start(self) -> None:
        self._follower.start()

    def stop(self) -> None:
        """Stop after the present acts, and let another process take over."""
        self._stopping.set()
        self._follower.stop()
        for processor in self._processors.values():
            processor.close()
        self._lock.release()

    def wait_for(self, position: Position, timeout: float) -> bool:
        """Wait up to so many seconds; tell whether all policies have acted so far."""
        return self._follower.wait_for(position, timeout)

    def behind(self) -> dict[str, tuple[Position, Position]]:
        """Return each policy's position, with the head of the log."""
        reached = self._follower.positions()
        # Read last, so that no policy seems to be ahead.
        head = self._store.head()
        return {name: (position, head) for name, position in reached.items()}

    def checkpoints(self) -> Mapping[str, Position]:
        """Read each policy's checkpoint; 0 if it has not begun."""
        stored = self._store.checkpoints()
        return {name: stored.get(name, 0) for name in self.names}

    def handle(
        self, names: Sequence[str], after: Position, batch: Sequence[Recorded]
    ) -> Mapping[str, Outcome | Work]:
        """Let each of these policies act on the events that it handles."""
        return {name: self._processors[name].handle(after, batch) for name in names}

    def _tick(self) -> None:
        """Store the checkpoints of policies that had nothing to do, and run what is due."""
        processors = self._processors.values()
        reached = {
            each.name: each.position
            for each in processors
            if each.is_idle and each.stored < each.position
        }
        if reached:
            self._store.set_checkpoints(reached)
        for each in processors:
            each.stored = max(each.stored, reached.get(each.name, 0))
            each.tick()
