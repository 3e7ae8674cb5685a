"""Whether a registration can be cancelled, and the charge for that (C2, C3, C5)."""

from collections.abc import Sequence
from dataclasses import dataclass

from aggregates.registrations.cancellation import (
    CancellationCondition,
    charge_sentence,
    charge_stands,
    conditions,
    refund_request,
)
from aggregates.registrations.invoice_line import InvoiceLine
from aggregates.registrations.registration import Registration
from commands.command import CommandContext
from commands.registrations.cancellation import processed_claims
from commands.registrations.invoice import read_line
from repositories.aggregate_types import REGISTRATION
from repositories.repository import load_many


@dataclass(frozen=True, kw_only=True)
class Cancellation:
    """The conditions for cancelling a registration, and its invoice line."""

    registration: Registration
    line: InvoiceLine
    conditions: Sequence[CancellationCondition]

    @property
    def can_be_cancelled(self) -> bool:
        return all(condition.is_met for condition in self.conditions)

    @property
    def charge_stands(self) -> bool:
        return charge_stands(self.line.status)

    @property
    def charge(self) -> str:
        """Say whether the registration is still charged after cancelling."""
        return charge_sentence(self.line.status)

    @property
    def refund_request(self) -> str | None:
        """The request to support for a refund of a charge that stays (C5)."""
        return refund_request(self.registration, self.line)


def cancellation_of(
    context: CommandContext, registration: Registration
) -> Cancellation:
    """Return the present conditions for cancelling a registration."""
    _, line = read_line(registration.registration, context)
    opened = load_many(REGISTRATION, registration.parts, store=context.store)
    parts = [part for _, part in opened.values()]
    processed = processed_claims(context, [registration, *parts])
    return Cancellation(
        registration=registration,
        line=line,
        conditions=[*conditions(registration, parts, processed=processed)],
    )
