"""Taking data out: learners and results, whole."""

from collections.abc import Iterator
from typing import Annotated, Any

import typer
from sqlalchemy import Connection

from cli.opening import opened, settings_of, told
from cli.output import Format, show
from projections import learner_search, results
from projections.learner_search import KnownLearner, Sought

app = typer.Typer(help="Take learners or results out, whole.")

CentreOf = Annotated[str | None, typer.Option("--centre", help="Of this centre only.")]
FormatOf = Annotated[Format, typer.Option("--format", help="How to print it.")]
LEARNER_COLUMNS = tuple(KnownLearner.__dataclass_fields__)
RESULT_COLUMNS = tuple(results.Result.__dataclass_fields__)
PART = 200


@app.command()
def learners(
    context: typer.Context, centre: CentreOf = None, form: FormatOf = Format.CSV
) -> None:
    """Print every learner."""
    with told(), opened(settings_of(context)) as service:
        service.read_models.catch_up()
        with service.read_models.connection() as connection:
            show(every_learner(connection, centre), LEARNER_COLUMNS, form)


@app.command("results")
def results_(
    context: typer.Context, centre: CentreOf = None, form: FormatOf = Format.CSV
) -> None:
    """Print every result, by learner, oldest first."""
    with told(), opened(settings_of(context)) as service:
        service.read_models.catch_up()
        with service.read_models.connection() as connection:
            rows = map(vars, results.export(connection, centre=centre))
            show(rows, RESULT_COLUMNS, form)


def every_learner(
    connection: Connection, centre: str | None
) -> Iterator[dict[str, Any]]:
    cursor = None
    while True:
        page = learner_search.search(
            connection, centre=centre, sought=Sought(), limit=PART, cursor=cursor
        )
        yield from map(vars, page.rows)
        cursor = page.next_cursor
        if cursor is None:
            return
