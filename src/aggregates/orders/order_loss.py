"""What a change would remove of what was typed into a draft order (O1)."""

from collections.abc import Collection, Iterator

from aggregates.bookings.sitting_time import Delivery
from aggregates.loss import several
from aggregates.orders.order import Order
from aggregates.orders.order_line import Line, OrderLineLearner
from events.bookings.entry_order import Entry

MODE = "the mode"
TYPED = ("the time", MODE, "the extra time")
"""The fields of an entry besides its learner and test."""


def lost_from_order(before: Order, after: Order) -> list[str]:
    """Name the dates, pathways and purchase order numbers that a change removes."""
    return [
        f"{what} on {product}"
        for product, line in before.lines.items()
        for what in _lost_from(line, after.lines.get(product))
    ]


def lost_from_entries(before: Collection[Entry], after: Collection[Entry]) -> list[str]:
    """Name the tests whose time, mode or extra time a change removes.

    A paper test has no mode, so its mode cannot be lost.
    """
    now = {(entry.learner, entry.unit): entry for entry in after}
    lost = []
    for entry in before:
        kept = now.get((entry.learner, entry.unit))
        test = f"the test of {entry.unit} for {entry.learner}"
        gone = _typed_parts(entry) - (_typed_parts(kept) if kept else set())
        if kept is None and gone:
            lost.append(test)
        elif kept is not None and kept.delivery == Delivery.PAPER:
            gone -= {MODE}
        if kept is not None and gone:
            parts = [part for part in TYPED if part in gone]
            lost.append(f"{' and '.join(parts)} of {test}")
    return [several(lost)] if lost else []


def _typed_parts(entry: Entry) -> set[str]:
    """Return the parts of an entry that were typed."""
    said = (entry.starts, entry.mode, entry.extra_time)
    return {part for part, value in zip(TYPED, said, strict=True) if value}


def _lost_from(line: Line, now: Line | None) -> Iterator[str]:
    left = now.learners if now else {}
    said = [
        who
        for who, place in line.learners.items()
        if _is_said(place) and (who not in left or _dates_gone(place, left[who]))
    ]
    if said:
        yield f"what was said for {several(said)}"
    if line.dates and not (now and now.dates):
        yield "the course dates"
    if line.purchase_order and now is None:
        yield f"the purchase order number {line.purchase_order}"


def _is_said(place: OrderLineLearner) -> bool:
    return bool(place.dates or place.pathway or place.pathways)


def _dates_gone(place: OrderLineLearner, now: OrderLineLearner) -> bool:
    return place.dates is not None and now.dates is None
