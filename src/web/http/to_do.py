"""What the home page says there is to do."""

from dataclasses import dataclass
from typing import Any

from projections.paging import Page


@dataclass(frozen=True, kw_only=True)
class ToDo:
    """Something to do: a sentence with a link, and what happens if it is left.

    The lower the ``urgency`` the sooner: what costs money or misses a date is below 10.
    """

    text: str
    href: str
    detail: str = ""
    urgency: int = 10


def count_in_words(found: Page[Any], one: str, many: str) -> str:
    """Say how many rows a counted list has: 1 test, 120 tests, More than 1,000 tests."""
    more = "More than " if found.is_at_least else ""
    return f"{more}{found.total or 0:,} {one if found.total == 1 else many}"
