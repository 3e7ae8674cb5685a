"""Correcting a test outcome that was reported wrongly (B17)."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import ClassVar

from aggregates.bookings.booking_correction import (
    correct_outcome,
    correct_test,
    plan_sitting,
)
from aggregates.claims.claim import Claim
from aggregates.claims.claim_status import ClaimStatus
from aggregates.reason import require_reason
from aggregates.registrations.registration import Registration
from commands.bookings.booking import Opened, OutcomeCommand, told_result
from commands.claims.claim import rules_of
from commands.command import (
    CommandContext,
    CommandResult,
    handles,
)
from events.bookings.sitting import TestOutcomeCorrected
from events.identifier import stream_of
from store import Stream


@dataclass(frozen=True, kw_only=True)
class CorrectOutcome(OutcomeCommand):
    """Replace the whole reported outcome of a test, with a reason."""

    title: ClassVar = "correct an outcome"

    reason: str


@handles(CorrectOutcome)
def correct_booking_outcome(
    command: CorrectOutcome, context: CommandContext
) -> CommandResult:
    """Correct the booking, the registration and the timetable in one append."""
    opened = Opened.of(command.booking, command, context)
    require_reason(command.reason)
    corrected = correct_outcome(
        opened.booking,
        attendance=command.attendance,
        result=told_result(command, opened, context),
        reason=command.reason.strip(),
        person_id=opened.stream.id,
        now=command.at,
    )
    claims = _claims(context, opened.registration)
    learner = opened.registration.learner
    submitted = [
        claim.claim
        for _, claim in claims
        if learner in claim.learners
        and claim.learners[learner].standing is ClaimStatus.SUBMITTED
    ]
    tested = [
        test
        for event in corrected
        for test in correct_test(
            opened.registration,
            TestOutcomeCorrected(
                booking=command.booking,
                unit=opened.booking.made.unit,
                attendance=event.attendance,
                grade=event.grade,
                is_pass=event.is_pass,
                sat_on=event.sat_on,
                mark=event.mark,
            ),
            rules=rules_of(context, opened.registration),
            submitted=submitted,
        )
    ]
    changes = opened.changes(
        corrected,
        registration=tested,
        timetable=plan_sitting(
            opened.booking, opened.timetable, attendance=command.attendance
        )
        if corrected
        else [],
    )
    return context.record(
        command,
        *changes,
        created_id=command.booking,
        unchanged=[at for at, _ in claims],
    )


def _claims(
    context: CommandContext, registration: Registration
) -> Iterable[tuple[Stream, Claim]]:
    opened = context.store.open_many(map(stream_of, registration.awards))
    return [(at, Claim.replay(at.events)) for at in opened.values()]
