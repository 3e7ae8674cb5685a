"""Registrations: who is on which product, since when, and what has become of it."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import Any, Literal

from sqlalchemy import (
    JSON,
    Column,
    Connection,
    Date,
    Index,
    Integer,
    Row,
    String,
    Table,
    select,
)

from aggregates.registrations.registration_state import Status
from events.identifier import Kind
from events.registrations.registration import (
    PathwayChanged,
    RegistrationMade,
    RegistrationTransferred,
)
from projections.identifiers import as_called, equal_to
from projections.learners.learner_search import is_of_learner
from projections.learners.learners import LEARNERS
from projections.paging import Page, page, sorting
from projections.read_model import METADATA, Moment, Money, ReadModel, events_of
from projections.registrations.registration_status import (
    OPEN_PARTS,
    STATUS_EVENTS,
    registration_status_after,
)
from projections.rows import Rows
from store import Recorded

REGISTRATIONS = Table(
    "registrations",
    METADATA,
    Column("stream", String, primary_key=True),
    Column("registration", String, nullable=False),
    Column("learner", String, nullable=False, index=True),
    Column("centre", String, nullable=False),
    Column("product", String, nullable=False),
    Column("pathway", String),
    Column("rules_version", Integer, nullable=False),
    Column("status", String, nullable=False),
    Column("completed_by", String),
    Column("parent", String, index=True),
    Column("apprenticeship", String),
    Column("parts", JSON, nullable=False),
    Column("open_parts", Integer, nullable=False),
    Column("order", String, nullable=False, index=True),
    Column("ordered_at", Moment, nullable=False),
    Column("ordered_by", String, nullable=False),
    Column("purchase_order", String),
    Column("price", Money, nullable=False),
    Column("course_starts", Date, nullable=False),
    Column("course_ends", Date, nullable=False),
    Column("updated_at", Moment, nullable=False),
    Index("registrations_newest", "centre", "ordered_at", "stream"),
    Index("registrations_newest_anywhere", "ordered_at", "stream"),
    Index("registrations_updated", "centre", "updated_at"),
    Index("registrations_updated_anywhere", "updated_at"),
)


@dataclass(frozen=True, kw_only=True)
class RegistrationRow:
    """A registration in the list; ``ordered_by`` is the centre that pays for it (L6).

    One on an apprenticeship has ``parts``; each of them names it as its ``parent``.
    """

    registration: str
    learner: str
    centre: str
    product: str
    pathway: str | None
    rules_version: int
    status: Status
    order: str
    ordered_at: datetime
    ordered_by: str
    purchase_order: str | None
    price: Decimal
    course_starts: date
    course_ends: date
    updated_at: datetime
    parent: str | None = None
    apprenticeship: str | None = None
    parts: tuple[str, ...] = ()


def row_of(
    recorded: Recorded, status: Status, *, updated_at: datetime
) -> RegistrationRow:
    """Make the row of a registration from the fact that made it."""
    event = recorded.event
    if not isinstance(event, RegistrationMade):
        raise TypeError(event)
    return RegistrationRow(
        registration=event.registration,
        learner=event.learner,
        centre=event.centre,
        product=event.product,
        pathway=event.pathway,
        rules_version=event.rules_version,
        status=status,
        order=event.order,
        ordered_at=recorded.recorded_at,
        ordered_by=event.centre,
        purchase_order=event.purchase_order,
        price=event.price,
        course_starts=event.course_starts,
        course_ends=event.course_ends,
        updated_at=updated_at,
        parent=event.parent,
        apprenticeship=event.apprenticeship,
        parts=event.parts,
    )


def fold(rows: Rows, batch: Sequence[Recorded]) -> None:
    for recorded in rows.following(batch):
        stream, at = str(recorded.stream), recorded.recorded_at
        if recorded.event.topic.startswith("registration."):
            rows.touch(REGISTRATIONS, stream)
        match recorded.event:
            case RegistrationMade():
                made = row_of(recorded, Status.ACTIVE, updated_at=at)
                parts = {"parts": list(made.parts), OPEN_PARTS: len(made.parts)}
                rows.put(REGISTRATIONS, {"stream": stream, **asdict(made), **parts})
            case RegistrationTransferred(centre=centre):
                rows.change(REGISTRATIONS, stream, centre=centre)
            case PathwayChanged(pathway=pathway):
                rows.change(REGISTRATIONS, stream, pathway=pathway)
            case event if isinstance(event, STATUS_EVENTS):
                stands = registration_status_after(
                    event, rows.get(REGISTRATIONS, stream)
                )
                rows.change(REGISTRATIONS, stream, **stands)
            case _:
                pass


READ_MODEL = ReadModel(
    name="registrations",
    version=6,
    tables=(REGISTRATIONS,),
    handles=events_of("registration"),
    fold=fold,
)


RegistrationSort = Literal[
    "ordered_at",
    "-ordered_at",
    "updated_at",
    "-updated_at",
    "family_name",
    "-family_name",
    "course_starts",
    "-course_starts",
    "course_ends",
    "-course_ends",
    "product",
    "-product",
    "status",
    "-status",
]
SORTS: Mapping[str, Sequence[Column[Any]]] = {
    **{
        name: (REGISTRATIONS.c[name], REGISTRATIONS.c.stream)
        for name in (
            "ordered_at",
            "updated_at",
            "course_starts",
            "course_ends",
            "product",
            "status",
        )
    },
    "family_name": (
        LEARNERS.c.family_sorted,
        LEARNERS.c.given_sorted,
        REGISTRATIONS.c.stream,
    ),
}


def search_registrations(
    connection: Connection,
    *,
    centre: str | None,
    learner: str | None = None,
    product: Collection[str] | None = None,
    order: str | None = None,
    status: Status | None = None,
    parent: str | None = None,
    name: str | None = None,
    updated_since: datetime | None = None,
    sort: RegistrationSort | None = None,
    total: bool = False,
    limit: int,
    cursor: str | None = None,
) -> Page[RegistrationRow]:
    """List registrations, newest first, by all that is asked (L4).

    ``name`` is of the learner, both names in any order. Those changed since a moment
    are sorted by when they were, unless it is said how.
    """
    query = select(REGISTRATIONS)
    if (sort or "").endswith("family_name"):
        query = query.join(LEARNERS, LEARNERS.c.learner == REGISTRATIONS.c.learner)
    if name is not None:
        query = query.where(is_of_learner(REGISTRATIONS, centre, name))
    if updated_since is not None:
        query = query.where(REGISTRATIONS.c.updated_at >= updated_since)
    usual = "-ordered_at" if updated_since is None else "updated_at"
    query = query.where(
        *equal_to(
            (REGISTRATIONS.c.centre, centre),
            (REGISTRATIONS.c.status, status),
            (REGISTRATIONS.c.product, product),
        ),
        *as_called(
            (REGISTRATIONS.c.learner, Kind.LEARNER, learner),
            (REGISTRATIONS.c.order, Kind.ORDER, order),
            (REGISTRATIONS.c.parent, Kind.REGISTRATION, parent),
        ),
    )
    return page(
        connection,
        query,
        **sorting(SORTS, sort or usual),
        make=_registration_row,
        limit=limit,
        cursor=cursor,
        total=total,
    )


def registrations_of_learner(
    connection: Connection, *, centre: str, learner: str
) -> list[RegistrationRow]:
    """List all that a learner is, or was, registered on, newest first (L4)."""
    query = (
        select(REGISTRATIONS)
        .where(REGISTRATIONS.c.centre == centre, REGISTRATIONS.c.learner == learner)
        .order_by(REGISTRATIONS.c.ordered_at.desc(), REGISTRATIONS.c.stream.desc())
    )
    return [_registration_row(row) for row in connection.execute(query)]


def _registration_row(row: Row[tuple[object, ...]]) -> RegistrationRow:
    return RegistrationRow(
        registration=row.registration,
        learner=row.learner,
        centre=row.centre,
        product=row.product,
        pathway=row.pathway,
        rules_version=row.rules_version,
        status=Status(row.status),
        order=row.order,
        ordered_at=row.ordered_at,
        ordered_by=row.ordered_by,
        purchase_order=row.purchase_order,
        price=row.price,
        course_starts=row.course_starts,
        course_ends=row.course_ends,
        updated_at=row.updated_at,
        parent=row.parent,
        apprenticeship=row.apprenticeship,
        parts=tuple(row.parts),
    )
