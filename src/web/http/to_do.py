"""What the home page says there is to do."""

from dataclasses import dataclass


@dataclass(frozen=True, kw_only=True)
class ToDo:
    """Something to do: a sentence with a link, and what happens if it is left.

    The lower the ``urgency`` the sooner: what costs money or misses a date is below 10.
    """

    text: str
    href: str
    detail: str = ""
    urgency: int = 10
