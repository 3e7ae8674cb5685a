"""What may be asked about offline clients."""

from dataclasses import dataclass
from uuid import uuid4

from aggregates.offline_client import OfflineClient, register
from commands.command import Command, Desk, Done, handles, require_own
from events.identifier import stream_of
from events.offline_client import OfflineClientRegistered
from store import Actor, Stream


@dataclass(frozen=True, kw_only=True)
class RegisterOfflineClient(Command):
    """Let tests be sat with a program of one's centre (B13)."""

    name: str
    version: str
    public_key: str


@dataclass(frozen=True, kw_only=True)
class ReportOfflineClient(Command):
    """Say that the program is there, of which version, and its public key (B13)."""

    client: str
    version: str
    public_key: str | None = None


def client_called(client: str) -> str:
    """Say what the stream of a client is called."""
    return f"offline-client:{client}"


def read_client(desk: Desk, client: str, by: Actor) -> tuple[Stream, OfflineClient]:
    """Open a client that the actor may know of. Raises NotFound."""
    stream = desk.store.open(stream_of(client_called(client)))
    what = "offline client"
    require_own(stream, client, begun_by=OfflineClientRegistered, what=what, by=by)
    return stream, OfflineClient.replay(stream.events)


@handles(RegisterOfflineClient)
def register_offline_client(command: RegisterOfflineClient, desk: Desk) -> Done:
    client, centre = uuid4().hex, command.by.centre or ""
    registered = register(
        client=client,
        centre=centre,
        name=command.name,
        version=command.version,
        public_key=command.public_key,
        now=command.at,
    )
    stream = Stream(id=stream_of(client_called(client)))
    change = stream.change([registered], owner=centre)
    return Done(position=desk.store.append(change, by=command.by), made=client)


@handles(ReportOfflineClient)
def report_offline_client(command: ReportOfflineClient, desk: Desk) -> Done:
    stream, client = read_client(desk, command.client, command.by)
    reported = client.report(command.version, command.at, public_key=command.public_key)
    change = stream.change(reported)
    return Done(position=desk.store.append(change, by=command.by))
