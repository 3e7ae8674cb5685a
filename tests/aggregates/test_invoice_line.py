"""Statuses are reported in their order, as often as it takes (C4)."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from aggregates.invoice_line import (
    CREDIT,
    InvoiceLine,
    InvoiceStatus,
    OtherInvoice,
    StatusOutOfOrder,
)
from events.invoice import InvoiceStatusReported

LINE = "R-0000000042"
NOT, INVOICED, PAID, CREDITED = InvoiceStatus
ORDERS = {(NOT, INVOICED), (INVOICED, PAID), (INVOICED, CREDITED), (PAID, CREDITED)}


@pytest.mark.parametrize("now", InvoiceStatus)
@pytest.mark.parametrize("wanted", InvoiceStatus)
def test_a_charge_is_invoiced_then_paid_and_either_may_be_credited(
    now: InvoiceStatus, wanted: InvoiceStatus
) -> None:
    """C4: every step, and every one that is out of order."""
    line = InvoiceLine(line=LINE, status=now)
    if (now, wanted) in ORDERS:
        (reported,) = line.report(wanted, invoice="INV-1")
        assert reported == InvoiceStatusReported(
            line=LINE, status=wanted, invoice="INV-1"
        )
        assert line.apply(reported).status is wanted
    elif now is wanted:
        assert line.report(wanted, invoice=None) == []
    else:
        with pytest.raises(StatusOutOfOrder, match=f"is {now}, so it cannot become"):
            line.report(wanted, invoice="INV-1")


def test_a_credit_is_credited_and_that_is_all() -> None:
    """C4."""
    line = InvoiceLine(line=LINE + CREDIT)
    (reported,) = line.report(CREDITED, invoice="CN-1")
    assert InvoiceLine.replay([reported]).status is CREDITED
    for wanted in (INVOICED, PAID):
        with pytest.raises(StatusOutOfOrder, match="It can become Credited"):
            line.report(wanted, invoice=None)


def test_a_report_that_is_repeated_changes_nothing_unless_it_names_another_invoice() -> (
    None
):
    """C4."""
    line = InvoiceLine(line=LINE, status=INVOICED, invoice="INV-1")
    assert line.report(INVOICED, invoice="INV-1") == []
    assert line.report(INVOICED, invoice=None) == []
    with pytest.raises(OtherInvoice, match="on INV-1"):
        line.report(INVOICED, invoice="INV-2")


@given(st.lists(st.sampled_from(InvoiceStatus), max_size=6))
def test_whatever_is_reported_only_the_order_gets_through(
    reports: list[InvoiceStatus],
) -> None:
    """C4."""
    line = InvoiceLine(line=LINE)
    for wanted in reports:
        may = (line.status, wanted) in ORDERS or wanted is line.status
        try:
            for event in line.report(wanted, invoice=None):
                line = line.apply(event)
        except StatusOutOfOrder:
            assert not may
        else:
            assert may
            assert line.status is wanted
