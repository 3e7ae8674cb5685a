"""All rows of a list, and all events, as they are or as they were at a moment."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import typer
from sqlalchemy import Connection

from api.invoice_lines import every_line
from cli.configuration import settings_of
from cli.histories import moment
from cli.opening import opened, told
from projections import invoice_lines, learner_search, result_search
from projections.history import Entry, entry
from projections.learner_search import KnownLearner, Sought
from projections.paging import Page, every
from service import Service
from store import EventStore

LEARNER_COLUMNS = tuple(KnownLearner.__dataclass_fields__)
EVENT_COLUMNS = tuple(Entry.__dataclass_fields__)
RESULT_COLUMNS = tuple(result_search.Result.__dataclass_fields__)
PART = 200


@contextmanager
def service_of(context: typer.Context, as_at: str | None) -> Iterator[Service]:
    """Open the service with all its rows, as it is or as it was at a moment."""
    with told(), opened(settings_of(context)) as service:
        if as_at is None:
            service.read_models.catch_up()
        yield service if as_at is None else service.as_at(moment(as_at))


@contextmanager
def rows_of(context: typer.Context, as_at: str | None) -> Iterator[Connection]:
    """Open all rows, as they are or as they were at a moment."""
    with service_of(context, as_at) as service, service.rows() as connection:
        yield connection


def every_event(store: EventStore) -> Iterator[Entry]:
    place = 0
    while batch := store.log(after=place):
        for recorded in batch:
            yield entry(recorded, version=recorded.version)
        place = batch[-1].position


def every_learner(
    connection: Connection, centre: str | None
) -> Iterator[dict[str, Any]]:
    def part(cursor: str | None) -> Page[KnownLearner]:
        return learner_search.search(
            connection, centre=centre, sought=Sought(), limit=PART, cursor=cursor
        )

    return map(vars, every(part))


def every_invoice_line(
    service: Service, connection: Connection, centre: str | None
) -> Iterator[dict[str, Any]]:
    def part(cursor: str | None) -> Page[invoice_lines.Line]:
        return invoice_lines.search(
            connection, centre=centre, limit=PART, cursor=cursor
        )

    return every_line(service.context, connection, part, seen_by=centre)
