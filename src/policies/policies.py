"""All policies of a process, each with a follower of its own."""

from collections.abc import Callable, Iterable, Mapping
from datetime import datetime
from itertools import chain
from threading import Event as Flag
from time import monotonic

from commands.command import CommandContext
from policies.policy import Policy, PolicyProcessor
from projections.read_models import ReadModels
from store import Position, Recorded
from subscriptions.feed import EventFeed
from subscriptions.follower import Alone, Follower
from subscriptions.leader_lock import LeaderLock


class Policies:
    """The policies and the followers that act for them, in one process at a time."""

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
        self._context = context
        self._lock = lock
        self._stopping = Flag()
        self._processors: list[PolicyProcessor] = []
        self._followers: list[Follower[Recorded]] = []
        for policy in policies:
            processor = PolicyProcessor(
                policy, context, read_models, clock, self._stopping
            )
            self._processors.append(processor)
            self._followers.append(
                Follower(Alone(processor), feed, lock, processor.tick)
            )

    @property
    def errors(self) -> Mapping[str, str]:
        """The error of each policy that fails now; each is tried again until it succeeds."""
        return dict(chain.from_iterable(f.errors.items() for f in self._followers))

    @property
    def refusals(self) -> Mapping[str, int]:
        """How many commands of each policy were refused since this process started."""
        return {processor.name: processor.refusals for processor in self._processors}

    def start(self) -> None:
        for follower in self._followers:
            follower.start()

    def stop(self) -> None:
        """Stop after the acts at hand, and let another process take over."""
        self._stopping.set()
        for follower in self._followers:
            follower.stop()
        self._lock.release()

    def wait_for(self, position: Position, timeout: float) -> bool:
        """Tell whether all have acted so far, after so many seconds at most."""
        until = monotonic() + timeout
        return all(f.wait_for(position, until - monotonic()) for f in self._followers)

    def behind(self) -> dict[str, tuple[Position, Position]]:
        """Give how far each has read, and the head of the log."""
        reached = dict(
            chain.from_iterable(f.positions().items() for f in self._followers)
        )
        # After that, so that nobody seems to be ahead.
        head = self._context.store.head()
        return {name: (position, head) for name, position in reached.items()}
