"""Centres: which there are."""

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import Column, Connection, String, Table, select

from events.centre import CentreOpened
from projections.paging import Page, page
from projections.read_model import METADATA, ReadModel
from projections.rows import Rows
from store import Recorded

CENTRES = Table(
    "centres",
    METADATA,
    Column("number", String, primary_key=True),
    Column("name", String, nullable=False),
)


def fold(rows: Rows, batch: Sequence[Recorded]) -> None:
    for recorded in batch:
        if isinstance(recorded.event, CentreOpened):
            opened = recorded.event
            rows.put(CENTRES, {"number": opened.number, "name": opened.name})


READ_MODEL = ReadModel(name="centres", version=1, tables=(CENTRES,), fold=fold)


@dataclass(frozen=True, kw_only=True)
class CentreRow:
    """A centre as a list shows it."""

    number: str
    name: str


def search(
    connection: Connection,
    *,
    centre: str | None,
    limit: int,
    cursor: str | None = None,
) -> Page[CentreRow]:
    """List one's own centre, or all of them (None), by number."""
    query = select(CENTRES)
    if centre is not None:
        query = query.where(CENTRES.c.number == centre)
    return page(
        connection,
        query,
        by=[CENTRES.c.number],
        make=lambda row: CentreRow(number=row.number, name=row.name),
        limit=limit,
        cursor=cursor,
    )
