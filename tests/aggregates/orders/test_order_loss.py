"""What was typed in a draft of an order, and is gone after a change."""

from dataclasses import replace
from datetime import UTC, date, datetime

import pytest

from aggregates.orders.order import Order
from aggregates.orders.order_line import Line, OrderLineLearner
from aggregates.orders.order_loss import lost_from_entries, lost_from_order
from events.bookings.entry_order import Entry
from events.orders.order import CourseDates
from tests.claim_examples import ANN, BEN, REFERENCE, TESTED

DATES = CourseDates(starts=date(2026, 9, 1), ends=date(2027, 7, 1))
BARE = OrderLineLearner()
DATED = OrderLineLearner(dates=DATES)
ENTRY = Entry(
    learner=ANN,
    qualification=REFERENCE,
    unit=TESTED,
    delivery="Onscreen",
    starts=datetime(2026, 12, 10, 10, tzinfo=UTC),
    mode="Online",
    extra_time=25,
)


def order(line: Line | None) -> Order:
    lines = {REFERENCE: line} if line else {}
    return Order(order="O-1", centre="48213", lines=lines)


@pytest.mark.parametrize(
    ("before", "after", "lost"),
    [
        (Line(learners={ANN: BARE}), None, []),
        (Line(learners={ANN: DATED, BEN: DATED}), None, [f"for {ANN} and 1 more"]),
        (
            Line(learners={ANN: OrderLineLearner(pathway="MAIN")}),
            None,
            [f"said for {ANN}"],
        ),
        (Line(dates=DATES, purchase_order="PO-1"), None, ["course dates", "PO-1"]),
        (Line(learners={ANN: DATED, BEN: BARE}), Line(learners={ANN: DATED}), []),
        (Line(learners={ANN: DATED}), Line(), [f"said for {ANN}"]),
        (Line(learners={ANN: DATED}), Line(learners={ANN: BARE}), [f"for {ANN}"]),
        (Line(dates=DATES), Line(), ["course dates"]),
        (Line(dates=DATES, purchase_order="PO-1"), Line(dates=DATES), []),
    ],
)
def test_dates_pathways_and_numbers_that_are_gone_are_named(
    before: Line, after: Line | None, lost: list[str]
) -> None:
    """O1, O4."""
    found = lost_from_order(order(before), order(after))
    assert len(found) == len(lost)
    assert all(part in said for part, said in zip(lost, found, strict=True))
    assert all(REFERENCE in said for said in found)


@pytest.mark.parametrize(
    ("after", "lost"),
    [
        ([ENTRY], None),
        ([replace(ENTRY, mode="Classroom")], None),
        ([replace(ENTRY, extra_time=0)], "the extra time of "),
        ([replace(ENTRY, mode=None)], "the mode of "),
        ([replace(ENTRY, mode=None, delivery="Paper")], None),
        ([replace(ENTRY, starts=None)], "the time of "),
        (
            [replace(ENTRY, starts=None, extra_time=0)],
            "the time and the extra time of ",
        ),
        ([], ""),
    ],
)
def test_a_test_whose_time_mode_or_extra_time_is_gone_is_named(
    after: list[Entry], lost: str | None
) -> None:
    """B1: a mode may go where there is none, on paper."""
    expected = [] if lost is None else [f"{lost}the test of {TESTED} for {ANN}"]
    assert lost_from_entries([ENTRY], after) == expected


def test_an_entry_of_which_nothing_was_said_is_not_missed() -> None:
    """B1."""
    bare = replace(ENTRY, starts=None, mode=None, extra_time=0)
    assert lost_from_entries([bare], []) == []
