"""The list of offline clients, and when each last reported itself."""

from collections.abc import Sequence
from dataclasses import asdict, dataclass, fields
from datetime import datetime

from sqlalchemy import Column, Connection, Row, String, Table, select

from aggregates.bookings.offline_client import OfflineClient
from events.bookings.offline_client import (
    OfflineClientKeyRegistered,
    OfflineClientRegistered,
    OfflineClientSeen,
)
from projections.identifiers import equal_to
from projections.paging import Page, page, since
from projections.read_model import METADATA, Moment, ReadModel, events_of, in_order
from projections.rows import Rows
from store import Recorded

OFFLINE_CLIENTS = Table(
    "offline_clients",
    METADATA,
    Column("stream", String, primary_key=True),
    Column("client", String, nullable=False),
    Column("centre", String, nullable=False),
    Column("name", String, nullable=False),
    Column("version", String, nullable=False),
    Column("seen", Moment, nullable=False),
    Column("public_key", String),
    Column("updated_at", Moment, nullable=False),
    *in_order("offline_clients", ("name", "client"), ("updated_at", "name", "client")),
)


@dataclass(frozen=True, kw_only=True)
class OfflineClientRow:
    """A client, and when it was registered or last reported itself."""

    client: OfflineClient
    updated_at: datetime


def fold(rows: Rows, batch: Sequence[Recorded]) -> None:
    for recorded in rows.following(batch):
        stream = str(recorded.stream)
        match recorded.event:
            case OfflineClientRegistered() as registered:
                begun = asdict(OfflineClient.begin(registered))
                rows.put(OFFLINE_CLIENTS, {"stream": stream, **begun})
            case OfflineClientKeyRegistered(public_key=public_key):
                rows.change(OFFLINE_CLIENTS, stream, public_key=public_key)
            case OfflineClientSeen(client_version=version, seen=seen):
                rows.change(OFFLINE_CLIENTS, stream, version=version, seen=seen)
            case _:
                pass


READ_MODEL = ReadModel(
    name="offline_clients",
    version=4,
    tables=(OFFLINE_CLIENTS,),
    handles=events_of("offline-client"),
    fold=fold,
)


def search_offline_clients(
    connection: Connection,
    *,
    centre: str | None,
    updated_since: datetime | None = None,
    limit: int,
    cursor: str | None = None,
) -> Page[OfflineClientRow]:
    """List the clients of a centre, or of all (None), by name."""
    query = select(OFFLINE_CLIENTS).where(*equal_to((OFFLINE_CLIENTS.c.centre, centre)))
    by = [OFFLINE_CLIENTS.c.name, OFFLINE_CLIENTS.c.client]
    return page(
        connection,
        query,
        by=by,
        make=_client_row,
        limit=limit,
        cursor=cursor,
        since=since(OFFLINE_CLIENTS.c.updated_at, updated_since),
    )


def _client_row(row: Row[tuple[object, ...]]) -> OfflineClientRow:
    known = {f.name: getattr(row, f.name) for f in fields(OfflineClient)}
    return OfflineClientRow(client=OfflineClient(**known), updated_at=row.updated_at)
