"""Invoice lines: a charge or a credit, and its status in invoicing."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from enum import StrEnum
from typing import Self, TypeAlias, assert_never

from aggregates.aggregate import Aggregate
from aggregates.errors import Malformed, RuleBroken
from events.registrations.invoice import InvoiceNumberRecorded, InvoiceStatusReported

CREDIT = "-CREDIT"
"""The suffix of a credit's name; the part before it is the name of the charge."""


class InvoiceStatus(StrEnum):
    """The status of a line in invoicing (C4)."""

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
"""The statuses that may follow each status of a charge (C4)."""

NEXT_OF_CREDIT: Mapping[InvoiceStatus, frozenset[InvoiceStatus]] = {
    InvoiceStatus.NOT_INVOICED: frozenset({InvoiceStatus.CREDITED}),
    InvoiceStatus.CREDITED: frozenset(),
}
"""A credit is settled in one step (d)."""


InvoiceEvent: TypeAlias = InvoiceStatusReported | InvoiceNumberRecorded


class StatusOutOfOrder(RuleBroken):
    code = "status-out-of-order"
    message = "{line} is {now}, and {wanted} was reported; nothing was changed. {next}"


class ChargeWasCancelled(RuleBroken):
    code = "charge-was-cancelled"
    message = (
        "{line} was cancelled before it was invoiced, so {wanted} cannot be reported of"
        " it. The charge is taken back by {credit}: leave the charge off invoices, and"
        " report {credit} Credited."
    )


class NumberTooEarly(RuleBroken):
    code = "number-too-early"
    message = (
        "{line} is not invoiced yet, so leave the number out; or report {first} with"
        " {given}."
    )


class OtherInvoice(RuleBroken):
    code = "other-invoice"
    message = (
        "{line} is {now} with {known}, and {given} was reported; nothing was changed."
        ' If {known} is wrong, send {given} again with "corrects": "{known}".'
    )


class NothingToCorrect(RuleBroken):
    code = "nothing-to-correct"
    message = "{line} has no number yet that could be corrected. Leave corrects out."


class RightNumberMissing(Malformed):
    code = "right-number-missing"
    message = "Give the right number as invoice, beside the wrong one in corrects."


@dataclass(frozen=True, kw_only=True)
class InvoiceLine(Aggregate):
    """One charge or credit, named after its registration or booking.

    ``invoice`` and ``credit_note`` are the numbers of the documents that contain it.
    """

    line: str
    status: InvoiceStatus = InvoiceStatus.NOT_INVOICED
    invoice: str | None = None
    credit_note: str | None = None

    @property
    def is_credit(self) -> bool:
        return self.line.endswith(CREDIT)

    def report(
        self,
        status: InvoiceStatus,
        *,
        invoice: str | None,
        corrects: str | None = None,
        is_cancelled: bool = False,
    ) -> list[InvoiceEvent]:
        """Record a reported status; a repeat makes no event (C4).

        Paid keeps the number of Invoiced; Credited has a number of its own. A missing
        number is added; a wrong one is replaced if ``corrects`` names it. Once the line is
        Credited, reporting Invoiced with a number adds the missing invoice number and
        leaves the line Credited. ``is_cancelled``: a credit cancelled the charge before it
        was invoiced.
        """
        if self._is_late(status, invoice):
            return self._number(invoice, self.invoice, corrects, (), is_note=False)
        if status is not self.status:
            self._require_next(status, is_cancelled=is_cancelled)
        elif invoice is not None and status is InvoiceStatus.NOT_INVOICED:
            first = min(self._following)
            raise NumberTooEarly(
                path=("invoice",), line=self.line, first=first, given=invoice
            )
        if corrects is not None and invoice is None:
            raise RightNumberMissing(path=("invoice",))
        is_note = status is InvoiceStatus.CREDITED
        if is_note and corrects is not None and corrects == self.invoice:
            is_note = self.status is not InvoiceStatus.CREDITED
        known = self.credit_note if is_note else self.invoice
        events: list[InvoiceEvent] = []
        if status is not self.status:
            reported = InvoiceStatusReported(
                line=self.line, status=status, invoice=invoice
            )
            events = [reported]
        numbers = self._number(invoice, known, corrects, events, is_note=is_note)
        return [*numbers, *events]

    def _is_late(self, status: InvoiceStatus, number: str | None) -> bool:
        """Whether this adds the invoice number of a charge that was already credited."""
        is_credited = self.status is InvoiceStatus.CREDITED and not self.is_credit
        is_invoice = status is InvoiceStatus.INVOICED and number is not None
        return is_credited and is_invoice and self.invoice in {None, number}

    def _number(
        self,
        given: str | None,
        known: str | None,
        corrects: str | None,
        reported: Sequence[InvoiceEvent],
        *,
        is_note: bool,
    ) -> list[InvoiceEvent]:
        """Record a number that was missing or wrong, in addition to what is ``reported``."""
        if given is None or given == known:
            return []
        if known is None and corrects is not None:
            raise NothingToCorrect(path=("corrects",), line=self.line)
        if known is None and reported:
            return []  # the status event carries it
        if known is not None and corrects != known:
            raise OtherInvoice(
                path=("invoice",),
                line=self.line,
                now=self.status,
                known=known,
                given=given,
            )
        return [
            InvoiceNumberRecorded(
                line=self.line, number=given, is_credit_note=is_note, replaces=known
            )
        ]

    @property
    def _following(self) -> frozenset[InvoiceStatus]:
        return (NEXT_OF_CREDIT if self.is_credit else NEXT)[self.status]

    def _require_next(self, wanted: InvoiceStatus, *, is_cancelled: bool) -> None:
        """Raise ChargeWasCancelled or StatusOutOfOrder unless this status may follow."""
        if is_cancelled and not self.is_credit:
            raise ChargeWasCancelled(
                path=("status",),
                line=self.line,
                wanted=wanted,
                credit=self.line + CREDIT,
            )
        if wanted not in self._following:
            allowed = " or ".join(sorted(self._following))
            raise StatusOutOfOrder(
                path=("status",),
                line=self.line,
                now=self.status,
                wanted=wanted,
                next=f"Report {allowed} next."
                if allowed
                else "That is its last status.",
            )

    @classmethod
    def begin(cls, event: InvoiceStatusReported) -> Self:
        return cls(line=event.line).apply(event)

    def apply(self, event: InvoiceEvent) -> Self:
        match event:
            case InvoiceStatusReported(status=InvoiceStatus.CREDITED):
                credited = InvoiceStatus.CREDITED
                return replace(self, status=credited, credit_note=event.invoice)
            case InvoiceStatusReported(status=status):
                number = event.invoice or self.invoice
                return replace(self, status=InvoiceStatus(status), invoice=number)
            case InvoiceNumberRecorded(is_credit_note=True, number=number):
                return replace(self, credit_note=number)
            case InvoiceNumberRecorded(number=number):
                return replace(self, invoice=number)
            case _:
                assert_never(event)
