"""The list of registrations."""

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime
from operator import attrgetter
from typing import Any, Literal

from sqlalchemy import Column, Connection, Row, select

from aggregates.registrations.registration_state import Status
from events.identifier import Kind
from projections.identifiers import as_called, equal_to
from projections.learners.learners import LEARNERS
from projections.learners.names_sought import is_learner, of_learner
from projections.paging import Narrowed, Page, as_check, page, sorting
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
        LEARNERS.c.learner,
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
    count_to: int = 0,
    limit: int,
    cursor: str | None = None,
) -> Page[RegistrationRow]:
    """List registrations, newest first, that match all criteria (L4).

    ``name`` matches the learner's names in any order. With ``updated_since`` they are
    sorted by when they changed, unless ``sort`` says otherwise.
    """
    query, its = select(REGISTRATIONS), REGISTRATIONS.c
    chosen = sorting(SORTS, sort or ("updated_at" if updated_since else "-ordered_at"))
    at, changed = [*equal_to((its.centre, centre))], []
    if updated_since is not None:
        changed.append(its.updated_at >= updated_since)
    kinds = [*equal_to((its.status, status), (its.product, product))]
    first = chosen["by"][0]
    if first is LEARNERS.c.family_sorted:
        query = query.join(LEARNERS, LEARNERS.c.learner == its.learner)
        narrowed = Narrowed(kinds=[*at, *kinds, *changed])
    elif first is its.updated_at:
        narrowed = Narrowed(within=[*at, *changed], kinds=kinds)
    else:
        narrowed = Narrowed(within=at, kinds=[*kinds, *changed])
    narrowed = narrowed.also(
        as_called(
            (its.order, Kind.ORDER, order),
            (its.parent, Kind.REGISTRATION, parent),
        ),
        is_learner(REGISTRATIONS, learner),
    )
    if name is not None:
        named = of_learner(connection, REGISTRATIONS, centre, name, by=first)
        narrowed = narrowed.also(named)
    return page(
        connection,
        query,
        **chosen,
        make=_registration_row,
        limit=limit,
        cursor=cursor,
        count_to=count_to,
        narrowed=narrowed,
    )


def registrations_of_learner(
    connection: Connection, *, centre: str, learner: str
) -> list[RegistrationRow]:
    """List a learner's present and past registrations, newest first (L4)."""
    query = select(REGISTRATIONS).where(
        as_check(REGISTRATIONS.c.centre == centre), REGISTRATIONS.c.learner == learner
    )
    rows = sorted(
        connection.execute(query), key=attrgetter("ordered_at", "stream"), reverse=True
    )
    return [_registration_row(row) for row in rows]


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
