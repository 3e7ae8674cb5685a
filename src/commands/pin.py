"""What may be asked about PINs."""

from dataclasses import dataclass
from uuid import uuid4

from aggregates.pin import Pin
from commands.command import Command, Desk, Done, handles
from commands.user import open_user
from events.identifier import stream_of
from events.pin import PinSet
from store import Stream


@dataclass(frozen=True, kw_only=True)
class SetPin(Command):
    """Give oneself a PIN, or another one (B14)."""

    pin_hash: str


def pin_called(user: str) -> str:
    """Say what the stream of a user's PIN is called."""
    return f"pin:{user}"


def open_pin(desk: Desk, user: str) -> tuple[Stream, Pin | None]:
    """Open a user's PIN, if there is one."""
    stream = desk.store.open(stream_of(pin_called(user)))
    return stream, Pin.replay(stream.events) if stream.history else None


@handles(SetPin)
def set_pin(command: SetPin, desk: Desk) -> Done:
    _, user = open_user(desk, command.by.user, command.by)
    stream, _ = open_pin(desk, user.name)
    chosen = PinSet(
        pin=uuid4().hex,
        user=user.name,
        person_id=user.key,
        pin_hash=command.pin_hash,
    )
    change = stream.change([chosen], owner=command.by.centre)
    return Done(position=desk.store.append(change, by=command.by))
