"""Commands on a sitting: all bookings of one test at one time."""

from dataclasses import dataclass
from typing import ClassVar

from aggregates.text import clean
from commands.command import Command, CommandContext, CommandResult, handles
from repositories.aggregate_types import BOOKING


@dataclass(frozen=True, kw_only=True)
class GiveRoom(Command):
    """Set the room of these bookings; None or an empty text removes it (B16)."""

    title: ClassVar = "give a room"

    bookings: tuple[str, ...]
    room: str | None


@handles(GiveRoom)
def give_room(command: GiveRoom, context: CommandContext) -> CommandResult:
    room = clean(command.room or "") or None
    changes = []
    for name in command.bookings:
        stream, booking = context.load(BOOKING, name, command)
        changes.append(stream.change(booking.give_room(room)))
    return context.record(command, *changes)
