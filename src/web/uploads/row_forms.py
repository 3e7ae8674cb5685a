"""A row of a group's file as a form: its cells, what is wrong with each, who it may be."""

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import NamedTuple

from aggregates.learners.date_of_birth import read_date
from aggregates.learners.details import COLUMNS, OVERFLOW, read_as
from aggregates.learners.learner import Learner
from aggregates.learners.verification import FLAGS, Code, VerificationStatus
from aggregates.text import clean
from aggregates.uploads.duplicate_rows import LIKE_ROW, TWICE, rows_named
from aggregates.uploads.problem import sentence, title
from aggregates.uploads.record import Record, RecordState
from aggregates.uploads.row_context import HELD, LIKE
from events.uploads.upload import Problem
from queries.learners.learners import open_learners
from queries.uploads.names_as_read import name_of_record
from store import Stream
from web.http.context import PageContext

LETTERS = dict(zip((*COLUMNS, OVERFLOW), "ABCDEFGHI", strict=True))
"""What the columns of the template are called in a spreadsheet."""

WHO, DIFFERENT = "who", "different"
"""The field that says who the person is, and its answer that it is nobody known."""


class Slip(NamedTuple):
    """What is wrong in the same way wherever it is: a value in a column, and why."""

    column: str
    value: str
    codes: frozenset[str]


@dataclass(frozen=True, kw_only=True)
class CellField:
    """A cell, with what is wrong or odd in sentences; ``alike`` counts others like it."""

    row: int
    column: str
    value: str
    reasons: tuple[str, ...]
    remarks: tuple[str, ...]
    read_as: str
    alike: int = 0

    @property
    def cell(self) -> str:
        return f"{LETTERS[self.column]}{self.row}"

    @property
    def title(self) -> str:
        return title(self.column)

    @property
    def id(self) -> str:
        return f"row-{self.row}-{self.column}"

    @property
    def is_field(self) -> bool:
        """Tell whether something may be typed; not where a row has too many cells."""
        return self.column in COLUMNS


class Compared(NamedTuple):
    """A value of the row beside another, and whether they differ."""

    title: str
    ours: str
    theirs: str
    differs: bool


@dataclass(frozen=True, kw_only=True)
class KnownPerson:
    """A learner of the centre whom the row may be."""

    learner: str
    name: str
    compared: tuple[Compared, ...]


@dataclass(frozen=True, kw_only=True)
class RowForm:
    """A row to look at or to put right.

    ``like_rows`` are other rows of the same person, ``people`` learners whom it may be;
    ``may_differ``: saying that it is nobody of those settles it. ``with_lrs`` is what
    was compared with the Learning Records Service. ``who`` is what was chosen.
    """

    record: Record
    version: int
    name: str
    cells: tuple[CellField, ...]
    people: tuple[KnownPerson, ...] = ()
    like_rows: tuple[int, ...] = ()
    may_differ: bool = False
    with_lrs: tuple[Compared, ...] = ()
    who: str = ""
    is_loss: bool = False

    @property
    def row(self) -> int:
        return self.record.row

    @property
    def asks_who(self) -> bool:
        return bool(self.people) or self.may_differ

    @property
    def who_id(self) -> str:
        return f"row-{self.row}-{WHO}"


def describe_rows(
    context: PageContext,
    records: Iterable[tuple[Stream, Record]],
    *,
    typed: Mapping[int, Mapping[str, str]] | None = None,
    alike: Counter[Slip] | None = None,
    is_whole: bool = False,
) -> list[RowForm]:
    """Make forms of rows: of the cells at fault, or of all where the form ``is_whole``.

    ``typed`` are values that were typed and not recorded, by row and column.
    """
    found = [*records]
    people = open_learners(
        context.command_context,
        {who for _, record in found for who in record.alike},
        seen_by=context.centre,
    )
    return [
        _describe_row(
            stream,
            record,
            people,
            typed=(typed or {}).get(record.row, {}),
            alike=alike or Counter(),
            is_whole=is_whole,
        )
        for stream, record in found
    ]


def _describe_row(
    stream: Stream,
    record: Record,
    people: Mapping[str, Learner],
    *,
    typed: Mapping[str, str],
    alike: Counter[Slip],
    is_whole: bool,
) -> RowForm:
    wrong = _sentences_by_column(record, record.reasons)
    odd = _sentences_by_column(record, _plain_remarks(record))
    spelled_out = read_as(record.cells)
    asks = record.state is RecordState.TO_CONFIRM or _is_held(record)
    like_rows = rows_named(record.warnings, LIKE_ROW)
    is_alike = bool(like_rows) or any(w.code == LIKE for w in record.warnings)
    return RowForm(
        record=record,
        version=stream.version,
        name=name_of_record(record) or f"Row {record.row}",
        cells=tuple(
            CellField(
                row=record.row,
                column=column,
                value=typed.get(column, record.cells.get(column, "")),
                reasons=tuple(wrong.get(column, ())),
                remarks=tuple(odd.get(column, ())),
                read_as=spelled_out.get(column, ""),
                alike=_others_like(record, column, alike),
            )
            for column in (*COLUMNS, OVERFLOW)
            if column in wrong or column in typed or (is_whole and column in COLUMNS)
        ),
        people=tuple(
            KnownPerson(
                learner=who,
                name=_name_of_learner(people[who]) or who,
                compared=tuple(_compare_with_learner(record, people[who])),
            )
            for who in sorted(record.alike)
            if asks and who in people
        ),
        like_rows=tuple(sorted(like_rows)),
        may_differ=asks and is_alike,
        with_lrs=tuple(_compare_with_lrs(record)),
        who=typed.get(WHO, ""),
    )


def slip_of(record: Record, column: str) -> Slip | None:
    """Give the slip in a cell; None if there is none that others could share."""
    codes = frozenset(p.code for p in record.reasons if p.column == column)
    value = clean(record.cells.get(column, ""))
    is_own = any(code in {TWICE, HELD} or code.startswith("lrs-") for code in codes)
    if not (codes and value) or is_own or column not in COLUMNS:
        return None
    return Slip(column, value, codes)


def count_slips(records: Iterable[Record]) -> Counter[Slip]:
    """Count how often each slip was made."""
    slips = (slip_of(record, column) for record in records for column in COLUMNS)
    return Counter(filter(None, slips))


def _others_like(record: Record, column: str, alike: Counter[Slip]) -> int:
    slip = slip_of(record, column)
    return max(0, alike[slip] - 1) if slip else 0


def _is_held(record: Record) -> bool:
    return any(problem.code == HELD for problem in record.problems)


def _plain_remarks(record: Record) -> Iterator[Problem]:
    """Leave out what is asked in a question of its own."""
    return (each for each in record.remarks if each.code not in {LIKE, LIKE_ROW})


def _sentences_by_column(
    record: Record, problems: Iterable[Problem]
) -> Mapping[str, Sequence[str]]:
    said: dict[str, list[str]] = {}
    for each in problems:
        said.setdefault(each.column, []).append(sentence(each, record.sentence_values))
    return said


def _name_of_learner(person: Learner) -> str:
    return f"{person.details.given_name} {person.details.family_name}".strip()


def _compare_with_learner(record: Record, person: Learner) -> Iterator[Compared]:
    """Put what the row says beside what is known, where either says something."""
    known, born = person.details.cells, person.details.date_of_birth
    for column in COLUMNS:
        ours, theirs = clean(record.cells.get(column, "")), known[column]
        differs = ours.casefold() != theirs.casefold()
        if column == "date_of_birth":
            theirs = f"{born.day}/{born.month}/{born.year}"
            differs = read_date(ours) != born
        if ours or theirs:
            yield Compared(title(column), ours, theirs, differs)


def _compare_with_lrs(record: Record) -> Iterator[Compared]:
    """Say which of the row's values are what LRS has; it does not say what it has."""
    answer = record.verification.answer
    is_anomaly = record.verification.status is VerificationStatus.ANOMALY
    if answer is None or not is_anomaly or answer.code is Code.NOT_FOUND:
        return
    flagged = {FLAGS[flag] for flag in answer.flags}
    is_similar = answer.code in {Code.SIMILAR, Code.SIMILAR_LINKED}
    for column in dict.fromkeys(FLAGS.values()):
        ours, differs = clean(record.cells.get(column, "")), column in flagged
        other = "Like it, and not the same" if is_similar else "Something else"
        yield Compared(title(column), ours, other if differs else "The same", differs)
