"""A registration's status, as the rows of several read models keep it."""

from aggregates.registrations.registration_state import COMPLETING, Status
from events.event import Event
from events.registrations.registration import (
    AwardClaimed,
    AwardWithdrawn,
    PartCompleted,
    PartReopened,
    RegistrationCancelled,
    RegistrationReopened,
)
from projections.rows import Values

ACTIVE: Values = {"status": Status.ACTIVE, "completed_by": None}
COMPLETED_BY = "completed_by"
OPEN_PARTS = "open_parts"
"""How many parts of an apprenticeship are not completed; 0 where there are none (O7)."""
STATUS_EVENTS = (
    AwardClaimed,
    AwardWithdrawn,
    PartCompleted,
    PartReopened,
    RegistrationCancelled,
    RegistrationReopened,
)
"""The events that change it."""


def registration_status_after(event: Event, row: Values | None) -> Values:
    """Give what an event makes of a row's standing; {} if nothing."""
    match event:
        case AwardClaimed(claim=claim, award_type=award_type):
            if award_type in COMPLETING:
                return {"status": Status.COMPLETED, COMPLETED_BY: claim}
        case AwardWithdrawn(claim=claim):
            if row is not None and row[COMPLETED_BY] == claim:
                return ACTIVE
        case PartCompleted() | PartReopened():
            if row is not None:
                was_completed = isinstance(event, PartCompleted)
                left = row[OPEN_PARTS] + (-1 if was_completed else 1)
                status = Status.ACTIVE if left else Status.COMPLETED
                return {"status": status, OPEN_PARTS: left}
        case RegistrationReopened():
            return ACTIVE
        case RegistrationCancelled():
            return {"status": Status.CANCELLED, COMPLETED_BY: None}
        case _:
            pass
    return {}
