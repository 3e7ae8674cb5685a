"""Looking at what has been: one thing's history, or its state at a moment."""

import json
from datetime import datetime
from typing import Annotated

import typer

from access.refusals import refusals_of
from cli.opening import opened, settings_of, told
from cli.output import Format, show
from cli.talk import FAILED, USAGE, refuse
from commands.command import LONDON
from events.identifier import stream_of
from projections.history import KEPT, history

COLUMNS = ("position", "recorded_at", "user", "role", "channel", "sentence", "changes")
FormatOf = Annotated[Format, typer.Option("--format", help="How to print it.")]


def replay(
    context: typer.Context,
    name: Annotated[str, typer.Argument(help="L-…, G-…, O-…, R-…, AC-… or C-…")],
    as_at: Annotated[
        str | None, typer.Option(help="As it was then: 2026-10-01T09:00.")
    ] = None,
    step: Annotated[
        bool, typer.Option("--step", help="Each event, with before and after.")
    ] = False,
    form: FormatOf = Format.TABLE,
) -> None:
    """Fold one thing from its events, and print what it is, or how it became so."""
    prefix = name.partition("-")[0]
    kept = next((each for each in KEPT if each.kind == prefix), None)
    if kept is None:
        kinds = ", ".join(f"{each.kind}-… ({each.what})" for each in KEPT)
        refuse(USAGE, f"{name} names nothing with a history. There are: {kinds}.")
    with told(), opened(settings_of(context)) as service:
        store = service.store if as_at is None else service.store.as_at(moment(as_at))
        stream = store.open(stream_of(name))
        if not stream.history or not isinstance(stream.events[0], kept.begun_by):
            then = " at that moment" if as_at else ""
            refuse(FAILED, f"There is no {kept.what} {name}{then}. Check the number.")
        if not step:
            typer.echo(json.dumps(kept.state(stream), indent=2, ensure_ascii=False))
            return
        refusals = store.open(stream_of(refusals_of(name)))
        rows = (
            {**vars(entry), "changes": [vars(change) for change in entry.changes]}
            for entry in history(kept, stream, refusals)
        )
        if form is Format.TABLE:
            rows = (
                {**row, "changes": "\n".join(map(in_a_line, row["changes"]))}
                for row in rows
            )
        show(({name: row[name] for name in COLUMNS} for row in rows), COLUMNS, form)


def in_a_line(change: dict[str, object]) -> str:
    return f"{change['field']}: {change['before']} → {change['after']}"


def moment(text: str) -> datetime:
    """Read a moment; without a zone it is in London."""
    try:
        read = datetime.fromisoformat(text)
    except ValueError:
        refuse(USAGE, f"{text} is not a moment. Write it as 2026-10-01T09:00.")
    return read if read.tzinfo else read.replace(tzinfo=LONDON)
