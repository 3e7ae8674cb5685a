"""What can happen to a line of an invoice: what the invoicing system says of it."""

from events.event import Event


class InvoiceStatusReported(Event, topic="invoice.status-reported"):
    """A line was invoiced, paid or credited; ``invoice`` is that document's number."""

    line: str
    status: str
    invoice: str | None = None


class InvoiceNumberRecorded(Event, topic="invoice.number-recorded"):
    """The number of a line's document came late, or took the place of a wrong one.

    ``is_credit_note``: it is the credit note's, else the invoice's.
    """

    line: str
    number: str
    is_credit_note: bool
    replaces: str | None = None
