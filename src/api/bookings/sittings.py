"""Sitting tests over HTTP: launch links and outcomes."""

import secrets
from datetime import date
from hmac import compare_digest
from typing import Annotated, Literal

from fastapi import Path
from pydantic import AwareDatetime, Field

from aggregates.bookings.sitting import Attendance
from aggregates.bookings.sitting_time import window
from api.bookings.bookings import (
    Booked,
    BookingResponse,
    minutes_of,
    respond_with_booking,
)
from api.http.dependencies import Now, ServiceOf
from api.http.request_context import RequestContextOf
from api.http.routing.router import Router
from api.http.schemas import RequestBody, ResponseBody
from commands.bookings.booking import MakeLaunchLink, ReportOutcome, UseLaunchLink
from commands.bookings.booking_correction import CorrectOutcome
from events.centres.user import Role
from policies.policy import CHANNEL as MACHINE
from queries.bookings.launch_links import launch_path, sign_launch
from queries.learners.learners import open_learners
from queries.titles import title_of, unit_title
from repositories.aggregate_types import BOOKING
from repositories.repository import load
from store import Actor

router = Router(prefix="/bookings", tags=["bookings"])
launching = Router(prefix="/launch", tags=["bookings"])

TEST_PLAYER = Actor(user="test player", role=Role.SERVICE, centre=None, channel=MACHINE)


class OutcomeReport(RequestBody, title="BookingOutcome"):
    """The outcome of a test: Taken, Absent, or a result, Pass or Fail (B15)."""

    attendance: Literal[Attendance.TAKEN, Attendance.ABSENT]
    result: Annotated[str, Field(pattern="^(Pass|Fail)$")] | None = Field(
        default=None, examples=["Pass"]
    )
    grade: str | None = Field(default=None, max_length=10, examples=["P"])
    mark: int | None = Field(default=None, ge=0, le=10**6, examples=[34])
    sat_on: date | None = Field(default=None, examples=["2026-11-24"])

    @property
    def is_pass(self) -> bool | None:
        """Whether the result is a pass; None if there is no result."""
        return None if self.result is None else self.result == "Pass"


class OutcomeCorrection(OutcomeReport, title="BookingOutcomeCorrection"):
    """The correct outcome of a test, all of it, and why it was reported otherwise (B17)."""

    reason: str = Field(
        max_length=1000, examples=["Marked again: two answers were misread."]
    )


class LaunchLink(ResponseBody, title="LaunchLink"):
    """A link that starts the test once, until it expires (B12)."""

    link: str = Field(examples=["/api/v1/launch/B-0000000042/7hX2"])
    expires: AwareDatetime


class Launched(ResponseBody, title="LaunchedTest"):
    """The data that the test player needs."""

    booking: str = Field(examples=["B-0000000042"])
    learner: str = Field(examples=["L-0000000017T"])
    given_name: str = Field(examples=["Chloë"])
    family_name: str = Field(examples=["D'Arcy"])
    qualification: str = Field(examples=["Q-0005001227"])
    title: str | None = Field(examples=["Level 2 Diploma in Team Leading"])
    unit: str = Field(examples=["F/506/1934"])
    unit_title: str | None = Field(examples=["Participate in a project"])
    minutes: int
    closes: AwareDatetime


@router.post("/{booking}/outcome", operation_id="reportBookingOutcome")
def report_outcome(
    booking: Booked, body: OutcomeReport, context: RequestContextOf
) -> BookingResponse:
    """Report the outcome of a test; a repeat changes nothing (B15)."""
    return context.answer(
        ReportOutcome(
            **context.command_metadata,
            booking=booking,
            attendance=body.attendance,
            is_pass=body.is_pass,
            sat_on=body.sat_on,
            grade=body.grade,
            mark=body.mark,
        ),
        respond_with_booking,
        booking,
    )


@router.post("/{booking}/outcome/correction", operation_id="correctBookingOutcome")
def correct_outcome(
    booking: Booked, body: OutcomeCorrection, context: RequestContextOf
) -> BookingResponse:
    """Correct the reported outcome of a test; a repeat changes nothing (B17).

    It is refused while an award in force counts the former result; the refusal names the
    claim.
    """
    return context.answer(
        CorrectOutcome(
            **context.command_metadata,
            booking=booking,
            attendance=body.attendance,
            is_pass=body.is_pass,
            sat_on=body.sat_on,
            grade=body.grade,
            mark=body.mark,
            reason=body.reason,
        ),
        respond_with_booking,
        booking,
    )


@router.post("/{booking}/launch", operation_id="createLaunchLink")
def launch(booking: Booked, context: RequestContextOf) -> LaunchLink:
    """Make a link that starts an online test, once and within minutes (B12)."""
    secret = secrets.token_urlsafe(32)
    context.send(
        MakeLaunchLink(**context.command_metadata, booking=booking, secret=secret)
    )
    _, state = context.load(BOOKING, booking)
    if state.launch is None:
        raise AssertionError
    return LaunchLink(
        link=launch_path(context.service.store, booking, secret),
        expires=state.launch[1],
    )


@launching.post("/{booking}/{secret}", operation_id="startTest")
def start(
    booking: Booked,
    secret: Annotated[str, Path(max_length=200, pattern=r"^[\w-]+\.[0-9a-f]{32}$")],
    service: ServiceOf,
    now: Now,
) -> Launched:
    """Start a test by its launch link; the test player needs no token (B12)."""
    told, _, signature = secret.rpartition(".")
    signed = sign_launch(service.store, booking, told)
    if not compare_digest(signed, signature):
        told = ""
    service.send(UseLaunchLink(by=TEST_PLAYER, at=now, booking=booking, secret=told))
    _, state = load(BOOKING, booking, store=service.store, reader=TEST_PLAYER)
    made = state.made
    people = open_learners(service.context, [made.learner], seen_by=made.centre)
    person = people[made.learner].details
    return Launched(
        booking=booking,
        learner=made.learner,
        given_name=person.given_name,
        family_name=person.family_name,
        qualification=made.qualification,
        title=title_of(service.catalogue, made.qualification),
        unit=made.unit,
        unit_title=unit_title(service.catalogue, made.qualification, made.unit),
        minutes=minutes_of(made.minutes, state.extra_time),
        closes=window(state.starts)[1],
    )
