"""Sittings: the tests of one unit at one time, with the number of learners (B16)."""

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any, TypeAlias

from sqlalchemy import Connection, Row, case, func, select, tuple_

from aggregates.bookings.sitting import Attendance
from projections.bookings.booking_rows import BOOKINGS
from projections.identifiers import equal_to
from projections.paging import Page, page
from projections.periods import within_days

Key: TypeAlias = tuple[datetime, str, str]
KEY = (BOOKINGS.c.starts, BOOKINGS.c.centre, BOOKINGS.c.unit)


@dataclass(frozen=True, kw_only=True)
class SittingRow:
    """A sitting, with its learners by status; cancelled ones are not counted."""

    centre: str
    qualification: str
    unit: str
    starts: datetime
    learners: int
    booked: int
    taken: int
    absent: int
    modes: tuple[str, ...]
    rooms: tuple[str, ...]


@dataclass(frozen=True, kw_only=True)
class SittingFilter:
    """Search criteria for sittings; None does not restrict.

    Days are in London, both included; ``open_at`` leaves out sittings that are over at that
    moment.
    """

    unit: str | None = None
    qualification: Collection[str] | None = None
    room: str | None = None
    date_from: date | None = None
    date_to: date | None = None
    open_at: datetime | None = None


def search_sittings(
    connection: Connection,
    *,
    centre: str | None,
    filters: SittingFilter,
    limit: int,
    cursor: str | None = None,
) -> Page[SittingRow]:
    """List the sittings of a centre (None: of every centre) by their time (B16)."""
    its = BOOKINGS.c

    def count(attendance: Attendance) -> Any:
        stands = func.count(case((its.attendance == attendance, 1)))
        return stands.label(attendance.name.lower())

    query = (
        select(
            *KEY,
            func.min(its.qualification).label("qualification"),
            func.count().label("learners"),
            count(Attendance.BOOKED),
            count(Attendance.TAKEN),
            count(Attendance.ABSENT),
        )
        .where(
            its.attendance != Attendance.CANCELLED,
            *equal_to(
                (its.centre, centre),
                (its.unit, filters.unit),
                (its.room, filters.room),
                (its.qualification, filters.qualification),
            ),
            *within_days(
                its.starts, filters.date_from, filters.date_to, path=("date_from",)
            ),
        )
        .group_by(*KEY)
    )
    if filters.open_at is not None:
        query = query.where(its.closes > filters.open_at)
    found = page(
        connection, query, by=KEY, make=lambda row: row, limit=limit, cursor=cursor
    )
    choices = _choices_of(connection, [_key(row) for row in found.rows])
    return Page(
        rows=tuple(_sitting(row, choices[_key(row)]) for row in found.rows),
        next_cursor=found.next_cursor,
    )


@dataclass
class _SittingChoices:
    """The modes and rooms of a sitting."""

    modes: set[str] = field(default_factory=set)
    rooms: set[str] = field(default_factory=set)


def _choices_of(
    connection: Connection, keys: Iterable[Key]
) -> Mapping[Key, _SittingChoices]:
    choices = {key: _SittingChoices() for key in keys}
    query = (
        select(*KEY, BOOKINGS.c.delivery, BOOKINGS.c.mode, BOOKINGS.c.room)
        .distinct()
        .where(
            tuple_(*KEY).in_(list(choices)),
            BOOKINGS.c.attendance != Attendance.CANCELLED,
        )
    )
    for row in connection.execute(query):
        chosen = choices[_key(row)]
        chosen.modes.add(row.mode or row.delivery)
        chosen.rooms.update([row.room] if row.room else [])
    return choices


def _key(row: Any) -> Key:
    return row.starts, row.centre, row.unit


def _sitting(row: Row[Any], choices: _SittingChoices) -> SittingRow:
    return SittingRow(
        centre=row.centre,
        qualification=row.qualification,
        unit=row.unit,
        starts=row.starts,
        learners=row.learners,
        booked=row.booked,
        taken=row.taken,
        absent=row.absent,
        modes=tuple(sorted(choices.modes)),
        rooms=tuple(sorted(choices.rooms)),
    )
