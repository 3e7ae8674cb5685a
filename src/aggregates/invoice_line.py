"""Lines of invoices: what is charged or credited, and how far invoicing has come."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from enum import StrEnum
from typing import Self

from aggregates.aggregate import Aggregate
from aggregates.errors import RuleBroken
from events.invoice import InvoiceStatusReported

CREDIT = "-CREDIT"
"""What a line's name ends in that takes back the charge whose name it begins with."""


class InvoiceStatus(StrEnum):
    """How far invoicing has come with a line (C4)."""

    NOT_INVOICED = "Not invoiced"
    INVOICED = "Invoiced"
    PAID = "Paid"
    CREDITED = "Credited"


NEXT: Mapping[InvoiceStatus, frozenset[InvoiceStatus]] = {
    InvoiceStatus.NOT_INVOICED: frozenset({InvoiceStatus.INVOICED}),
    InvoiceStatus.INVOICED: frozenset({InvoiceStatus.PAID, InvoiceStatus.CREDITED}),
    InvoiceStatus.PAID: frozenset({InvoiceStatus.CREDITED}),
    InvoiceStatus.CREDITED: frozenset(),
}
"""What may be reported of a charge, after what (C4)."""

NEXT_OF_CREDIT: Mapping[InvoiceStatus, frozenset[InvoiceStatus]] = {
    InvoiceStatus.NOT_INVOICED: frozenset({InvoiceStatus.CREDITED}),
    InvoiceStatus.CREDITED: frozenset(),
}
"""A credit is settled in one step (d)."""


class StatusOutOfOrder(RuleBroken):
    message = (
        "The line {line} is {now}, so it cannot become {wanted}. It can become"
        " {allowed}."
    )


class OtherInvoice(RuleBroken):
    message = (
        "The line {line} is {now} on {known}, and {given} was reported for it. Report"
        " the same number, or correct it where it is kept."
    )


@dataclass(frozen=True, kw_only=True)
class InvoiceLine(Aggregate):
    """One charge or credit, named after the registration or booking that it is for.

    ``invoice`` and ``credit_note`` are the numbers of the documents that it is on.
    """

    line: str
    status: InvoiceStatus = InvoiceStatus.NOT_INVOICED
    invoice: str | None = None
    credit_note: str | None = None

    @property
    def is_credit(self) -> bool:
        return self.line.endswith(CREDIT)

    def report(
        self, status: InvoiceStatus, *, invoice: str | None
    ) -> list[InvoiceStatusReported]:
        """Take down what the invoicing system says; a repeat is nothing new (C4).

        What is paid is what was invoiced; what is credited has a number of its own.
        """
        following = (NEXT_OF_CREDIT if self.is_credit else NEXT)[self.status]
        is_repeat = status is self.status
        if not is_repeat and status not in following:
            raise StatusOutOfOrder(
                pointer="/status",
                line=self.line,
                now=self.status,
                wanted=status,
                allowed=" or ".join(sorted(following)) or "nothing else",
            )
        known = self.invoice
        if status is InvoiceStatus.CREDITED:
            known = self.credit_note
        is_settled = is_repeat or known is not None
        if is_settled and invoice not in {None, known}:
            raise OtherInvoice(
                pointer="/invoice",
                line=self.line,
                now=self.status,
                known=known or "no document",
                given=invoice,
            )
        if is_repeat:
            return []
        return [InvoiceStatusReported(line=self.line, status=status, invoice=invoice)]

    @classmethod
    def begin(cls, event: InvoiceStatusReported) -> Self:
        return cls(line=event.line).apply(event)

    def apply(self, event: InvoiceStatusReported) -> Self:
        now = replace(self, status=InvoiceStatus(event.status))
        if now.status is InvoiceStatus.CREDITED:
            return replace(now, credit_note=event.invoice)
        return replace(now, invoice=event.invoice or self.invoice)
