"""The list of bookings: tests, times, learners, rooms and outcomes (B8, B16)."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, fields
from datetime import date, datetime
from operator import attrgetter
from typing import Any

from sqlalchemy import (
    Connection,
    Row,
    select,
)

from aggregates.bookings.booking_state import (
    amended_since,
    another_pin,
)
from aggregates.bookings.sitting import Attendance
from events.identifier import Kind, stream_of
from projections.bookings.booking_rows import BOOKINGS, PACKAGES, PINS
from projections.bookings.offline_clients import OFFLINE_CLIENTS
from projections.identifiers import as_called, equal_to
from projections.learners.names_sought import in_group, is_learner, of_learner
from projections.paging import Narrowed, Page, page, since
from projections.periods import within_days, within_moments
from projections.rows import Values


@dataclass(frozen=True, kw_only=True)
class PackageRow:
    """A downloaded package; ``why_stale`` is a sentence, None if it can be used (B11, B14)."""

    package: str
    user: str
    client: str
    client_name: str | None
    downloaded_at: datetime
    why_stale: str | None


@dataclass(frozen=True, kw_only=True)
class BookingRow:
    """A booking in the list; ``is_pass`` to ``sat_on`` are None until there is a result."""

    booking: str
    order: str
    registration: str
    learner: str
    centre: str
    qualification: str
    unit: str
    delivery: str
    mode: str | None
    starts: datetime
    minutes: int
    extra_time: int
    attendance: Attendance
    is_pass: bool | None
    grade: str | None
    mark: int | None
    sat_on: date | None
    room: str | None
    revision: int
    """The number of amendments, plus one."""
    corrections: Sequence[Values]
    """The outcomes that were corrected, as they were before, oldest first (B17)."""
    updated_at: datetime


@dataclass(frozen=True, kw_only=True)
class BookingFilter:
    """What bookings are searched by; a field that is None does not restrict them.

    ``date_from`` and ``date_to`` are days in London, both included; ``starts_before`` is
    excluded. ``open_at`` leaves out tests whose window is closed at that moment (B8).
    """

    learner: str | None = None
    name: str | None = None
    group: str | None = None
    mode: str | None = None
    registration: str | None = None
    qualification: Collection[str] | None = None
    unit: str | None = None
    order: str | None = None
    attendance: Attendance | None = None
    date_from: date | None = None
    date_to: date | None = None
    starts_from: datetime | None = None
    starts_before: datetime | None = None
    open_at: datetime | None = None
    updated_since: datetime | None = None


def search_bookings(
    connection: Connection,
    *,
    centre: str | None,
    filters: BookingFilter,
    count_to: int = 0,
    limit: int,
    cursor: str | None = None,
) -> Page[BookingRow]:
    """List a page of the bookings that match all filters, by start (B8).

    ``centre`` None means all centres. Raises DatesAreReversed, MomentsAreReversed.
    """
    return page(
        connection,
        select(BOOKINGS),
        by=[BOOKINGS.c.starts, BOOKINGS.c.stream],
        make=_row,
        count_to=count_to,
        limit=limit,
        cursor=cursor,
        since=since(BOOKINGS.c.updated_at, filters.updated_since),
        narrowed=_conditions(connection, centre, filters),
    )


def packages_of(
    connection: Connection, bookings: Iterable[str]
) -> Mapping[str, list[PackageRow]]:
    """Find the downloaded packages of bookings, by booking, oldest first (B11, B14)."""
    found: dict[str, list[PackageRow]] = {}
    named = {str(stream_of(booking)): booking for booking in bookings}
    its = PACKAGES.c
    query = (
        select(
            PACKAGES,
            BOOKINGS.c.booking,
            BOOKINGS.c.revision.label("now_revision"),
            PINS.c.pin.label("now_pin"),
            OFFLINE_CLIENTS.c.name.label("client_name"),
        )
        .join(BOOKINGS, BOOKINGS.c.stream == its.stream)
        .outerjoin(PINS, PINS.c.user_name == its.user_name)
        .outerjoin(OFFLINE_CLIENTS, OFFLINE_CLIENTS.c.client == its.client)
        .where(its.stream.in_(named))
        .order_by(its.position)
    )
    for row in connection.execute(query):
        found.setdefault(row.booking, []).append(_package(row))
    return found


def _package(row: Row[Any]) -> PackageRow:
    why_stale = None
    if row.revision != row.now_revision:
        why_stale = amended_since(row.booking, row.package)
    elif row.pin != row.now_pin:
        why_stale = another_pin(row.user_name, row.package)
    return PackageRow(
        package=row.package,
        user=row.user_name,
        client=row.client,
        client_name=row.client_name,
        downloaded_at=row.downloaded_at,
        why_stale=why_stale,
    )


def sitting(
    connection: Connection,
    *,
    centre: str,
    unit: str,
    starts: datetime,
    room: str | None = None,
) -> list[BookingRow]:
    """List the bookings of a unit's test at one start, in order of learner (B16).

    Cancelled ones are left out. With ``room``, only those in that room are listed.
    """
    its = BOOKINGS.c
    query = select(BOOKINGS).where(
        *equal_to((its.centre, centre), (its.starts, starts), (its.unit, unit)),
        its.attendance != Attendance.CANCELLED,
    )
    if room is not None:
        query = query.where(BOOKINGS.c.room == room)
    found = sorted(connection.execute(query), key=attrgetter("learner", "stream"))
    return [_row(row) for row in found]


def bookings_of_learner(connection: Connection, learner: str) -> list[BookingRow]:
    """List all bookings of a learner, cancelled ones too, by start (L4, R2)."""
    query = select(BOOKINGS).where(BOOKINGS.c.learner == learner)
    found = sorted(connection.execute(query), key=attrgetter("starts", "stream"))
    return [_row(row) for row in found]


def _conditions(
    connection: Connection, centre: str | None, filters: BookingFilter
) -> Narrowed:
    its = BOOKINGS.c
    days, moments = (
        (filters.date_from, filters.date_to),
        (filters.starts_from, filters.starts_before),
    )
    within = [
        *equal_to((its.centre, centre)),
        *within_days(its.starts, *days, path=("date_from",)),
        *within_moments(its.starts, *moments, path=("starts_from",)),
    ]
    kinds = equal_to((its.unit, filters.unit), (its.attendance, filters.attendance))
    checks = [
        *equal_to(
            (its.mode, filters.mode),
            (its.qualification, filters.qualification),
        )
    ]
    if filters.open_at is not None:
        checks.append(its.closes > filters.open_at)
    narrowed = Narrowed(within=within, kinds=[*kinds], checks=checks).also(
        is_learner(BOOKINGS, filters.learner),
        as_called(
            (its.registration, Kind.REGISTRATION, filters.registration),
            (its.order, Kind.ORDER, filters.order),
        ),
    )
    if filters.name is not None:
        narrowed = narrowed.also(of_learner(connection, BOOKINGS, centre, filters.name))
    if filters.group is not None:
        narrowed = narrowed.also(in_group(connection, BOOKINGS, centre, filters.group))
    return narrowed


def _row(row: Row[Any]) -> BookingRow:
    values = {each.name: getattr(row, each.name) for each in fields(BookingRow)}
    return BookingRow(**{**values, "attendance": Attendance(values["attendance"])})
