"""Exporting whole lists: learners, results, invoice lines, events."""

from typing import Annotated

import typer

from cli.output import Format, show

app = typer.Typer(help="Take learners, results, invoices or events out, whole.")

CentreOf = Annotated[str | None, typer.Option("--centre", help="Of this centre only.")]
AsAt = Annotated[
    str | None,
    typer.Option(help="As it was then: 2026-10-01T09:00, or at the end of 2026-10-01."),
]
FormatOf = Annotated[Format, typer.Option("--format", help="How to print it.")]


@app.command("learners")
def learners(
    context: typer.Context,
    centre: CentreOf = None,
    as_at: AsAt = None,
    form: FormatOf = Format.CSV,
) -> None:
    """Print every learner."""
    from cli.history.exporting import LEARNER_COLUMNS, every_learner, service_of

    with service_of(context, as_at) as service, service.rows(None) as connection:
        rows = every_learner(service, connection, centre)
        show(rows, LEARNER_COLUMNS, form)


@app.command("results")
def results_(
    context: typer.Context,
    centre: CentreOf = None,
    as_at: AsAt = None,
    form: FormatOf = Format.CSV,
) -> None:
    """Print every result, by learner, oldest first."""
    from cli.history.exporting import RESULT_COLUMNS, every_result, service_of

    with service_of(context, as_at) as service, service.rows(None) as connection:
        rows = every_result(service, connection, centre)
        show(rows, RESULT_COLUMNS, form)


@app.command("invoices")
def invoices(
    context: typer.Context,
    centre: CentreOf = None,
    as_at: AsAt = None,
    form: FormatOf = Format.CSV,
) -> None:
    """Print every charge and credit, oldest first."""
    from api.registrations.invoice_lines import COLUMNS
    from cli.history.exporting import every_invoice_line, service_of

    with service_of(context, as_at) as service, service.rows(None) as connection:
        show(every_invoice_line(service, connection, centre), COLUMNS, form)


@app.command("events")
def events(
    context: typer.Context, as_at: AsAt = None, form: FormatOf = Format.JSON
) -> None:
    """Print every event, oldest first, as a sentence and as data."""
    from cli.configuration import settings_of
    from cli.history.exporting import EVENT_COLUMNS, every_event
    from cli.history.histories import moment
    from cli.session import exit_on_refusal, open_session

    with exit_on_refusal(), open_session(settings_of(context)) as service:
        store = service.store if as_at is None else service.store.as_at(moment(as_at))
        show(map(vars, every_event(store)), EVENT_COLUMNS, form)
