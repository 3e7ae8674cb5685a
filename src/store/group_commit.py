"""Group commit: appends that wait at the same time are committed in one transaction."""

from collections import deque
from collections.abc import Sequence
from threading import Lock

from store.envelope import Position
from store.recorder import LOST, Append, Recorder

MOST_EVENTS = 500
ALONE = 100
"""An append of more events than this is committed alone."""


class _Member:
    """A waiting append, and its outcome."""

    def __init__(self, asked: Append) -> None:
        self.asked = asked
        self.outcome: Position | Exception = 0
        """The last position, or what it failed with; 0 as long as it is not known."""
        self.turn = Lock()
        """Released when the outcome is known, or when it is for this one to lead."""
        self.turn.acquire()


class GroupCommit:
    """Commits the appends of all threads of a process, one transaction at a time.

    An append that finds no other at work begins at once. Others wait meanwhile; the first
    of them then commits its own and the others' appends in one transaction. No two appends
    of a group depend on the same thing: such an append waits for the next group, and is
    checked against what was committed before. If a group is refused, each append is tried
    alone, so that only those at fault fail.
    """

    def __init__(self, recorder: Recorder) -> None:
        self._recorder = recorder
        self._waiting: deque[_Member] = deque()
        self._is_busy = False
        self._lock = Lock()

    def append(self, asked: Append) -> Position:
        """Commit an append, alone or in a group; raises what its own part failed with.

        If the connection breaks, every append of the group gets the error: each must find
        out by its own events whether it was done.
        """
        member = _Member(asked)
        with self._lock:
            is_first, self._is_busy = not self._is_busy, True
            if not is_first:
                self._waiting.append(member)
        if not is_first:
            member.turn.acquire()
        if not member.outcome:
            self._lead(member)
        if isinstance(member.outcome, Exception):
            raise member.outcome
        return member.outcome

    def _lead(self, first: _Member) -> None:
        with self._lock:
            group = self._gather(first)
        try:
            self._settle(group)
        finally:
            with self._lock:
                following = self._waiting.popleft() if self._waiting else None
                self._is_busy = following is not None
            if following is not None:
                following.turn.release()
            for member in group[1:]:
                member.outcome = member.outcome or LOST[1]("Nobody knows what it did.")
                member.turn.release()

    def _gather(self, first: _Member) -> list[_Member]:
        """Take those waiting appends that can be committed together with the first."""
        group, left = [first], deque[_Member]()
        count = len(first.asked.events)
        if not self._waiting or count > ALONE:
            return group
        reads, writes = {*first.asked.reads}, {*first.asked.writes}
        for member in self._waiting:
            asked = member.asked
            size = len(asked.events)
            if (
                size > ALONE
                or count + size > MOST_EVENTS
                or not writes.isdisjoint(asked.reads)
                or not reads.isdisjoint(asked.writes)
            ):
                left.append(member)
                continue
            group.append(member)
            count += size
            reads |= asked.reads
            writes |= asked.writes
        self._waiting = left
        return group

    def _settle(self, group: Sequence[_Member]) -> None:
        """Set the outcome of each: of all at once or, after a refusal, one by one."""
        if len(group) > 1:
            try:
                positions = self._recorder.append_all(
                    [member.asked for member in group]
                )
            except LOST as error:
                for member in group:
                    member.outcome = type(error)(*error.args)
                return
            except Exception:  # noqa: BLE001, S110 - whose it is is found out below
                pass
            else:
                for member, position in zip(group, positions, strict=True):
                    member.outcome = position
                return
        for member in group:
            try:
                (member.outcome,) = self._recorder.append_all([member.asked])
            except Exception as error:  # noqa: BLE001 - raised in the thread that asked
                member.outcome = error
