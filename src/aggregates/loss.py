"""Typed work that a command would remove: it goes only if that is confirmed."""

from collections.abc import Sequence

from aggregates.errors import FieldPath, RuleBroken


class WorkWouldBeLost(RuleBroken):
    code = "work-would-be-lost"
    message = (
        "This would be lost: {lost}. Keep it, or send confirm_loss: true to go on."
    )


def require_no_loss(
    lost: Sequence[str], *, confirm_loss: bool, path: FieldPath | None = None
) -> None:
    """Raise WorkWouldBeLost, which names what is lost, unless the loss was confirmed."""
    if lost and not confirm_loss:
        raise WorkWouldBeLost(path=path, lost="; ".join(lost))


MOST_ROWS = 10
"""The most rows that a sentence names; it counts the others."""


def rows_called(rows: Sequence[int]) -> str:
    """Write row numbers: "row 3", "rows 3, 5 and 9", "rows 3, … and 12 more"."""
    if len(rows) == 1:
        return f"row {rows[0]}"
    numbers = [f"{row}" for row in rows[:MOST_ROWS]]
    more = len(rows) - MOST_ROWS
    last = f"{more:,} more" if more > 0 else numbers.pop()
    return f"rows {', '.join(numbers)} and {last}"


def several(names: Sequence[str]) -> str:
    """Name the first few, and count the others."""
    more = len(names) - 1
    return f"{names[0]} and {more} more" if more > 0 else names[0]
