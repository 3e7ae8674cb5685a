"""A line of an order: a product and the learners it is ordered for."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import date
from typing import TypeVar

from aggregates.errors import FieldPath
from aggregates.orders.offer import in_words
from aggregates.orders.order_refusals import (
    LONGEST_NUMBER,
    DatesUnlikely,
    NumberTooLong,
)
from aggregates.text import clean
from events.orders.order import CourseDates

V = TypeVar("V")

FARTHEST = 5
LONGEST_COURSE = 10
"""A start further away, or a longer course, must be confirmed (d); in years."""


def require_likely(dates: CourseDates, today: date) -> None:
    """Raise DatesUnlikely for dates that are probably a slip, such as a century off (O4)."""
    what = None
    first, last = sorted((dates.starts, today))
    if is_longer(first, last, years=FARTHEST):
        what = f"start on {in_words(dates.starts)}, more than 5 years from today"
    elif is_longer(dates.starts, dates.ends, years=LONGEST_COURSE):
        starts, ends = in_words(dates.starts), in_words(dates.ends)
        what = f"last from {starts} to {ends}, more than 10 years"
    if what:
        field = "starts" if "start on" in what else "ends"
        raise DatesUnlikely(path=(field,), what=what)


def is_longer(first: date, last: date, *, years: int) -> bool:
    """Whether a day is more than this many years after another."""
    back = last.year - years, last.month, last.day
    return back > (first.year, first.month, first.day)


def purchase_order_number(written: str | None, *, path: FieldPath) -> str | None:
    """Trim a purchase order number; None if nothing is left. Raises NumberTooLong."""
    number = clean(written or "")
    if len(number) > LONGEST_NUMBER:
        raise NumberTooLong(path=path)
    return number or None


@dataclass(frozen=True, kw_only=True)
class OrderLineLearner:
    """A learner on a line, with the pathway and dates given for them alone.

    On an apprenticeship, ``pathways`` are those of its qualifications (O7).
    """

    pathway: str | None = None
    pathways: Mapping[str, str] = field(default_factory=dict)
    dates: CourseDates | None = None

    def pathway_on(self, product: str) -> str | None:
        """Return the pathway given for the product or for a qualification of it."""
        return self.pathways.get(product, self.pathway)


@dataclass(frozen=True, kw_only=True)
class Line:
    """A product with its own learners, dates and purchase order number."""

    learners: Mapping[str, OrderLineLearner] = field(default_factory=dict)
    dates: CourseDates | None = None
    purchase_order: str | None = None


def with_learners(line: Line, places: Mapping[str, OrderLineLearner]) -> Line:
    return replace(line, learners={**line.learners, **places})


def without_dates(line: Line) -> Line:
    places = {who: replace(at, dates=None) for who, at in line.learners.items()}
    return replace(line, dates=None, learners=places)


def without(values: Mapping[str, V], keys: Iterable[str]) -> dict[str, V]:
    gone = set(keys)
    return {key: value for key, value in values.items() if key not in gone}
