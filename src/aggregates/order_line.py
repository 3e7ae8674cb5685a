"""A line of an order: a product, and the learners whom it is ordered for."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from typing import TypeVar

from aggregates.names import clean
from aggregates.order_refusals import LONGEST_NUMBER, NumberTooLong
from events.order import CourseDates

V = TypeVar("V")


def purchase_order_number(written: str | None, *, pointer: str) -> str | None:
    """Tidy what a purchase is called; None if nothing is left. Raises NumberTooLong."""
    number = clean(written or "")
    if len(number) > LONGEST_NUMBER:
        raise NumberTooLong(pointer=pointer)
    return number or None


@dataclass(frozen=True, kw_only=True)
class Place:
    """A learner on a line: pathway and dates that were said for them alone.

    On an apprenticeship, ``pathways`` are those of its qualifications (O7).
    """

    pathway: str | None = None
    pathways: Mapping[str, str] = field(default_factory=dict)
    dates: CourseDates | None = None

    def pathway_on(self, product: str) -> str | None:
        """Find the pathway that was said, of the product or a qualification of it."""
        return self.pathways.get(product, self.pathway)


@dataclass(frozen=True, kw_only=True)
class Line:
    """A product with its own learners, dates and purchase order number."""

    learners: Mapping[str, Place] = field(default_factory=dict)
    dates: CourseDates | None = None
    purchase_order: str | None = None


def with_places(line: Line, places: Mapping[str, Place]) -> Line:
    return replace(line, learners={**line.learners, **places})


def undated(line: Line) -> Line:
    places = {who: replace(at, dates=None) for who, at in line.learners.items()}
    return replace(line, dates=None, learners=places)


def without(values: Mapping[str, V], keys: Iterable[str]) -> dict[str, V]:
    gone = set(keys)
    return {key: value for key, value in values.items() if key not in gone}
