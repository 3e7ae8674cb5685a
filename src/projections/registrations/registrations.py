"""Registrations: who is on which product, since when, and what has become of it."""

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime
from typing import Any, Literal

from sqlalchemy import Column, Connection, Row, select

from aggregates.registrations.registration_state import Status
from events.identifier import Kind
from projections.identifiers import as_called, equal_to
from projections.learners.learner_search import is_of_learner
from projections.learners.learners import LEARNERS
from projections.paging import Page, page, sorting
from projections.registrations.registration_rows import REGISTRATIONS, RegistrationRow

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
