"""The interface of a policy: the events that it reacts to, and the commands it sends."""

from collections.abc import Callable, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass
from datetime import datetime
from threading import Event as Flag
from time import monotonic
from typing import Any, TypeAlias

import structlog

from access.policy import send
from aggregates.errors import Refusal
from commands.command import Command, CommandContext, CommandResult
from events.centres.user import Role
from events.event import Event
from projections.read_models import ReadModels
from store import Actor, AlreadyDone, Once, Position, Recorded
from subscriptions.follower import FIRST_PAUSE, LONGEST_PAUSE, Work, complain

CHANNEL = "machine"

Act: TypeAlias = Callable[[Recorded, CommandContext, ReadModels], None]
Tick: TypeAlias = Callable[[datetime, CommandContext, ReadModels], None]

logger = structlog.get_logger()


@dataclass(frozen=True, kw_only=True)
class Policy:
    """When an event of ``on`` is recorded, ``act`` on it; call ``tick`` about each second.

    Both may be called again for the same thing after a crash; the actor of each command
    makes its effect happen only once. An act must be short, so that others get their turn:
    long work does one part at a time, and the event of a finished part triggers the next.

    A ``Refusal`` is an answer: it is logged and counted, and the policy goes on to the next
    event. Any other exception is a failure: the act is tried again until it succeeds.
    """

    name: str
    on: tuple[type[Event], ...] = ()
    act: Act | None = None
    tick: Tick | None = None

    def actor(self, recorded: Recorded, step: str = "") -> Actor:
        """Make the actor of a command that this event causes; ``step`` names one of several."""
        key = f"{recorded.position}:{step}" if step else f"{recorded.position}"
        return Actor(
            user=self._user,
            role=Role.SERVICE,
            centre=None,
            channel=CHANNEL,
            request=recorded.correlation,
            cause=recorded.position,
            once=Once(scope=self._user, key=key),
        )

    def actor_for(self, what: str) -> Actor:
        """Make the actor of a command that is due; ``what`` names the act, which happens once."""
        return Actor(
            user=self._user,
            role=Role.SERVICE,
            centre=None,
            channel=CHANNEL,
            once=Once(scope=self._user, key=what),
        )

    @property
    def _user(self) -> str:
        return f"policy:{self.name}"


def send_once(command: Command, context: CommandContext) -> CommandResult | None:
    """Send a policy's command; None if it was done before."""
    try:
        return send(command, context)
    except AlreadyDone:
        return None
    except Refusal:
        # A command that was done before is often refused before the append.
        if _is_done(context, command.by.once):
            return None
        raise


def _is_done(context: CommandContext, once: Once | None) -> bool:
    return once is not None and bool(
        context.store.find_reservations(once.scope, [once.key])
    )


class PolicyProcessor:
    """Runs a policy in a thread of its own, which starts with the first work.

    Its checkpoint is stored after each act; without acts, each second.
    """

    def __init__(
        self,
        policy: Policy,
        context: CommandContext,
        read_models: ReadModels,
        clock: Callable[[], datetime],
        stopping: Flag,
    ) -> None:
        self.name = policy.name
        self.refusals = 0
        self.position: Position = 0
        self.stored: Position = 0
        self.error: Exception | None = None
        """What its tick fails at, at this moment."""
        self._policy = policy
        self._context = context
        self._read_models = read_models
        self._clock = clock
        self._stopping = stopping
        self._worker = ThreadPoolExecutor(1, f"policy {policy.name}")
        self._work: Future[Any] | None = None
        self._tick_at, self._pause = 0.0, FIRST_PAUSE

    @property
    def is_idle(self) -> bool:
        return self._work is None or self._work.done()

    def handle(self, after: Position, batch: Sequence[Recorded]) -> Position | Work:
        """Act on the policy's events in its thread; if there are none, only move on."""
        self.position = after
        end = batch[-1].position
        concerned = [r for r in batch if isinstance(r.event, self._policy.on)]
        if self._policy.act is not None and concerned:
            work = self._worker.submit(self._act_on, self._policy.act, concerned, end)
            self._work = work
            return work
        self.position = end
        return end

    def tick(self) -> None:
        """Run what is due in the policy's thread, unless that is at work."""
        if self._policy.tick and self.is_idle and monotonic() >= self._tick_at:
            self._work = self._worker.submit(self._run_tick, self._policy.tick)

    def close(self) -> None:
        """Wait until the present act is done."""
        self._worker.shutdown()

    def _act_on(self, act: Act, batch: Sequence[Recorded], end: Position) -> Position:
        """Act on each event, and store the checkpoint after it."""
        for recorded in batch:
            if self._stopping.is_set():
                return self.position
            self._act(act, recorded)
            self.position = self.stored = recorded.position
            self._context.store.set_checkpoints({self.name: self.position})
        self.position = end
        return end

    def _run_tick(self, tick: Tick) -> None:
        try:
            tick(self._clock(), self._context, self._read_models)
        except Exception as error:  # noqa: BLE001 - it is logged, and tried again
            self.error = error
            self._tick_at = monotonic() + self._pause
            self._pause = min(self._pause * 2, LONGEST_PAUSE)
            complain(self.name, self.position, error)
        else:
            if self.error is not None:
                logger.info("follower healed", name=self.name, at=self.position)
            self.error, self._pause = None, FIRST_PAUSE

    def _act(self, act: Act, recorded: Recorded) -> None:
        try:
            act(recorded, self._context, self._read_models)
        except AlreadyDone as done:
            if done.held.key != str(recorded.position):
                raise  # Only one step of several: the later ones have not been tried.
        except Refusal as refusal:
            if _is_done(self._context, self._policy.actor(recorded).once):
                return
            self.refusals += 1
            logger.error(  # noqa: TRY400 - an answer, not a fault: no trace
                "policy refused",
                policy=self.name,
                position=recorded.position,
                fact=recorded.event.topic,
                refusal=str(refusal),
            )
