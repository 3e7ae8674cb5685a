"""Looking at what has been: one thing's history, or its state at a moment."""

import json
from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Annotated

import typer

from access.refusals import refusals_of
from aggregates.london import LONDON
from cli.configuration import settings_of
from cli.opening import opened, told
from cli.output import Format, show
from cli.talk import FAILED, USAGE, refuse
from events.identifier import Kind, stream_of
from projections.history import KEPT, Entry, Kept, history
from projections.timeline import timeline
from store import Stream

COLUMNS = ("position", "recorded_at", "user", "role", "channel", "sentence", "changes")
FormatOf = Annotated[Format, typer.Option("--format", help="How to print it.")]


def replay(
    context: typer.Context,
    name: Annotated[str, typer.Argument(help="L-…, G-…, O-…, R-…, B-…, AC-… or C-…")],
    *,
    as_at: Annotated[
        str | None, typer.Option(help="As it was then: 2026-10-01T09:00.")
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
    prefix = name.partition("-")[0]
    kinds = [each for each in KEPT if each.kind == prefix]
    if not kinds:
        known = ", ".join(f"{each.kind}-… ({each.what})" for each in KEPT)
        refuse(USAGE, f"{name} names nothing with a history. There are: {known}.")
    if everything and prefix != Kind.LEARNER:
        refuse(USAGE, f"{name} is no learner. Leave out --all, or name one: L-….")
    with told(), opened(settings_of(context)) as present:
        service = present if as_at is None else present.as_at(moment(as_at))
        stream = service.store.open(stream_of(name))
        kept = next((k for k in kinds if is_begun(stream, k)), None)
        if kept is None:
            then = " at that moment" if as_at else ""
            what = kinds[0].what
            refuse(FAILED, f"There is no {what} {name}{then}. Check the number.")
        if everything:
            present.read_models.catch_up()
            with service.rows() as rows:
                entries = timeline(service.store, rows, name, centre=None)
            show_entries(entries, (*COLUMNS, "kind", "identifier"), form)
        elif step:
            refusals = service.store.open(stream_of(refusals_of(name)))
            show_entries(history(kept.aggregate, stream, refusals), COLUMNS, form)
        else:
            typer.echo(json.dumps(kept.state(stream), indent=2, ensure_ascii=False))


def is_begun(stream: Stream, kept: Kept) -> bool:
    """Tell whether the stream is of something of that kind."""
    return bool(stream.history) and isinstance(stream.events[0], kept.begun_by)


def show_entries(
    entries: Iterable[Entry], columns: Sequence[str], form: Format
) -> None:
    """Print what happened; before and after as lines where people read it."""
    rows = (
        {**vars(entry), "changes": [vars(change) for change in entry.changes]}
        for entry in entries
    )
    if form is Format.TABLE:
        rows = (
            {**row, "changes": "\n".join(map(in_a_line, row["changes"]))}
            for row in rows
        )
    show(({name: row[name] for name in columns} for row in rows), columns, form)


def in_a_line(change: dict[str, object]) -> str:
    return f"{change['field']}: {change['before']} → {change['after']}"


def moment(text: str) -> datetime:
    """Read a moment; without a zone it is in London."""
    try:
        read = datetime.fromisoformat(text)
    except ValueError:
        refuse(USAGE, f"{text} is not a moment. Write it as 2026-10-01T09:00.")
    return read if read.tzinfo else read.replace(tzinfo=LONDON)
