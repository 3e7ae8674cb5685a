"""A read model for the tests of what keeps read models: centres and their approvals."""

from collections.abc import Sequence
from uuid import uuid5

from sqlalchemy import Column, Connection, Integer, String, Table, select

from events.centres.centre import ApprovalGranted, ApprovalWithdrawn, CentreOpened
from events.centres.user import Role
from events.identifier import NAMESPACE, stream_of
from projections.dispatcher import handle_alone
from projections.projection_tables import ProjectionTables
from projections.read_model import METADATA, Moment, ReadModel
from projections.rows import Rows
from store import Actor, EventStore, Position, Recorded

CENTRES = Table(
    "shown_centres",
    METADATA,
    Column("number", String, primary_key=True),
    Column("name", String, nullable=False, index=True),
    Column("approvals", Integer, nullable=False),
    Column("opened_at", Moment, nullable=False),
)
APPROVALS = Table(
    "shown_approvals",
    METADATA,
    Column("number", String, primary_key=True),
    Column("product", String, primary_key=True),
)
BY = Actor(user="specialist", role=Role.ACCOUNT_SPECIALIST, centre=None, channel="api")


def fold(rows: Rows, batch: Sequence[Recorded]) -> None:
    for recorded in batch:
        match recorded.event:
            case CentreOpened(number=number, name=name):
                rows.put(
                    CENTRES,
                    {
                        "number": number,
                        "name": name,
                        "approvals": 0,
                        "opened_at": recorded.recorded_at,
                    },
                )
            case ApprovalGranted(product=product):
                row = {"number": str(recorded.owner), "product": product}
                rows.put(APPROVALS, row)
                _count(rows, str(recorded.owner), 1)
            case ApprovalWithdrawn(product=product):
                rows.remove(APPROVALS, str(recorded.owner), product)
                _count(rows, str(recorded.owner), -1)
            case _:
                pass


def _count(rows: Rows, number: str, more: int) -> None:
    if centre := rows.get(CENTRES, number):
        rows.change(CENTRES, number, approvals=centre["approvals"] + more)


SHOWN_CENTRES = ReadModel(
    name="shown-centres",
    version=1,
    tables=(CENTRES, APPROVALS),
    handles=frozenset({CentreOpened, ApprovalGranted, ApprovalWithdrawn}),
    fold=fold,
)


def handle(
    tables: ProjectionTables, after: Position, batch: Sequence[Recorded]
) -> Position:
    """Fold a batch into one read model, in a transaction of its own."""
    with tables.database.writing() as connection:
        return handle_alone(connection, tables, after, batch)


def shown(connection: Connection) -> dict[str, int]:
    """Ask how many approvals each centre has."""
    query = select(CENTRES.c.number, CENTRES.c.approvals)
    return {row.number: row.approvals for row in connection.execute(query)}


def open_centres(store: EventStore, *numbers: str) -> Position:
    """Record in one append that centres were opened."""
    changes = [
        store.open(stream_of(f"centre:{number}")).change(
            [CentreOpened(number=number, name=f"Centre {number}")], owner=number
        )
        for number in numbers
    ]
    position = store.append(*changes, by=BY)
    assert position is not None
    return position


def grant(store: EventStore, number: str, *products: str) -> Position:
    """Record in one append that a centre was approved for products."""
    stream = store.open(stream_of(f"centre:{number}"))
    key = uuid5(NAMESPACE, number)
    granted = [ApprovalGranted(product=name, person_id=key) for name in products]
    position = store.append(stream.change(granted), by=BY)
    assert position is not None
    return position
