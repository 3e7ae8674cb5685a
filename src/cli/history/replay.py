"""Replaying one thing: its history, or its state at a moment."""

import json
from typing import Annotated

import typer

from cli.messages import FAILED, USAGE, refuse
from cli.output import Format

COLUMNS = (
    "position",
    "recorded_at",
    "user",
    "role",
    "centre",
    "channel",
    "sentence",
    "reason",
    "changes",
)
FormatOf = Annotated[Format, typer.Option("--format", help="How to print it.")]


def replay(
    context: typer.Context,
    name: Annotated[str, typer.Argument(help="L-…, G-…, O-…, R-…, B-…, AC-… or C-…")],
    *,
    as_at: Annotated[
        str | None,
        typer.Option(
            help="As it was then: 2026-10-01T09:00, or at the end of 2026-10-01."
        ),
    ] = None,
    step: Annotated[
        bool, typer.Option("--step", help="Each event, with before and after.")
    ] = False,
    everything: Annotated[
        bool, typer.Option("--all", help="All that happened to a learner, anywhere.")
    ] = False,
    form: FormatOf = Format.TABLE,
) -> None:
    """Fold one thing from its events, and print what it is, or how it became so."""
    from access.refusals import refusals_of
    from cli.configuration import settings_of
    from cli.history.histories import moment, show_entries
    from cli.session import exit_on_refusal, open_session
    from events.identifier import Kind, stream_of
    from projections.history.history import history, plain
    from projections.history.timeline import timeline
    from repositories.aggregate_types import WITH_HISTORY

    prefix = name.partition("-")[0]
    kinds = [each for each in WITH_HISTORY if each.prefix == prefix]
    if not kinds:
        known = ", ".join(f"{each.prefix}-… ({each.noun})" for each in WITH_HISTORY)
        refuse(USAGE, f"{name} names nothing with a history. There are: {known}.")
    if everything and prefix != Kind.LEARNER:
        refuse(USAGE, f"{name} is no learner. Leave out --all, or name one: L-….")
    with exit_on_refusal(), open_session(settings_of(context)) as present:
        service = present if as_at is None else present.as_at(moment(as_at))
        stream = service.store.open(stream_of(name))
        kind = next((k for k in kinds if k.begins(stream)), None)
        if kind is None:
            then = " at that moment" if as_at else ""
            what = kinds[0].noun
            refuse(FAILED, f"There is no {what} {name}{then}. Check the number.")
        if everything:
            present.read_models.catch_up()
            with service.rows(None) as rows:
                entries = timeline(service.store, rows, name, centre=None)
            show_entries(entries, (*COLUMNS, "kind", "identifier"), form)
        elif step:
            refusals = service.store.open(stream_of(refusals_of(name)))
            show_entries(history(kind.aggregate, stream, refusals), COLUMNS, form)
        else:
            typer.echo(
                json.dumps(plain(kind.replay(stream)), indent=2, ensure_ascii=False)
            )
