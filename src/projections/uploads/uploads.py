"""The list of uploads, with the progress of each group and the states of its records."""

from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass
from datetime import datetime
from operator import attrgetter
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, Connection, Row, and_, or_, select

from aggregates.learners.verification import PostponedReason
from aggregates.text import clean, words
from aggregates.uploads.record import RecordState
from aggregates.uploads.upload_progress import UploadStatus, progress_of
from events.identifier import Kind
from projections.identifiers import equal_to, is_called
from projections.learners.names_sought import has_word, is_named
from projections.paging import Narrowed, Page, page, since
from projections.read_model import ReadModel
from projections.uploads.upload_rows import COUNTS, HANDLES, RECORDS, UPLOADS, fold

NAME = "uploads"
READ_MODEL = ReadModel(
    name=NAME, version=7, tables=(UPLOADS, RECORDS, COUNTS), handles=HANDLES, fold=fold
)


@dataclass(frozen=True, kw_only=True)
class UploadRow:
    """One row of the list of uploads."""

    group: str
    centre: str
    user: str
    name: str
    file_name: str
    status: UploadStatus
    progress: int
    records: int
    learners: int
    received_at: datetime
    updated_at: datetime


def search_uploads(
    connection: Connection,
    *,
    centre: str | None,
    name: str | None = None,
    status: UploadStatus | None = None,
    updated_since: datetime | None = None,
    limit: int,
    cursor: str | None = None,
) -> Page[UploadRow]:
    """List groups, newest first, by the beginnings of words of their names (U10).

    A group's number, or its last three or more digits, finds it too. ``centre`` None is
    every centre.
    """
    checks: list[ColumnElement[bool]] = []
    if name is not None:
        said = is_named(name, has_word(UPLOADS.c.name_words), UPLOADS.c.name)
        called = is_called(UPLOADS.c.group_called, Kind.GROUP, name)
        checks.append(or_(called, *([and_(*said)] if said else [])))
    return page(
        connection,
        select(UPLOADS),
        by=(UPLOADS.c.received_at, UPLOADS.c.group_called),
        make=_upload_row,
        limit=limit,
        cursor=cursor,
        descending=True,
        since=since(UPLOADS.c.updated_at, updated_since),
        narrowed=Narrowed(
            within=[*equal_to((UPLOADS.c.centre, centre))],
            kinds=[*equal_to((UPLOADS.c.status, status))],
            checks=checks,
        ),
    )


def uploads_named(connection: Connection, *, centre: str, name: str) -> list[UploadRow]:
    """Return the centre's groups of a name, without undone ones (U1, U10).

    Names are compared without case and outer spaces. Several users may have groups of the
    same name.
    """
    said = "".join(f" {word}" for word in words(name))
    undone = (UploadStatus.UNDOING, UploadStatus.UNDONE)
    query = select(UPLOADS).where(
        UPLOADS.c.centre == centre,
        UPLOADS.c.name_words == said,
        UPLOADS.c.status.not_in(undone),
    )
    rows = sorted(
        connection.execute(query), key=attrgetter("received_at", "group_called")
    )
    found = map(_upload_row, rows)
    return [
        each for each in found if clean(each.name).casefold() == clean(name).casefold()
    ]


def names_of(connection: Connection, groups: Iterable[str]) -> Mapping[str, str]:
    """Return the names of groups, by number."""
    if not (wanted := {*groups}):
        return {}
    query = select(UPLOADS.c.group_called, UPLOADS.c.name).where(
        UPLOADS.c.group_called.in_(wanted)
    )
    return {row.group_called: row.name for row in connection.execute(query)}


def _upload_row(row: Row[Any]) -> UploadRow:
    status = UploadStatus(row.status)
    return UploadRow(
        group=row.group_called,
        centre=row.centre,
        user=row.user_name,
        name=row.name,
        file_name=row.file_name,
        status=status,
        progress=progress_of(
            status,
            read=(row.steps_taken, row.steps),
            added=(row.through_row, row.last_row),
        ),
        records=row.records,
        learners=0 if status is UploadStatus.UNDONE else row.learners,
        received_at=row.received_at,
        updated_at=row.updated_at,
    )


def counts(connection: Connection, group: str) -> Mapping[RecordState, int]:
    """Return the number of a group's records in each state; states without any are left out."""
    return counts_of(connection, [group]).get(group, {})


def counts_of(
    connection: Connection, groups: Iterable[str]
) -> Mapping[str, Mapping[RecordState, int]]:
    """Return the same for several groups, by number."""
    query = select(COUNTS).where(
        COUNTS.c.group_called.in_({*groups}), COUNTS.c.records > 0
    )
    found: dict[str, dict[RecordState, int]] = {}
    for row in connection.execute(query):
        of_group = found.setdefault(row.group_called, {})
        of_group[RecordState(row.state)] = row.records
    return found


def rows_of(
    connection: Connection,
    group: str,
    *,
    states: Collection[RecordState],
    updated_since: datetime | None = None,
    limit: int,
    cursor: str | None = None,
) -> Page[int]:
    """List the rows of a group whose records are in these states, in file order (U6)."""
    query = select(RECORDS.c.row_number).where(
        RECORDS.c.group_called == group, RECORDS.c.state.in_(states)
    )
    return page(
        connection,
        query,
        by=(RECORDS.c.row_number,),
        make=lambda row: int(row.row_number),
        limit=limit,
        cursor=cursor,
        since=since(RECORDS.c.updated_at, updated_since),
    )


def unanswered_because(connection: Connection, group: str) -> PostponedReason | None:
    """Return why LRS did not answer when it was last asked about the group."""
    query = select(UPLOADS.c.unanswered_because).where(UPLOADS.c.group_called == group)
    why = connection.scalar(query)
    return PostponedReason(why) if why else None


def list_records_to_verify(
    connection: Connection, *, now: datetime, limit: int
) -> list[tuple[str, int]]:
    """Return the group and row of records about which LRS should be asked again (U7).

    Records of uploads under check, and of undone uploads, are left out.
    """
    others = (UploadStatus.CHECKING, UploadStatus.UNDOING, UploadStatus.UNDONE)
    is_checked = UPLOADS.c.status.not_in(others)
    query = (
        select(RECORDS.c.group_called, RECORDS.c.row_number)
        .join(UPLOADS, UPLOADS.c.group_called == RECORDS.c.group_called)
        .where(RECORDS.c.state == RecordState.NOT_VERIFIED, RECORDS.c.due_at <= now)
        .where(is_checked)
        .order_by(RECORDS.c.due_at, RECORDS.c.group_called, RECORDS.c.row_number)
        .limit(limit)
    )
    return [(row.group_called, row.row_number) for row in connection.execute(query)]


def learner_row_finder(
    connect: Callable[[], AbstractContextManager[Connection]],
) -> Callable[[str], Sequence[UUID]]:
    """Make the function by which commands find a learner's rows, in every file (H6)."""

    def find(learner: str) -> Sequence[UUID]:
        its = select(RECORDS.c.stream).where(RECORDS.c.learner == learner)
        with connect() as connection:
            return [UUID(stream) for stream in connection.scalars(its)]

    return find
