"""Taking data out, whole: learners, results, invoice lines, events."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Annotated, Any

import typer
from sqlalchemy import Connection

from api.invoice_lines import COLUMNS as LINE_COLUMNS
from api.invoice_lines import every_line
from cli.configuration import settings_of
from cli.opening import opened, told
from cli.output import Format, show
from cli.replay import moment
from projections import invoice_lines, learner_search, result_search
from projections.history import Entry, entry
from projections.learner_search import KnownLearner, Sought
from projections.paging import Page, every
from service import Service
from store import EventStore

app = typer.Typer(help="Take learners, results, invoices or events out, whole.")

CentreOf = Annotated[str | None, typer.Option("--centre", help="Of this centre only.")]
AsAt = Annotated[str | None, typer.Option(help="As it was then: 2026-10-01T09:00.")]
FormatOf = Annotated[Format, typer.Option("--format", help="How to print it.")]
LEARNER_COLUMNS = tuple(KnownLearner.__dataclass_fields__)
EVENT_COLUMNS = tuple(Entry.__dataclass_fields__)
RESULT_COLUMNS = tuple(result_search.Result.__dataclass_fields__)
PART = 200


@app.command()
def learners(
    context: typer.Context,
    centre: CentreOf = None,
    as_at: AsAt = None,
    form: FormatOf = Format.CSV,
) -> None:
    """Print every learner."""
    with rows_of(context, as_at) as connection:
        show(every_learner(connection, centre), LEARNER_COLUMNS, form)


@app.command("results")
def results_(
    context: typer.Context,
    centre: CentreOf = None,
    as_at: AsAt = None,
    form: FormatOf = Format.CSV,
) -> None:
    """Print every result, by learner, oldest first."""
    with rows_of(context, as_at) as connection:
        rows = map(vars, result_search.export(connection, centre=centre))
        show(rows, RESULT_COLUMNS, form)


@app.command()
def invoices(
    context: typer.Context,
    centre: CentreOf = None,
    as_at: AsAt = None,
    form: FormatOf = Format.CSV,
) -> None:
    """Print every charge and credit, oldest first."""
    with service_of(context, as_at) as service, service.rows() as connection:

        def part(cursor: str | None) -> Page[invoice_lines.Line]:
            return invoice_lines.search(
                connection, centre=centre, limit=PART, cursor=cursor
            )

        lines = every_line(service.desk, part, seen_by=centre)
        show(lines, LINE_COLUMNS, form)


@app.command()
def events(
    context: typer.Context, as_at: AsAt = None, form: FormatOf = Format.JSON
) -> None:
    """Print every event, oldest first, as a sentence and as data."""
    with told(), opened(settings_of(context)) as service:
        store = service.store if as_at is None else service.store.as_at(moment(as_at))
        show(map(vars, every_event(store)), EVENT_COLUMNS, form)


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
