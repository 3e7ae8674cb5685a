"""The list of centres."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Column, Connection, Index, String, Table, select

from events.centres.centre import CentreOpened
from projections.identifiers import equal_to
from projections.paging import Page, page, since
from projections.read_model import METADATA, Moment, ReadModel, events_of
from projections.rows import Rows
from store import Recorded

CENTRES = Table(
    "centres",
    METADATA,
    Column("number", String, primary_key=True),
    Column("name", String, nullable=False),
    Column("updated_at", Moment, nullable=False),
    Index("centres_by_updated_at", "updated_at", "number"),
)


def fold(rows: Rows, batch: Sequence[Recorded]) -> None:
    for recorded in rows.following(batch):
        if recorded.event.topic.startswith("centre."):
            rows.touch(CENTRES, recorded.owner)
        if isinstance(recorded.event, CentreOpened):
            opened = recorded.event
            rows.put(CENTRES, {"number": opened.number, "name": opened.name})


READ_MODEL = ReadModel(
    name="centres", version=3, tables=(CENTRES,), handles=events_of("centre"), fold=fold
)


@dataclass(frozen=True, kw_only=True)
class CentreRow:
    """A centre in the list."""

    number: str
    name: str
    updated_at: datetime


def search_centres(
    connection: Connection,
    *,
    centre: str | None,
    updated_since: datetime | None = None,
    limit: int,
    cursor: str | None = None,
) -> Page[CentreRow]:
    """List the user's own centre, or all centres (None), by number."""
    query = select(CENTRES).where(*equal_to((CENTRES.c.number, centre)))
    return page(
        connection,
        query,
        by=[CENTRES.c.number],
        make=lambda row: CentreRow(
            number=row.number, name=row.name, updated_at=row.updated_at
        ),
        limit=limit,
        cursor=cursor,
        since=since(CENTRES.c.updated_at, updated_since),
    )
