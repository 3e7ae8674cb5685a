"""What may be asked of an order of entries: put together, then confirmed (B1)."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal
from typing import Any, ClassVar

from aggregates.bookings.entry_order import EntryOrder
from aggregates.bookings.entry_rules import entry_paths
from aggregates.errors import FieldPath
from aggregates.loss import require_no_loss
from aggregates.orders.order_line import purchase_order_number
from aggregates.orders.order_loss import lost_from_entries
from commands.bookings.entry_facts import EntryFacts
from commands.bookings.entry_lines import EntryLine, expand
from commands.command import Command, CommandContext, CommandResult, handles
from events.bookings.entry_order import EntriesChosen, Entry, EntryOrderBegun
from events.event import Event
from events.identifier import Kind
from repositories.aggregate_types import ENTRY_ORDER
from store import Change


@dataclass(frozen=True, kw_only=True)
class BeginEntryOrder(Command):
    """Begin an order of entries, with those that are known."""

    title: ClassVar = "begin an entry order"

    entries: tuple[Entry, ...] = ()
    lines: tuple[EntryLine, ...] = ()
    purchase_order: str | None = None


@dataclass(frozen=True, kw_only=True)
class ChooseEntries(Command):
    """Say which tests are to be booked for whom, and when: these and no others."""

    title: ClassVar = "choose entries"

    order: str
    entries: tuple[Entry, ...] = ()
    lines: tuple[EntryLine, ...] = ()
    confirm_loss: bool = False


@dataclass(frozen=True, kw_only=True)
class AddEntries(Command):
    """Say which tests are to be booked besides those of the order."""

    title: ClassVar = "add entries"

    order: str
    entries: tuple[Entry, ...] = ()
    lines: tuple[EntryLine, ...] = ()


@dataclass(frozen=True, kw_only=True)
class ChangeEntry(Command):
    """Change a learner's entry for a unit, or all of a learner's entries (None).

    ``changes`` are delivery, mode, starts and extra time, as far as they change.
    """

    title: ClassVar = "change an entry"

    order: str
    learner: str
    unit: str | None = None
    changes: Mapping[str, Any]
    confirm_loss: bool = False


@dataclass(frozen=True, kw_only=True)
class RemoveEntry(Command):
    """Take off a learner's entry for a unit, or all of a learner's entries (None)."""

    title: ClassVar = "remove an entry"

    order: str
    learner: str
    unit: str | None = None
    confirm_loss: bool = False


@dataclass(frozen=True, kw_only=True)
class GiveEntryPurchaseOrderNumber(Command):
    """Say what the centre calls the purchase."""

    title: ClassVar = "give an entry purchase order number"

    order: str
    number: str | None


@dataclass(frozen=True, kw_only=True)
class DeleteEntryOrder(Command):
    """Throw away an order that has not been confirmed."""

    title: ClassVar = "delete an entry order"

    order: str


@dataclass(frozen=True, kw_only=True)
class ConfirmEntryOrder(Command):
    """Book every entry, at the total that was seen."""

    title: ClassVar = "confirm an entry order"

    order: str
    total: Decimal


@handles(BeginEntryOrder)
def begin_entry_order(
    command: BeginEntryOrder, context: CommandContext
) -> CommandResult:
    name = context.new_identifier(Kind.ORDER)
    begun = EntryOrderBegun(order=name, centre=command.by.centre or "")
    order = EntryOrder.begin(replace(begun, order=""))
    events: list[Event] = [begun, *_choose_entries(command, context, order)]
    events += order.give_number(
        purchase_order_number(command.purchase_order, path=("purchase_order_number",))
    )
    change = ENTRY_ORDER.new(name).change(events, owner=command.by.centre)
    return context.record(command, change, created_id=name)


@handles(ChooseEntries)
def choose_entries(command: ChooseEntries, context: CommandContext) -> CommandResult:
    stream, order = context.load(ENTRY_ORDER, command.order, command)
    chosen = _choose_entries(command, context, order)
    _require_no_loss(command, order, chosen, path=("entries",))
    return context.record(command, stream.change(chosen))


def _require_no_loss(
    command: ChooseEntries | ChangeEntry | RemoveEntry,
    order: EntryOrder,
    events: Sequence[EntriesChosen],
    *,
    path: FieldPath | None = None,
) -> None:
    """Raise WorkWouldBeLost, which names what was typed and goes, unless confirmed."""
    lost = lost_from_entries(order.entries, order.after(events).entries)
    require_no_loss(lost, confirm_loss=command.confirm_loss, path=path)


@handles(AddEntries)
def add_entries(command: AddEntries, context: CommandContext) -> CommandResult:
    stream, order = context.load(ENTRY_ORDER, command.order, command)
    added = _choose_entries(command, context, order, kept=order.entries)
    return context.record(command, stream.change(added))


def _choose_entries(
    command: BeginEntryOrder | ChooseEntries | AddEntries,
    context: CommandContext,
    order: EntryOrder,
    *,
    kept: Sequence[Entry] = (),
) -> list[EntriesChosen]:
    """Decide on entries sent one by one, and on those that lines give to many."""
    many, their_paths = expand(context, order.centre, command.lines, command.by)
    entries = (*command.entries, *many)
    paths = (*entry_paths(len(command.entries)), *their_paths)
    found = EntryFacts.of(context, order.centre, entries)
    return order.choose(
        entries,
        found.places,
        command.at,
        last=found.last,
        left=found.left,
        erased=found.erased,
        paths=paths,
        kept=kept,
    )


@handles(ChangeEntry)
def change_entry(command: ChangeEntry, context: CommandContext) -> CommandResult:
    stream, order = context.load(ENTRY_ORDER, command.order, command)
    order.require_open()
    changing = order.entries_of(command.learner, command.unit)
    found = EntryFacts.of(context, order.centre, changing)
    changed = order.change(
        command.learner,
        command.unit,
        command.changes,
        found.places,
        command.at,
        last=found.last,
        left=found.left,
        erased=found.erased,
    )
    _require_no_loss(command, order, changed)
    return context.record(command, stream.change(changed))


@handles(RemoveEntry)
def remove_entry(command: RemoveEntry, context: CommandContext) -> CommandResult:
    stream, order = context.load(ENTRY_ORDER, command.order, command)
    removed = order.remove(command.learner, command.unit)
    _require_no_loss(command, order, removed)
    return context.record(command, stream.change(removed))


@handles(GiveEntryPurchaseOrderNumber)
def give_number(
    command: GiveEntryPurchaseOrderNumber, context: CommandContext
) -> CommandResult:
    stream, order = context.load(ENTRY_ORDER, command.order, command)
    number = purchase_order_number(command.number, path=("purchase_order_number",))
    return context.record(command, stream.change(order.give_number(number)))


@handles(DeleteEntryOrder)
def delete_entry_order(
    command: DeleteEntryOrder, context: CommandContext
) -> CommandResult:
    stream, order = context.load(ENTRY_ORDER, command.order, command)
    return context.record(command, stream.change(order.delete()))


@handles(ConfirmEntryOrder)
def confirm_entry_order(
    command: ConfirmEntryOrder, context: CommandContext
) -> CommandResult:
    """Book all of them or none, on the facts of each registration and timetable."""
    stream, order = context.load(ENTRY_ORDER, command.order, command)
    found = EntryFacts.of(
        context, order.centre, () if order.confirmed else order.entries
    )
    new_identifiers = [context.new_identifier(Kind.BOOKING) for _ in order.entries]
    confirmed = order.confirm(
        found.places,
        found.timetables,
        total=command.total,
        bookings=new_identifiers,
        now=command.at,
        last=found.last,
        left=found.left,
        erased=found.erased,
    )
    changes: list[Change] = []
    for event in confirmed:
        changes = found.make_bookings(order, event.entries)
    return context.record(
        command, stream.change(confirmed), *changes, created_id=order.order
    )
