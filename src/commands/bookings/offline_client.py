"""The commands on offline clients: register one, and report that it is in use."""

from base64 import b64decode
from dataclasses import dataclass
from typing import ClassVar
from uuid import uuid4

from aggregates.bookings.offline_client import (
    OfflineClientKnown,
    register,
)
from commands.command import (
    Command,
    CommandContext,
    CommandResult,
    handles,
)
from files.sealed_package import is_public_key
from repositories.aggregate_types import OFFLINE_CLIENT
from store import Actor, AlreadyReserved, Change, Position, Reservation


@dataclass(frozen=True, kw_only=True)
class RegisterOfflineClient(Command):
    """Register a program of the sender's centre for offline tests (B13)."""

    title: ClassVar = "register an offline client"

    name: str
    version: str
    public_key: str


@dataclass(frozen=True, kw_only=True)
class ReportOfflineClient(Command):
    """Report that a program is in use, with its version and its public key (B13)."""

    title: ClassVar = "report an offline client"

    client: str
    version: str
    public_key: str | None = None


def reserved_key(centre: str, public_key: str) -> Reservation:
    """Make the reservation that gives a public key to one client of a centre (B13).

    ``public_key`` is base64.
    """
    return Reservation(
        scope=f"offline-client-key:{centre}", key=b64decode(public_key).hex()
    )


def append_client(
    context: CommandContext, change: Change, by: Actor
) -> Position | None:
    """Append the change. Raises OfflineClientKnown if another client has its key."""
    try:
        return context.store.append(change, by=by)
    except AlreadyReserved as taken:
        known = OFFLINE_CLIENT.replay(context.store.open(taken.held.stream))
        raise OfflineClientKnown(
            path=("public_key",), name=known.name, client=known.client
        ) from None


@handles(RegisterOfflineClient)
def register_offline_client(
    command: RegisterOfflineClient, context: CommandContext
) -> CommandResult:
    client, centre = uuid4().hex, command.by.centre or ""
    registered = register(
        client=client,
        centre=centre,
        name=command.name,
        version=command.version,
        public_key=command.public_key,
        can_seal=is_public_key(command.public_key),
        now=command.at,
    )
    stream = OFFLINE_CLIENT.new(client)
    owned = reserved_key(centre, command.public_key)
    change = stream.change([registered], owner=centre, reserve=[owned])
    return CommandResult(
        position=append_client(context, change, command.by), created_id=client
    )


@handles(ReportOfflineClient)
def report_offline_client(
    command: ReportOfflineClient, context: CommandContext
) -> CommandResult:
    stream, client = context.load(OFFLINE_CLIENT, command.client, command)
    reported = client.report(
        command.version,
        command.at,
        public_key=command.public_key,
        can_seal=is_public_key(command.public_key or ""),
    )
    is_first_key = client.public_key is None and command.public_key is not None
    owned = [reserved_key(client.centre, command.public_key or "")] * is_first_key
    change = stream.change(reported, reserve=owned)
    return CommandResult(position=append_client(context, change, command.by))
