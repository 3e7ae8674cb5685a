"""What the invoicing system can report about an invoice line."""

from events.event import Event


class InvoiceStatusReported(Event, topic="invoice.status-reported"):
    """A line was invoiced, paid or credited; ``invoice`` is the document's number."""

    line: str
    status: str
    invoice: str | None = None


class InvoiceNumberRecorded(Event, topic="invoice.number-recorded"):
    """The number of a line's document was added late, or replaces a wrong one.

    ``is_credit_note``: it is the number of the credit note, not of the invoice.
    """

    line: str
    number: str
    is_credit_note: bool
    replaces: str | None = None
