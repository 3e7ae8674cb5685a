"""What can happen to an upload of a group of learners, and to each of its records."""

from dataclasses import dataclass
from uuid import UUID

from events.event import Event, Personal


@dataclass(frozen=True, kw_only=True)
class FileProblem:
    """One reason to refuse a whole file: a code, the column meant, and what was found."""

    code: str
    column: str | None = None
    found: str | None = None


@dataclass(frozen=True, kw_only=True)
class Problem:
    """One problem or warning about a cell: a code, and the rows or learners it names."""

    column: str
    code: str
    rows: tuple[int, ...] = ()
    learners: tuple[str, ...] = ()


class UploadReceived(Event, topic="upload.received"):
    """A user uploaded a file of learners and named their group.

    ``accented`` are the rows of at most two names that show whether the encoding was
    recognised. ``file`` is the name of the sealed file, which is kept until every row is
    recorded. If the file does not have the template's columns, ``columns`` are its own and
    ``proposed`` guesses which of them is which of ours; a person must confirm that. In a
    workbook, ``hidden_rows`` counts hidden or filtered rows and ``hidden_columns`` names
    hidden columns; they were read. ``unread_sheets`` also hold learners and were not read.
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
    """Somebody said which of the file's columns is which of ours, and which are ignored."""

    columns: dict[str, str]
    ignored: tuple[str, ...]
    accented: tuple[int, ...]


class UploadEncodingChosen(Event, topic="upload.encoding-chosen"):
    """Somebody chose the file's other encoding, and all records are read again.

    ``reading`` counts the readings, this one included.
    """

    encoding: str
    reading: int = 1


class UploadRefused(Event, topic="upload.refused"):
    """A file was refused as a whole; only this event is kept of it."""

    centre: str
    user: str
    name: str
    person_id: UUID
    file_name: Personal[str]
    size: int
    sha256: str
    problems: Personal[tuple[FileProblem, ...]]


class RecordsRead(Event, topic="upload.records-read"):
    """More rows were read and recorded, up to and including row ``through``.

    ``to_verify`` counts the rows whose ULN must be verified; None if LRS is off.
    """

    valid: int
    invalid: int
    through: int
    to_verify: int | None = None


class RecordsVerified(Event, topic="upload.records-verified"):
    """LRS was asked about more records, up to and including row ``through``.

    ``asked`` counts them; ``anomalies`` counts those that became invalid. Records that LRS
    did not answer about are asked about later.
    """

    asked: int
    anomalies: int
    through: int


class UploadChecked(Event, topic="upload.checked"):
    """Every record has been read and checked; the upload waits to be submitted."""


class UploadSubmitted(Event, topic="upload.submitted"):
    """The user asked to make learners from the records that are ready."""


class LearnersAdded(Event, topic="upload.learners-added"):
    """These learners belong to the group from now on.

    Rows up to and including ``through`` are dealt with; those in ``left`` were not ready
    and stay behind.
    """

    learners: tuple[str, ...]
    left: tuple[int, ...]
    through: int


class UploadCompleted(Event, topic="upload.completed"):
    """Every record that was ready when the upload was submitted is a learner."""


class RecordsReady(Event, topic="upload.records-ready"):
    """Records that a submission left behind are ready now.

    The group waits to be submitted once more.
    """

    rows: tuple[int, ...]


class UploadRenamed(Event, topic="upload.renamed"):
    """The group has another name."""

    name: str


class UploadUsed(Event, topic="upload.used"):
    """Learners of the group are on the order, or in the other group, ``by``."""

    by: str


class UploadReleased(Event, topic="upload.released"):
    """No learner of the group is on that order, or in that other group, any more."""

    by: str


class UploadUndone(Event, topic="upload.undone"):
    """The upload was undone; all its learners will be withdrawn."""


class LearnersWithdrawn(Event, topic="upload.learners-withdrawn"):
    """The first ``through`` learners of the undone group have been dealt with."""

    through: int


class RecordRead(Event, topic="record.read"):
    """A row of the file: its cells as written, and its problems and warnings.

    ``to_verify``: the ULN will be verified once the row has no other problem.
    """

    group: str
    row: int
    person_id: UUID
    cells: Personal[dict[str, str]]
    problems: tuple[Problem, ...]
    warnings: tuple[Problem, ...]
    to_verify: bool = False


class RecordAmended(Event, topic="record.amended"):
    """Somebody amended the cells, which were checked again; the fields hold all as it is now.

    ``to_verify`` says whether the ULN must now be verified; None if nothing that LRS
    compares changed.
    """

    person_id: UUID
    cells: Personal[dict[str, str]]
    problems: tuple[Problem, ...]
    warnings: tuple[Problem, ...]
    to_verify: bool | None = None


class RecordChecked(Event, topic="record.checked"):
    """The same cells were checked again, because other rows or learners changed."""

    problems: tuple[Problem, ...]
    warnings: tuple[Problem, ...]


class RecordConfirmed(Event, topic="record.confirmed"):
    """Somebody said that the row is a different person from these learners and rows."""

    learners: tuple[str, ...]
    rows: tuple[int, ...] = ()


class RecordLinked(Event, topic="record.linked"):
    """Somebody said that the row is this learner, who will join the group."""

    learner: str


class RecordRemoved(Event, topic="record.removed"):
    """Somebody removed the record from the upload."""


class RecordBecameLearner(Event, topic="record.became-learner"):
    """The record is now a learner of the group, a new or a linked one."""

    learner: str
