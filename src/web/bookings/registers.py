"""Attendance registers to print, by day and test, and as a file (B16)."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy import Connection
from starlette.responses import Response

from aggregates.bookings.sitting_time import duration
from aggregates.errors import Refusal
from aggregates.learners.date_of_birth import shown_birth
from aggregates.learners.learner import Learner
from aggregates.uk_time import LONDON
from projections.bookings.bookings import BookingRow
from projections.bookings.sittings import SittingFilter, SittingRow, search_sittings
from projections.paging import LARGEST
from queries.bookings.registers import attendance_register
from queries.titles import title_of, unit_title
from web.bookings.times import TestWindow, write_typed_day, write_typed_time
from web.http.context import PageContext
from web.http.downloads import csv_file
from web.http.inputs import read_day
from web.http.page_router import PageRouter

pages = PageRouter("bookings")

REGISTER = "/bookings/register"
COMING = 10
COLUMNS = (
    *("date", "time", "unit", "unit_title", "room", "learner", "given_name"),
    *("family_name", "date_of_birth", "mode", "minutes", "extra_time", "booking"),
    "attendance",
)


@dataclass(frozen=True, kw_only=True)
class ShownRegister:
    """The register of a test at a time: who sits it, and for how many minutes."""

    sitting: SittingRow
    unit: str
    qualification: str
    window: TestWindow
    seats: Sequence[tuple[BookingRow, Learner, date | None, int]]


@pages.get(REGISTER)
def show_registers(context: PageContext) -> Response:
    """Show the registers of a day, each on a sheet of its own when printed."""
    refused: Exception | None = None
    registers: Sequence[ShownRegister] = ()
    with context.rows() as connection:
        coming = search_sittings(
            connection,
            centre=context.centre,
            filters=SittingFilter(open_at=context.at),
            limit=LARGEST,
        ).rows
        days = [*dict.fromkeys(_day(each) for each in coming)][:COMING]
        day = days[0] if days else context.today
        try:
            day = read_day(context.parameter("day"), "day") or day
            registers = [*registers_of(context, connection, day)]
        except Refusal as error:
            refused = error
    query = context.request.url.query
    return context.page(
        "bookings/register.html",
        title="Attendance registers",
        crumbs=[("Bookings", "/bookings")],
        refused=refused,
        day=day,
        typed=context.parameter("day") or f"{day.day}/{day.month}/{day.year}",
        days=[(each, f"{each.day}/{each.month}/{each.year}") for each in days],
        registers=registers,
        unit=context.parameter("unit") or "",
        file_address=f"{REGISTER}.csv" + (f"?{query}" if query else ""),
    )


@pages.get(f"{REGISTER}.csv")
def download_registers(context: PageContext) -> Response:
    """Give the registers of a day as one file."""
    day = read_day(context.parameter("day"), "day") or context.today
    with context.rows() as connection:
        rows = [
            _row(register, seat)
            for register in registers_of(context, connection, day)
            for seat in register.seats
        ]
    return csv_file(f"register-{day.isoformat()}.csv", COLUMNS, rows)


def registers_of(
    context: PageContext, connection: Connection, day: date
) -> Iterator[ShownRegister]:
    """Give the registers of a day in London, by time; of one unit if that is asked."""
    sittings = search_sittings(
        connection,
        centre=context.centre,
        filters=SittingFilter(
            unit=context.parameter("unit"), date_from=day, date_to=day
        ),
        limit=LARGEST,
    ).rows
    catalogue = context.service.catalogue
    for each in sittings:
        register = attendance_register(
            context.command_context,
            connection,
            centre=each.centre,
            unit=each.unit,
            starts=each.starts,
        )
        yield ShownRegister(
            sitting=each,
            unit=unit_title(catalogue, each.qualification, each.unit) or each.unit,
            qualification=title_of(catalogue, each.qualification) or "",
            window=TestWindow.of(each.starts, context.at),
            seats=[
                (row, person, shown_birth(person.details.date_of_birth), _minutes(row))
                for row, person in register
            ],
        )


def _day(sitting: SittingRow) -> date:
    return sitting.starts.astimezone(LONDON).date()


def _minutes(row: BookingRow) -> int:
    return int(duration(row.minutes, row.extra_time).total_seconds()) // 60


def _row(
    register: ShownRegister, seat: tuple[BookingRow, Learner, date | None, int]
) -> Mapping[str, Any]:
    row, person, born, minutes = seat
    return {
        **vars(row),
        "date": write_typed_day(row.starts),
        "time": write_typed_time(row.starts),
        "unit_title": register.unit,
        "given_name": person.details.given_name,
        "family_name": person.details.family_name,
        "date_of_birth": born,
        "minutes": minutes,
    }
