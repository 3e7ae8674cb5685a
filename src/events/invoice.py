"""What can happen to a line of an invoice: what the invoicing system says of it."""

from events.event import Event


class InvoiceStatusReported(Event, topic="invoice.status-reported"):
    """A line was invoiced, paid or credited; ``invoice`` is that document's number."""

    line: str
    status: str
    invoice: str | None = None
