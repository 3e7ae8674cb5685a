"""What may be asked about PINs."""

from dataclasses import dataclass
from datetime import datetime
from typing import ClassVar
from uuid import uuid4

from aggregates.centres.pin import Proof
from commands.centres.user import open_user
from commands.command import Command, CommandContext, CommandResult, handles
from events.centres.pin import PinSet
from repositories.aggregate_types import BOOKING, PIN
from repositories.repository import find, load_many


@dataclass(frozen=True, kw_only=True)
class SetPin(Command):
    """Set the PIN of the user who asks (B14).

    ``proof`` says whether the present PIN was given; ``by_password`` that the password
    was, in its place.
    """

    title: ClassVar = "set a pin"

    pin_hash: str
    proof: Proof | None = None
    by_password: bool = False


def packages_in_use(context: CommandContext, user: str, now: datetime) -> list[str]:
    """List the bookings of packages that a new PIN of the user makes unusable (B14).

    A booking is there once for each. Those that are stale or over are not.
    """
    _, pin = find(PIN, user, store=context.store)
    if pin is None:
        return []
    opened = load_many(BOOKING, pin.packages.values(), store=context.store)
    return [
        name
        for package, name in pin.packages.items()
        for _, booking in [opened[name]]
        if booking.not_current(now) is None
        and booking.why_stale(booking.package(package), pin=pin.id) is None
    ]


@handles(SetPin)
def set_pin(command: SetPin, context: CommandContext) -> CommandResult:
    _, user = open_user(context, command.by.user, command.by)
    stream, present = find(PIN, user.name, store=context.store)
    if present is not None:
        lost = packages_in_use(context, user.name, command.at)
        present.require_proof(command.proof, by_password=command.by_password, lost=lost)
    chosen = PinSet(
        pin=uuid4().hex,
        user=user.name,
        person_id=user.key,
        pin_hash=command.pin_hash,
    )
    change = stream.change([chosen], owner=command.by.centre)
    return context.record(command, change)
