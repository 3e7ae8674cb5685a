"""Tests over HTTP as they are sat: registers, launch links, and how they went."""

import secrets
from datetime import date
from hmac import compare_digest
from typing import Annotated, Any, Literal

from fastapi import APIRouter, Path, Query
from pydantic import AwareDatetime, Field
from sqlalchemy import Connection

from access.accounts import User
from aggregates.date_of_birth import shown_birth
from aggregates.sitting import Attendance
from aggregates.sitting_time import read_time, window
from api.bookings import Booked, BookingShown, minutes_of, shown
from api.dependencies import CurrentUser, Now, Reads, ServiceOf, one_centre
from api.named import Filter, learners_named
from api.schemas import RequestBody, ResponseBody
from api.sheets import Csv
from api.visit import Visiting
from commands.booking import MakeLaunchLink, ReportOutcome, UseLaunchLink, read_booking
from events.user import Role
from policies.policy import CHANNEL as MACHINE
from projections import bookings
from service import Service
from store import Actor

router = APIRouter(prefix="/bookings", tags=["bookings"])
launching = APIRouter(prefix="/launch", tags=["bookings"])

COLUMNS = (
    "learner",
    "given_name",
    "family_name",
    "date_of_birth",
    "unit",
    "extra_time",
    "attendance",
)
TEST_PLAYER = Actor(user="test player", role=Role.SERVICE, centre=None, channel=MACHINE)


class Outcome(RequestBody, title="BookingOutcome"):
    """How a test went: Taken, Absent, or a result, Pass or Fail (B15)."""

    attendance: Literal[Attendance.TAKEN, Attendance.ABSENT]
    result: Annotated[str, Field(pattern="^(Pass|Fail)$")] | None = Field(
        default=None, examples=["Pass"]
    )
    grade: str | None = Field(default=None, max_length=10, examples=["P"])
    mark: int | None = Field(default=None, ge=0, le=10**6, examples=[34])
    sat_on: date | None = Field(default=None, examples=["2026-11-24"])


class LaunchLink(ResponseBody, title="LaunchLink"):
    """A link that starts the test once, until it expires (B12)."""

    link: str = Field(examples=["/api/v1/launch/B-0000000042/7hX2"])
    expires: AwareDatetime


class Launched(ResponseBody, title="LaunchedTest"):
    """What the test player needs to know."""

    booking: str
    learner: str
    unit: str
    minutes: int
    closes: AwareDatetime


@router.get(
    "/register.csv", operation_id="downloadAttendanceRegister", response_class=Csv
)
def register(
    user: CurrentUser,
    service: ServiceOf,
    reads: Reads,
    unit: Annotated[str, Query(max_length=20, examples=["F/506/1934"])],
    starts: Annotated[str, Query(max_length=40, examples=["2026-12-10T10:00"])],
    centre: Filter = None,
) -> Csv:
    """Give the attendance register of a sitting, to be printed (B16)."""
    rows = sitting_shown(user, service, reads, unit, starts, centre)
    return Csv.called("register.csv", COLUMNS, rows)


class Seat(ResponseBody, title="RegisterEntry"):
    learner: str
    given_name: str
    family_name: str
    date_of_birth: date | None
    unit: str
    extra_time: int
    attendance: Attendance


@router.get("/register", operation_id="getAttendanceRegister")
def register_json(
    user: CurrentUser,
    service: ServiceOf,
    reads: Reads,
    unit: Annotated[str, Query(max_length=20, examples=["F/506/1934"])],
    starts: Annotated[str, Query(max_length=40, examples=["2026-12-10T10:00"])],
    centre: Filter = None,
) -> list[Seat]:
    """Give the attendance register of a sitting (B16)."""
    rows = sitting_shown(user, service, reads, unit, starts, centre)
    return [Seat.model_validate(row) for row in rows]


@router.post("/{booking}/outcome", operation_id="reportBookingOutcome")
def report(booking: Booked, body: Outcome, visit: Visiting) -> BookingShown:
    """Report how the test went; a repeat changes nothing (B15)."""
    command = ReportOutcome(
        **visit.said,
        booking=booking,
        attendance=body.attendance,
        is_pass=None if body.result is None else body.result == "Pass",
        sat_on=body.sat_on,
        grade=body.grade,
        mark=body.mark,
    )
    visit.send(command)
    return shown(visit, booking)


@router.post("/{booking}/launch", operation_id="createLaunchLink")
def launch(booking: Booked, visit: Visiting) -> LaunchLink:
    """Give a link that starts an online test, once and within minutes (B12)."""
    secret = secrets.token_urlsafe(32)
    visit.send(MakeLaunchLink(**visit.said, booking=booking, secret=secret))
    _, state = read_booking(booking, visit.by, visit.desk)
    if state.launch is None:
        raise AssertionError
    signed = visit.service.store.keyed(f"launch {booking} {secret}")[:32]
    return LaunchLink(
        link=f"/api/v1/launch/{booking}/{secret}.{signed}", expires=state.launch[1]
    )


@launching.post("/{booking}/{secret}", operation_id="startTest")
def start(
    booking: Booked,
    secret: Annotated[str, Path(max_length=200, pattern=r"^[\w-]+\.[0-9a-f]{32}$")],
    service: ServiceOf,
    now: Now,
) -> Launched:
    """Start a test by its launch link: for the test player, which has no token (B12)."""
    told, _, signature = secret.rpartition(".")
    signed = service.store.keyed(f"launch {booking} {told}")[:32]
    if not compare_digest(signed, signature):
        told = ""
    service.send(UseLaunchLink(by=TEST_PLAYER, at=now, booking=booking, secret=told))
    _, state = read_booking(booking, TEST_PLAYER, service.desk)
    return Launched(
        booking=booking,
        learner=state.made.learner,
        unit=state.made.unit,
        minutes=minutes_of(state.made.minutes, state.extra_time),
        closes=window(state.starts)[1],
    )


def sitting_shown(
    user: User,
    service: Service,
    reads: Connection,
    unit: str,
    starts: str,
    centre: str | None,
) -> list[dict[str, Any]]:
    """Give the rows of a register. Raises CentreNeeded."""
    at = one_centre(user, centre)
    moment = read_time(starts, pointer="?starts")
    found = bookings.sitting(reads, centre=at, unit=unit, starts=moment)
    named = learners_named(service.desk, {row.learner for row in found}, seen_by=at)
    return [
        {
            "learner": row.learner,
            "given_name": named[row.learner].details.given_name,
            "family_name": named[row.learner].details.family_name,
            "date_of_birth": shown_birth(named[row.learner].details.date_of_birth),
            "unit": row.unit,
            "extra_time": row.extra_time,
            "attendance": row.attendance,
        }
        for row in found
    ]
