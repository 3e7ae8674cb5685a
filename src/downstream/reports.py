"""Reports of other systems: the data of their messages, and the command of each."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

import msgspec

from aggregates.bookings.sitting import Attendance
from aggregates.registrations.invoice_line import InvoiceStatus
from commands.bookings.booking import ReportOutcome
from commands.command import Command
from commands.registrations.invoice import ReportInvoiceStatus
from events.centres.user import Role
from store import Actor

STATUSES = "invoicing.statuses"
OUTCOMES = "assessment.outcomes"
DEAD_LETTERS = "learner-management.dead-letters"


class ReportMessage(
    msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True
):
    """The data of a message that is sent to us."""


class InvoiceStatusMessage(ReportMessage, frozen=True, kw_only=True):
    """How far invoicing has come with a line, and on which invoice or credit note (C4).

    ``corrects`` is the wrong number of a document that was reported before.
    """

    line: str
    status: InvoiceStatus
    invoice: str | None = None
    corrects: str | None = None


class OutcomeMessage(ReportMessage, frozen=True, kw_only=True):
    """How a test went: taken, with its result if there is one, or missed (B15).

    One that was reported wrongly is put right by the API, with the reason.
    """

    booking: str
    attendance: Attendance
    is_pass: bool | None = None
    sat_on: date | None = None
    grade: str | None = None
    mark: int | None = None


@dataclass(frozen=True, kw_only=True)
class ReportKind:
    """A kind of message sent to us: its topic, its type, and the sending system's role.

    ``subject`` is the field that names what it is about; ``ask`` makes the command.
    """

    topic: str
    data: type[ReportMessage]
    type: str
    role: Role
    subject: str
    ask: Callable[[Any, Actor, datetime], Command]


def ask_status(data: InvoiceStatusMessage, by: Actor, at: datetime) -> Command:
    return ReportInvoiceStatus(by=by, at=at, **msgspec.structs.asdict(data))


def ask_outcome(data: OutcomeMessage, by: Actor, at: datetime) -> Command:
    return ReportOutcome(by=by, at=at, **msgspec.structs.asdict(data))


REPORTS = (
    ReportKind(
        topic=STATUSES,
        type="invoicing.status-reported.v1",
        data=InvoiceStatusMessage,
        role=Role.INVOICING,
        subject="line",
        ask=ask_status,
    ),
    ReportKind(
        topic=OUTCOMES,
        type="assessment.outcome-reported.v1",
        data=OutcomeMessage,
        role=Role.ASSESSMENT,
        subject="booking",
        ask=ask_outcome,
    ),
)
"""Every kind of message that is accepted."""
