"""What may be asked of a sitting: the bookings of one test at one time."""

from dataclasses import dataclass
from typing import ClassVar

from aggregates.text import clean
from commands.bookings.booking import read_booking
from commands.command import (
    Command,
    CommandContext,
    CommandResult,
    handles,
    require_expected,
)


@dataclass(frozen=True, kw_only=True)
class GiveRoom(Command):
    """Say in which room tests are sat; None, or an empty text, takes it away (B16)."""

    title: ClassVar = "give a room"

    bookings: tuple[str, ...]
    room: str | None


@handles(GiveRoom)
def give_room(command: GiveRoom, context: CommandContext) -> CommandResult:
    room = clean(command.room or "") or None
    changes = []
    for name in command.bookings:
        stream, booking = read_booking(name, command.by, context)
        require_expected(stream, command)
        changes.append(stream.change(booking.give_room(room)))
    return CommandResult(position=context.store.append(*changes, by=command.by))
