"""One registration as it is now, and the invoice statuses of registrations."""

from collections.abc import Iterable, Mapping
from dataclasses import replace

from aggregates.registrations.invoice_line import InvoiceStatus
from commands.command import CommandContext
from commands.registrations.invoice import read_lines
from projections.registrations.registration_rows import RegistrationRow, row_of
from repositories.aggregate_types import REGISTRATION
from repositories.repository import load
from store import Actor, Stream


def invoicing(
    context: CommandContext, rows: Iterable[RegistrationRow]
) -> Mapping[str, InvoiceStatus]:
    """Return the invoice status of each row that has a price, by registration (L4)."""
    charged = [row.registration for row in rows if row.price]
    lines = read_lines(charged, context)
    return {name: line.status for name, line in lines.items()}


def read_registration(
    context: CommandContext, name: str, by: Actor
) -> tuple[Stream, RegistrationRow]:
    """Load a registration as a stream, for its version, and as a row of the list.

    Raises NotFound if there is none, or none that the user may see.
    """
    stream, now = load(REGISTRATION, name, store=context.store, reader=by)
    made = row_of(
        stream.history[0], now.status, updated_at=stream.history[-1].recorded_at
    )
    return stream, replace(made, centre=now.centre, pathway=now.pathway)
