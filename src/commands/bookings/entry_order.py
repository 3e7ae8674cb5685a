"""Commands on an entry order: put it together, then confirm it (B1)."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal
from typing import Any, ClassVar

from aggregates.bookings.entry_check import entry_paths
from aggregates.bookings.entry_order import EntryOrder, Later
from aggregates.errors import FieldPath
from aggregates.loss import require_no_loss
from aggregates.orders.order_line import purchase_order_number
from aggregates.orders.order_loss import lost_from_entries
from commands.bookings.entry_facts import EntryFacts
from commands.bookings.entry_lines import EntryLine, expand
from commands.command import Command, CommandContext, CommandResult, Decisions, handles
from events.bookings.entry_order import EntriesChosen, Entry, EntryOrderBegun
from events.event import Event
from events.identifier import Kind
from repositories.aggregate_types import ENTRY_ORDER
from store import Change, Stream


@dataclass(frozen=True, kw_only=True)
class BeginEntryOrder(Command):
    """Begin an entry order, with any entries that are known."""

    title: ClassVar = "begin an entry order"

    entries: tuple[Entry, ...] = ()
    lines: tuple[EntryLine, ...] = ()
    purchase_order: str | None = None


@dataclass(frozen=True, kw_only=True)
class EntryOrderCommand(Command):
    """A command on an entry order that exists."""

    order: str


@dataclass(frozen=True, kw_only=True)
class LossyEntryCommand(EntryOrderCommand):
    """A command that can remove what was typed; ``lost_at`` is the path to what removes it."""

    lost_at: ClassVar[FieldPath | None] = None

    confirm_loss: bool = False


@dataclass(frozen=True, kw_only=True)
class ChooseEntries(LossyEntryCommand):
    """Replace the entries of an order (B1)."""

    title: ClassVar = "choose entries"
    lost_at: ClassVar = ("entries",)

    entries: tuple[Entry, ...] = ()
    lines: tuple[EntryLine, ...] = ()


@dataclass(frozen=True, kw_only=True)
class AddEntries(EntryOrderCommand):
    """Add these entries to those of the order (B1)."""

    title: ClassVar = "add entries"

    entries: tuple[Entry, ...] = ()
    lines: tuple[EntryLine, ...] = ()


@dataclass(frozen=True, kw_only=True)
class ChangeEntry(LossyEntryCommand):
    """Change a learner's entry for a unit, or all of a learner's entries (``unit`` is None).

    ``changes`` may hold delivery, mode, starts and extra_time.
    """

    title: ClassVar = "change an entry"

    learner: str
    unit: str | None = None
    changes: Mapping[str, Any]


@dataclass(frozen=True, kw_only=True)
class RemoveEntry(LossyEntryCommand):
    """Remove a learner's entry for a unit, or all of a learner's entries (``unit`` is None)."""

    title: ClassVar = "remove an entry"

    learner: str
    unit: str | None = None


@dataclass(frozen=True, kw_only=True)
class GiveEntryPurchaseOrderNumber(EntryOrderCommand):
    """Set the centre's purchase order number."""

    title: ClassVar = "give an entry purchase order number"

    number: str | None


@dataclass(frozen=True, kw_only=True)
class DeleteEntryOrder(EntryOrderCommand):
    """Delete an order that has not been confirmed."""

    title: ClassVar = "delete an entry order"


@dataclass(frozen=True, kw_only=True)
class ConfirmEntryOrder(EntryOrderCommand):
    """Book every entry, at the total that the user saw."""

    title: ClassVar = "confirm an entry order"

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


def record(
    command: EntryOrderCommand,
    context: CommandContext,
    stream: Stream,
    order: EntryOrder,
    events: Sequence[Later],
) -> CommandResult:
    """Append the events. Raises WorkWouldBeLost unless a loss is confirmed."""
    if isinstance(command, LossyEntryCommand):
        require_no_loss(
            lost_from_entries(order.entries, order.after(events).entries),
            confirm_loss=command.confirm_loss,
            path=command.lost_at,
        )
    return context.record(command, stream.change(events))


DECISIONS = Decisions(ENTRY_ORDER, "order", record)


@DECISIONS.decide(ChooseEntries)
def choose_entries(
    command: ChooseEntries, order: EntryOrder, context: CommandContext
) -> Sequence[Later]:
    return _choose_entries(command, context, order)


@DECISIONS.decide(AddEntries)
def add_entries(
    command: AddEntries, order: EntryOrder, context: CommandContext
) -> Sequence[Later]:
    return _choose_entries(command, context, order, kept=order.entries)


def _choose_entries(
    command: BeginEntryOrder | ChooseEntries | AddEntries,
    context: CommandContext,
    order: EntryOrder,
    *,
    kept: Sequence[Entry] = (),
) -> list[EntriesChosen]:
    """Decide on entries sent one by one, and on those made from lines."""
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


@DECISIONS.decide(ChangeEntry)
def change_entry(
    command: ChangeEntry, order: EntryOrder, context: CommandContext
) -> Sequence[Later]:
    order.require_open()
    changing = order.entries_of(command.learner, command.unit)
    found = EntryFacts.of(context, order.centre, changing)
    return order.change(
        command.learner,
        command.unit,
        command.changes,
        found.places,
        command.at,
        last=found.last,
        left=found.left,
        erased=found.erased,
    )


@DECISIONS.decide(RemoveEntry)
def remove_entry(
    command: RemoveEntry, order: EntryOrder, _: CommandContext
) -> Sequence[Later]:
    return order.remove(command.learner, command.unit)


@DECISIONS.decide(GiveEntryPurchaseOrderNumber)
def give_number(
    command: GiveEntryPurchaseOrderNumber, order: EntryOrder, _: CommandContext
) -> Sequence[Later]:
    number = purchase_order_number(command.number, path=("purchase_order_number",))
    return order.give_number(number)


@DECISIONS.decide(DeleteEntryOrder)
def delete_entry_order(
    _: DeleteEntryOrder, order: EntryOrder, __: CommandContext
) -> Sequence[Later]:
    return order.delete()


@handles(ConfirmEntryOrder)
def confirm_entry_order(
    command: ConfirmEntryOrder, context: CommandContext
) -> CommandResult:
    """Book all entries or none, by the facts of each registration and timetable."""
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
