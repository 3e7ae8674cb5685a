"""Sittings over HTTP: the list, their rooms, and their attendance registers."""

from datetime import date, datetime
from typing import Annotated

from fastapi import Depends, Query, Request, Response
from pydantic import AwareDatetime, Field
from sqlalchemy import Connection

from access.policy import require_may
from aggregates.bookings.booking_refusals import NobodySits
from aggregates.bookings.sitting import Attendance
from aggregates.bookings.sitting_time import read_time
from aggregates.learners.date_of_birth import shown_birth
from aggregates.learners.learner import Learner
from aggregates.uk_time import LONDON, clock_in_london, in_london
from api.bookings.bookings import (
    Booked,
    BookingResponse,
    minutes_of,
    respond_with_booking,
)
from api.http.dependencies import (
    CurrentUser,
    Now,
    Paging,
    Reads,
    ServiceOf,
    one_centre,
    scope,
)
from api.http.references import CentreName, Filter
from api.http.request_context import ConditionalContextOf, RequestContextOf
from api.http.responses import ListResponse, list_response
from api.http.routing.router import Router
from api.http.schemas import RequestBody, ResponseBody
from api.http.sheets import CsvStream
from api.orders.product_filters import Qualifications
from catalogue import Catalogue
from commands.bookings.sitting import GiveRoom
from commands.command import CommandContext
from events.centres.user import Role
from projections.bookings import bookings, sittings
from projections.bookings.bookings import BookingRow
from projections.bookings.sittings import SittingFilter, SittingRow
from queries.bookings.registers import attendance_register
from queries.titles import title_of, unit_title

router = Router(prefix="/bookings", tags=["bookings"])
list_router = Router(prefix="/sittings", tags=["bookings"])

Unit = Annotated[str, Query(max_length=20, examples=["F/506/1934"])]
Starts = Annotated[str, Query(max_length=40, examples=["2026-12-10T10:00"])]
RoomFilter = Annotated[
    str | None, Query(max_length=100, description="Only those who sit in this room.")
]
Room = Annotated[str | None, Field(max_length=100, examples=["Hall B"])]


class SittingResponse(ResponseBody, title="Sitting"):
    """The tests of a unit at one time; cancelled ones do not count."""

    centre: str = Field(examples=["48213"])
    centre_name: CentreName = None
    qualification: str = Field(examples=["Q-0005001227"])
    title: str | None = Field(examples=["Level 2 Diploma in Team Leading"])
    unit: str = Field(examples=["F/506/1934"])
    unit_title: str | None = Field(examples=["Participate in a project"])
    starts: AwareDatetime
    when: str = Field(examples=["10 December 2026 at 10:00"])
    modes: list[str] = Field(
        description="A mode, or Paper.", examples=[["Offline", "Paper"]]
    )
    rooms: list[str] = Field(examples=[["Hall B"]])
    learners: int
    booked: int
    taken: int
    absent: int
    register_at: str = Field(
        examples=[
            "/api/v1/bookings/register?unit=F/506/1934&starts=2026-12-10T10:00:00Z"
        ]
    )
    """Where its attendance register is; the same as CSV at ``register.csv``."""


class Seat(ResponseBody, title="RegisterEntry"):
    """A learner in an attendance register; date and time are in London."""

    learner: str = Field(examples=["L-0000000017T"])
    given_name: str = Field(examples=["Chloë"])
    family_name: str = Field(examples=["D'Arcy"])
    date_of_birth: date | None
    qualification: str = Field(examples=["Q-0005001227"])
    title: str | None = Field(examples=["Level 2 Diploma in Team Leading"])
    unit: str = Field(examples=["F/506/1934"])
    unit_title: str | None = Field(examples=["Participate in a project"])
    date: str = Field(examples=["2026-12-10"])
    time: str = Field(examples=["10:00"])
    room: str | None = Field(examples=["Hall B"])
    mode: str | None = Field(examples=["Online"])
    minutes: int
    extra_time: int
    booking: str = Field(examples=["B-0000000042"])
    attendance: Attendance


COLUMNS = tuple(Seat.model_fields)


class RoomChoice(RequestBody, title="RoomChoice"):
    """The room in which a test is sat; null removes it."""

    room: Room


class SittingRoomChoice(RoomChoice, title="SittingRoomChoice"):
    """The room for all tests of a unit at one time."""

    unit: str = Field(max_length=20, examples=["F/506/1934"])
    starts: str = Field(max_length=40, examples=["2026-12-10T10:00"])


class SittingRoom(ResponseBody, title="SittingRoom"):
    """The room of a sitting, and the number of its bookings."""

    room: Room
    bookings: int


@list_router.get("", operation_id="listSittings")
def list_sittings(
    request: Request,
    response: Response,
    user: CurrentUser,
    service: ServiceOf,
    reads: Reads,
    part: Paging,
    now: Now,
    qualification: Qualifications,
    unit: Filter = None,
    room: RoomFilter = None,
    date_from: Annotated[
        date | None, Query(description="The first day in London.")
    ] = None,
    date_to: Annotated[
        date | None, Query(description="The last day in London.")
    ] = None,
    centre: Filter = None,
    *,
    past: Annotated[bool, Query(description="Those that are over as well.")] = False,
) -> ListResponse[SittingResponse]:
    """List present and future sittings by time, each with the number of learners (B16)."""
    found = sittings.search_sittings(
        reads,
        centre=scope(user, centre),
        filters=SittingFilter(
            unit=unit,
            qualification=qualification,
            room=room,
            date_from=date_from,
            date_to=date_to,
            open_at=None if past else now,
        ),
        limit=part.limit,
        cursor=part.cursor,
    )
    return list_response(
        request, response, found, lambda row: sitting_response(row, service.catalogue)
    )


@list_router.post("/room", operation_id="setSittingRoom")
def set_sitting_room(
    body: SittingRoomChoice, context: RequestContextOf, reads: Reads
) -> SittingRoom:
    """Set the room in which all tests of a unit at one time are sat (B16)."""
    require_may(GiveRoom, Role(context.by.role))
    starts = read_time(body.starts, path=("starts",))
    found = bookings.sitting(
        reads, centre=context.by.centre or "", unit=body.unit, starts=starts
    )
    if not found:
        raise NobodySits(path=("starts",), unit=body.unit, starts=in_london(starts))
    names = tuple(row.booking for row in found)
    context.send(GiveRoom(**context.command_metadata, bookings=names, room=body.room))
    return SittingRoom(room=body.room, bookings=len(names))


@router.put("/{booking}/room", operation_id="setBookingRoom")
def set_room(
    booking: Booked, body: RoomChoice, context: ConditionalContextOf
) -> BookingResponse:
    """Set the room in which a test is sat; a downloaded package stays valid (B16)."""
    return context.answer(
        GiveRoom(**context.command_metadata, bookings=(booking,), room=body.room),
        respond_with_booking,
        booking,
    )


def register_rows(
    user: CurrentUser,
    service: ServiceOf,
    reads: Reads,
    unit: Unit,
    starts: Starts,
    room: RoomFilter = None,
    centre: Filter = None,
) -> list[Seat]:
    """Give the rows of a register, by name. Raises CentreNeeded."""
    return seats(
        service.context,
        reads,
        centre=one_centre(user, centre),
        unit=unit,
        starts=read_time(starts, path=("starts",)),
        room=room,
    )


Register = Annotated[list[Seat], Depends(register_rows)]


@router.get(
    "/register.csv", operation_id="downloadAttendanceRegister", response_class=CsvStream
)
def download_register(register: Register) -> CsvStream:
    """Download the attendance register of a sitting, by name, to print (B16)."""
    rows = (seat.model_dump() for seat in register)
    return CsvStream.make("register.csv", COLUMNS, rows, is_for_people=True)


@router.get("/register", operation_id="getAttendanceRegister")
def get_register(register: Register) -> list[Seat]:
    """Show the attendance register of a sitting, by name (B16)."""
    return register


def seats(
    context: CommandContext,
    reads: Connection,
    *,
    centre: str,
    unit: str,
    starts: datetime,
    room: str | None,
) -> list[Seat]:
    """List the learners who sit a test of a unit at a time, maybe in one room, by name."""
    register = attendance_register(
        context, reads, centre=centre, unit=unit, starts=starts, room=room
    )
    return [seat_response(row, person, context.catalogue) for row, person in register]


def seat_response(row: BookingRow, person: Learner, catalogue: Catalogue) -> Seat:
    return Seat(
        learner=row.learner,
        given_name=person.details.given_name,
        family_name=person.details.family_name,
        date_of_birth=shown_birth(person.details.date_of_birth),
        qualification=row.qualification,
        title=title_of(catalogue, row.qualification),
        unit=row.unit,
        unit_title=unit_title(catalogue, row.qualification, row.unit),
        date=row.starts.astimezone(LONDON).date().isoformat(),
        time=clock_in_london(row.starts),
        room=row.room,
        mode=row.mode,
        minutes=minutes_of(row.minutes, row.extra_time),
        extra_time=row.extra_time,
        booking=row.booking,
        attendance=row.attendance,
    )


def sitting_response(row: SittingRow, catalogue: Catalogue) -> SittingResponse:
    starts = row.starts.isoformat().replace("+00:00", "Z")
    query = f"unit={row.unit}&starts={starts}&centre={row.centre}"
    return SittingResponse(
        **{**vars(row), "modes": list(row.modes), "rooms": list(row.rooms)},
        title=title_of(catalogue, row.qualification),
        unit_title=unit_title(catalogue, row.qualification, row.unit),
        when=in_london(row.starts),
        register_at=f"/api/v1/bookings/register?{query}",
    )
