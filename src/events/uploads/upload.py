"""What can happen to an upload of a group of learners, and to each of its records."""

from dataclasses import dataclass
from uuid import UUID

from events.event import Event, Personal


@dataclass(frozen=True, kw_only=True)
class FileProblem:
    """Why a whole file was refused: a code, the column meant, what was found there."""

    code: str
    column: str | None = None
    found: str | None = None


@dataclass(frozen=True, kw_only=True)
class Problem:
    """What is wrong or odd with one cell: a code, and the rows or learners it names."""

    column: str
    code: str
    rows: tuple[int, ...] = ()
    learners: tuple[str, ...] = ()


class UploadReceived(Event, topic="upload.received"):
    """A user gave a file of learners and named the group that they will be.

    ``accented`` are the rows of (at most two) names that show whether the encoding
    was understood; ``file`` is the sealed file's name until every row is a fact. Where
    the ``columns`` are others than the template's, ``proposed`` says which of them
    seems to be which of ours, and somebody has to say so first. Of a workbook,
    ``hidden_rows`` counts the rows that it hides or filters out, and
    ``hidden_columns`` names the columns; they were read all the same. ``unread_sheets``
    have learners as well, and were not read.
    """

    group: str
    centre: str
    user: str
    name: str
    file_name: str
    size: int
    sha256: str
    file: str
    encoding: str
    rows: int
    accented: tuple[int, ...]
    columns: tuple[str, ...] = ()
    proposed: dict[str, str] | None = None
    hidden_rows: int = 0
    hidden_columns: tuple[str, ...] = ()
    unread_sheets: tuple[str, ...] = ()


class UploadMapped(Event, topic="upload.mapped"):
    """Somebody said which of the file's columns is which of ours; those are ignored."""

    columns: dict[str, str]
    ignored: tuple[str, ...]
    accented: tuple[int, ...]


class UploadEncodingChosen(Event, topic="upload.encoding-chosen"):
    """Somebody said what encoding the file is in, and all records are read again.

    ``reading`` counts how often they have been, this time included.
    """

    encoding: str
    reading: int = 1


class UploadRefused(Event, topic="upload.refused"):
    """A file was refused as a whole; this is all that is kept of it."""

    centre: str
    user: str
    name: str
    person_id: UUID
    file_name: Personal[str]
    size: int
    sha256: str
    problems: Personal[tuple[FileProblem, ...]]


class RecordsRead(Event, topic="upload.records-read"):
    """More records became facts of their own: those up to and with that row.

    ``to_verify`` counts those whose ULN is to be verified; None where LRS is off.
    """

    valid: int
    invalid: int
    through: int
    to_verify: int | None = None


class RecordsVerified(Event, topic="upload.records-verified"):
    """LRS was asked about more records: those up to and with that row.

    ``asked`` counts those who were; ``anomalies`` those of them who turned invalid.
    Whoever was left out, LRS being down, is asked about later.
    """

    asked: int
    anomalies: int
    through: int


class UploadChecked(Event, topic="upload.checked"):
    """Every record has been read and checked; the upload waits to be submitted."""


class UploadSubmitted(Event, topic="upload.submitted"):
    """The user asked for learners to be made of the records that are ready."""


class LearnersAdded(Event, topic="upload.learners-added"):
    """These learners belong to the group from now on.

    Rows up to and with ``through`` have been seen to; those in ``left`` were not ready
    and stay behind.
    """

    learners: tuple[str, ...]
    left: tuple[int, ...]
    through: int


class UploadCompleted(Event, topic="upload.completed"):
    """Every record that was ready when the upload was submitted is a learner."""


class RecordsReady(Event, topic="upload.records-ready"):
    """Records that were left behind when the group was submitted are ready now.

    The group waits to be submitted once more.
    """

    rows: tuple[int, ...]


class UploadRenamed(Event, topic="upload.renamed"):
    """The group has another name."""

    name: str


class UploadUsed(Event, topic="upload.used"):
    """Learners who came with the group are on that order, or in that other group."""

    by: str


class UploadReleased(Event, topic="upload.released"):
    """None of the learners who came with the group is there any more."""

    by: str


class UploadUndone(Event, topic="upload.undone"):
    """The upload was taken back, and all the learners who came of it."""


class LearnersWithdrawn(Event, topic="upload.learners-withdrawn"):
    """So many of the learners of the undone group, in their order, have been seen to."""

    through: int


class RecordRead(Event, topic="record.read"):
    """A row of the file, its cells as they were written, and what was found in them.

    ``to_verify`` tells that its ULN is to be verified, once nothing else is wrong.
    """

    group: str
    row: int
    person_id: UUID
    cells: Personal[dict[str, str]]
    problems: tuple[Problem, ...]
    warnings: tuple[Problem, ...]
    to_verify: bool = False


class RecordAmended(Event, topic="record.amended"):
    """Somebody put the cells right: all of them as they are now, and checked again.

    ``to_verify`` tells whether the ULN is now to be verified; None where nothing that
    bears on that was amended.
    """

    person_id: UUID
    cells: Personal[dict[str, str]]
    problems: tuple[Problem, ...]
    warnings: tuple[Problem, ...]
    to_verify: bool | None = None


class RecordChecked(Event, topic="record.checked"):
    """The same cells were checked again, because something around them changed."""

    problems: tuple[Problem, ...]
    warnings: tuple[Problem, ...]


class RecordConfirmed(Event, topic="record.confirmed"):
    """Somebody said that this is another person than these learners, and these rows."""

    learners: tuple[str, ...]
    rows: tuple[int, ...] = ()


class RecordLinked(Event, topic="record.linked"):
    """Somebody said that this is that learner, who is to join the group."""

    learner: str


class RecordRemoved(Event, topic="record.removed"):
    """Somebody took the record out of the upload."""


class RecordBecameLearner(Event, topic="record.became-learner"):
    """The record is a learner of the group: a new one, or the one it was linked to."""

    learner: str
