"""Printing histories, and reading moments in the past."""

from collections.abc import Iterable, Sequence
from datetime import UTC, datetime

from aggregates.uk_time import day_or_moment
from cli.messages import USAGE, refuse
from cli.output import Format, show
from projections.history.history import HistoryEntry


def show_entries(
    entries: Iterable[HistoryEntry], columns: Sequence[str], form: Format
) -> None:
    """Print a history's entries; for people, before and after are lines."""
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
    """Read a past moment; a day alone means its end, and today means now."""
    now = datetime.now(UTC)
    try:
        read = day_or_moment(text, now)
    except ValueError:
        refuse(
            USAGE,
            f"{text} is not a moment. Write it as 2026-10-01T09:00, or as 2026-10-01"
            " for the end of that day.",
        )
    if read > now:
        refuse(USAGE, f"{text} is in the future. Give a moment in the past.")
    return read
