"""Commands of the invoicing system on invoice lines."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import ClassVar

from aggregates.errors import NotFound
from aggregates.registrations.invoice_line import CREDIT, InvoiceLine, InvoiceStatus
from commands.command import Command, CommandContext, CommandResult, handles
from events.bookings.booking import BookingCancelled, BookingMade
from events.event import Event
from events.identifier import stream_of
from events.registrations.registration import RegistrationCancelled, RegistrationMade
from repositories.aggregate_types import INVOICE_LINE
from repositories.repository import find, load_many, require_expected
from store import Stream


@dataclass(frozen=True, kw_only=True)
class ReportInvoiceStatus(Command):
    """Report that a line was invoiced, paid or credited (C4).

    ``invoice`` is the document's number; ``corrects`` is the wrong number that it replaces.
    """

    title: ClassVar = "report invoice statuses"

    line: str
    status: InvoiceStatus
    invoice: str | None = None
    corrects: str | None = None


@handles(ReportInvoiceStatus)
def report_invoice_status(
    command: ReportInvoiceStatus, context: CommandContext
) -> CommandResult:
    charged = require_line(command.line, context)
    stream, line = read_line(command.line, context)
    require_expected(stream, command.expect)
    events = line.report(
        command.status,
        invoice=command.invoice,
        corrects=command.corrects,
        is_cancelled=any(map(is_credit, charged.events)),
    )
    change = stream.change(events, owner=charged.owner)
    return context.record(command, change, created_id=command.line, unchanged=[charged])


def read_line(line: str, context: CommandContext) -> tuple[Stream, InvoiceLine]:
    """Load a line; without any report it is Not invoiced."""
    stream, reported = find(INVOICE_LINE, line, store=context.store)
    return stream, reported or InvoiceLine(line=line)


def read_lines(lines: Iterable[str], context: CommandContext) -> dict[str, InvoiceLine]:
    """Load many lines at once, by name."""
    lines = list(lines)
    reported = load_many(INVOICE_LINE, lines, store=context.store)
    return {
        line: reported[line][1] if line in reported else InvoiceLine(line=line)
        for line in lines
    }


def require_line(line: str, context: CommandContext) -> Stream:
    """Load the stream that a line is for. Raises NotFound if there is no such charge or credit."""
    charged = context.store.open(stream_of(line.removesuffix(CREDIT)))
    wanted = [is_charge, is_credit] if line.endswith(CREDIT) else [is_charge]
    if not all(any(map(each, charged.events)) for each in wanted):
        raise NotFound(what="invoice line", name=line)
    return charged


def is_charge(event: Event) -> bool:
    """Whether the event makes a charge; parts of an apprenticeship cost nothing."""
    return isinstance(event, RegistrationMade | BookingMade) and bool(event.price)


def is_credit(event: Event) -> bool:
    """Whether the event cancels a charge that has not been credited already (C3)."""
    if isinstance(event, RegistrationCancelled | BookingCancelled):
        is_credited = event.invoice_status == InvoiceStatus.CREDITED
        return not (event.charge_stands or is_credited)
    return False
