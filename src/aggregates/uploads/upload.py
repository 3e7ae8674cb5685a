"""Uploads: a named group of learners, from the file to the last learner added."""

from bisect import bisect_right
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from itertools import chain
from typing import Self, TypeAlias, assert_never

from aggregates.aggregate import Aggregate
from aggregates.text import clean
from aggregates.uploads.file_row import ENCODINGS, FIRST_ROW, MAC, WINDOWS
from aggregates.uploads.upload_progress import UploadStatus, progress_of, undoing_status
from aggregates.uploads.upload_refusals import (
    LONGEST_NAME,
    EncodingIsCertain,
    GroupIsMapped,
    GroupIsUndone,
    GroupNameMissing,
    GroupNameTooLong,
    NothingReady,
    StillAdding,
    StillChecking,
    StillToMap,
    TooLateToReadAgain,
)
from events.uploads.upload import (
    LearnersAdded,
    LearnersWithdrawn,
    RecordsRead,
    RecordsReady,
    RecordsVerified,
    UploadChecked,
    UploadCompleted,
    UploadEncodingChosen,
    UploadMapped,
    UploadReceived,
    UploadReleased,
    UploadRenamed,
    UploadSubmitted,
    UploadUndone,
    UploadUsed,
)

Later: TypeAlias = (
    UploadMapped
    | UploadEncodingChosen
    | RecordsRead
    | RecordsVerified
    | UploadChecked
    | UploadSubmitted
    | LearnersAdded
    | UploadCompleted
    | RecordsReady
    | UploadRenamed
    | UploadUsed
    | UploadReleased
    | UploadUndone
    | LearnersWithdrawn
)


@dataclass(frozen=True, kw_only=True)
class Upload(Aggregate):
    """A group of learners, and the file that it comes from.

    ``added`` are its learners, part by part; ``left`` the rows that the last run of
    adding learners left behind, as far as it has come; ``waiting`` those that it is to
    see to; ``ready`` those that became ready after it had left them. ``is_submitted``
    tells whether there was such a run.
    ``mapping`` says which of the file's columns is which of ours; ``read_before`` is
    the last row of the reading before, where the records are read in another encoding;
    ``reading`` counts the readings.
    ``to_verify`` counts the records whose ULN is to be verified, None where LRS was
    off; LRS was asked about ``asked`` of them, up to row ``verified``.
    """

    received: UploadReceived
    name: str
    status: UploadStatus = UploadStatus.CHECKING
    encoding: str
    mapping: Mapping[str, str] | None = None
    ignored: tuple[str, ...] = ()
    accented: tuple[int, ...] = ()
    read_before: int = 0
    reading: int = 1
    valid: int = 0
    invalid: int = 0
    to_verify: int | None = None
    asked: int = 0
    verified: int = FIRST_ROW - 1
    through: int = FIRST_ROW - 1
    last_row: int = FIRST_ROW - 1
    added: tuple[tuple[str, ...], ...] = ()
    left: tuple[int, ...] = ()
    waiting: Sequence[int] = ()
    ready: frozenset[int] = frozenset()
    is_submitted: bool = False

    @cached_property
    def learners(self) -> tuple[str, ...]:
        """The learners of the group."""
        return tuple(chain.from_iterable(self.added))

    @property
    def progress(self) -> int:
        """The progress in per cent (U5)."""
        return progress_of(
            self.status,
            read=(self.valid + self.invalid + self.asked, self.steps),
            added=(self.through, self.last_row),
        )

    @property
    def steps(self) -> int:
        """The number of steps in the check: one for each row read and each ULN verified."""
        return self.received.rows + (self.to_verify or 0)

    @property
    def is_read(self) -> bool:
        """Whether every row has been recorded."""
        return self.valid + self.invalid >= self.received.rows

    @property
    def other_encoding(self) -> str | None:
        """The encoding that the file may be in instead, if nobody can tell (U4)."""
        return {WINDOWS: MAC, MAC: WINDOWS}.get(self.encoding)

    @property
    def rows_to_verify(self) -> Sequence[int]:
        """The rows that LRS must be asked about before the check ends (U7)."""
        if self.status is not UploadStatus.CHECKING or not self.is_read:
            return ()
        return range(self.verified + 1, self.last_row + 1)

    @property
    def rows_to_submit(self) -> Sequence[int]:
        """The rows that may be ready: all rows, or those left behind before (U9)."""
        if self.is_submitted:
            return self.left
        return range(FIRST_ROW, self.last_row + 1)

    @property
    def rows_to_add(self) -> Sequence[int]:
        """The rows that the run of adding learners has not reached yet (U9)."""
        return self.waiting[bisect_right(self.waiting, self.through) :]

    def map(
        self,
        columns: Mapping[str, str],
        *,
        ignored: Sequence[str],
        accented: Sequence[int],
    ) -> list[Later]:
        """Record which of the file's columns is which of ours (U3); a repeat makes no event."""
        if self.status is not UploadStatus.TO_MAP:
            if self.mapping == columns:
                return []
            raise GroupIsMapped(group=self.received.group)
        return [
            UploadMapped(
                columns=dict(columns), ignored=tuple(ignored), accented=tuple(accented)
            )
        ]

    def choose_encoding(self, encoding: str) -> list[Later]:
        """Record that the file is in its other possible encoding (U4)."""
        if encoding == self.encoding:
            return []
        if self.other_encoding != encoding:
            known = ENCODINGS[self.encoding]
            raise EncodingIsCertain(group=self.received.group, encoding=known)
        self.require_checked()
        if self.status is not UploadStatus.CHECKED:
            raise TooLateToReadAgain(group=self.received.group)
        return [UploadEncodingChosen(encoding=encoding, reading=self.reading + 1)]

    def record_progress(
        self, *, valid: int, invalid: int, through: int, to_verify: int | None = None
    ) -> list[Later]:
        """Record that more rows have been read (U5).

        The last one ends the check, unless ULNs must be verified.
        """
        read = RecordsRead(
            valid=valid, invalid=invalid, through=through, to_verify=to_verify
        )
        after = self.apply(read)
        is_over = after.is_read and not after.to_verify
        return [read, UploadChecked()] if is_over else [read]

    def verify(self, *, asked: int, anomalies: int, through: int) -> list[Later]:
        """Record that LRS was asked about more records; the last one ends the check.

        Records that LRS did not answer about wait, and do not hold up the others (U7).
        """
        verified = RecordsVerified(asked=asked, anomalies=anomalies, through=through)
        return [verified, UploadChecked()] if through >= self.last_row else [verified]

    def require_checked(self) -> None:
        """Raise StillChecking until the check ends; raise GroupIsUndone after an undo."""
        self.require_there()
        if self.status is UploadStatus.TO_MAP:
            raise StillToMap(group=self.received.group)
        if self.status is UploadStatus.CHECKING:
            raise StillChecking(group=self.received.group)

    def require_there(self) -> None:
        """Raise GroupIsUndone if the upload was undone (U11)."""
        if self.status in {UploadStatus.UNDOING, UploadStatus.UNDONE}:
            raise GroupIsUndone(group=self.received.group)

    def require_quiet(self) -> None:
        """Raise StillChecking or StillAdding while work on the group is running."""
        if self.status is UploadStatus.CHECKING:
            raise StillChecking(group=self.received.group)
        if self.status is UploadStatus.ADDING:
            raise StillAdding(group=self.received.group)

    def submit(self, *, is_any_ready: bool) -> list[Later]:
        """Ask for learners from the ready records (U9); a repeat makes no event.

        ``is_any_ready``: some valid record is not a learner yet.
        """
        self.require_checked()
        if self.status is UploadStatus.ADDING:
            return []
        if is_any_ready:
            return [UploadSubmitted()]
        if self.status is UploadStatus.CHECKED and self.is_submitted:
            return [UploadCompleted()]
        if self.status is UploadStatus.CHECKED:
            raise NothingReady(group=self.received.group)
        return []

    def add(
        self, *, learners: Sequence[str], left: Sequence[int], through: int
    ) -> list[Later]:
        """Record who joined the group and which rows were not ready (U9).

        A learner to whom two rows are linked joins once.
        """
        there = {*learners}.intersection(chain.from_iterable(self.added))
        new = tuple(x for x in dict.fromkeys(learners) if x not in there)
        return [LearnersAdded(learners=new, left=tuple(left), through=through)]

    def complete(self) -> list[Later]:
        """Record that the run has reached every row (U9).

        Rows that it left behind and that are ready since then wait for the next run.
        """
        ready = sorted(self.ready.intersection(self.left))
        return [
            UploadCompleted(),
            *([RecordsReady(rows=tuple(ready))] if ready else []),
        ]

    def records_ready(self, rows: Sequence[int]) -> list[Later]:
        """Record that rows left behind by a run are ready now (U9).

        The group must then be submitted again, unless it already waits for that.
        """
        is_late = self.status in {UploadStatus.ADDING, UploadStatus.DONE}
        return [RecordsReady(rows=tuple(rows))] if rows and is_late else []

    def rename(self, name: str) -> list[Later]:
        """Give the group another name (U1)."""
        self.require_there()
        return [UploadRenamed(name=name)] if name != self.name else []

    @classmethod
    def begin(cls, event: UploadReceived) -> Self:
        is_ours = event.proposed is None
        return cls(
            received=event,
            name=event.name,
            status=UploadStatus.CHECKING if is_ours else UploadStatus.TO_MAP,
            encoding=event.encoding,
            accented=event.accented,
        )

    def apply(self, event: Later) -> Self:
        match event:
            case RecordsRead() | RecordsVerified():
                return self._step(event)
            case UploadMapped() | UploadEncodingChosen() | UploadRenamed():
                return self._choose(event)
            case UploadSubmitted() | LearnersAdded():
                return self._add(event)
            case UploadChecked() | UploadCompleted() | RecordsReady():
                return self._wait(event)
            case UploadUsed() | UploadReleased() | UploadUndone() | LearnersWithdrawn():
                return self._undo(event)
            case _:
                assert_never(event)

    def _add(self, event: UploadSubmitted | LearnersAdded) -> Self:
        if isinstance(event, UploadSubmitted):
            return replace(
                self,
                status=UploadStatus.ADDING,
                through=FIRST_ROW - 1,
                waiting=self.rows_to_submit,
                left=(),
                ready=frozenset(),
                is_submitted=True,
            )
        return replace(
            self,
            added=(*self.added, event.learners),
            left=self.left + event.left,
            through=event.through,
        )

    def _undo(
        self, event: UploadUsed | UploadReleased | UploadUndone | LearnersWithdrawn
    ) -> Self:
        if isinstance(event, UploadUsed | UploadReleased):
            return self
        seen = event.through if isinstance(event, LearnersWithdrawn) else 0
        return replace(self, status=undoing_status(seen, of=len(self.learners)))

    def _wait(self, event: UploadChecked | UploadCompleted | RecordsReady) -> Self:
        if isinstance(event, RecordsReady):
            is_adding = self.status is UploadStatus.ADDING
            status = self.status if is_adding else UploadStatus.CHECKED
            return replace(self, status=status, ready=self.ready | {*event.rows})
        is_done = isinstance(event, UploadCompleted)
        status = UploadStatus.DONE if is_done else UploadStatus.CHECKED
        return replace(self, status=status, ready=frozenset())

    def _choose(
        self, event: UploadMapped | UploadEncodingChosen | UploadRenamed
    ) -> Self:
        if isinstance(event, UploadRenamed):
            return replace(self, name=event.name)
        if isinstance(event, UploadMapped):
            return replace(
                self,
                status=UploadStatus.CHECKING,
                mapping=event.columns,
                ignored=event.ignored,
                accented=event.accented,
            )
        return replace(
            self,
            status=UploadStatus.CHECKING,
            encoding=event.encoding,
            read_before=self.last_row,
            reading=event.reading,
            valid=0,
            invalid=0,
            to_verify=None,
            asked=0,
            verified=FIRST_ROW - 1,
            last_row=FIRST_ROW - 1,
        )

    def _step(self, event: RecordsRead | RecordsVerified) -> Self:
        if isinstance(event, RecordsVerified):
            return replace(
                self,
                valid=self.valid - event.anomalies,
                invalid=self.invalid + event.anomalies,
                asked=self.asked + event.asked,
                verified=event.through,
            )
        is_lrs_on = event.to_verify is not None or self.to_verify is not None
        to_verify = (self.to_verify or 0) + (event.to_verify or 0)
        return replace(
            self,
            valid=self.valid + event.valid,
            invalid=self.invalid + event.invalid,
            to_verify=to_verify if is_lrs_on else None,
            last_row=event.through,
        )


def clean_group_name(written: str) -> str:
    """Trim a group's name; raise a refusal if it is not valid (U1)."""
    name = clean(written)
    if not name:
        raise GroupNameMissing(path=("name",))
    if len(name) > LONGEST_NAME:
        raise GroupNameTooLong(path=("name",))
    return name
