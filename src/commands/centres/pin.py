"""Commands on PINs."""

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
    """Set the sender's PIN (B14).

    ``proof`` is the check of the present PIN, if it was given; ``by_password``: the
    password was given instead.
    """

    title: ClassVar = "set a pin"

    pin_hash: str
    proof: Proof | None = None
    by_password: bool = False


def packages_in_use(context: CommandContext, user: str, now: datetime) -> list[str]:
    """List the bookings of the user's packages that a new PIN makes unusable (B14).

    A booking occurs once for each package. Stale packages and those of bookings that are
    over are left out.
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
