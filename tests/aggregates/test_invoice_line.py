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
    with pytest.raises(OtherInvoice, match="Invoiced on INV-1, and INV-2 was reported"):
        line.report(INVOICED, invoice="INV-2")
    line = InvoiceLine(line=LINE, status=INVOICED)
    with pytest.raises(OtherInvoice, match="Invoiced on no document, and INV-2 was"):
        line.report(INVOICED, invoice="INV-2")


def test_what_is_paid_is_the_invoice_that_was_sent() -> None:
    """C4: another number is refused, and none is the one that is known."""
    line = InvoiceLine(line=LINE, status=INVOICED, invoice="INV-1")
    with pytest.raises(OtherInvoice, match="Invoiced on INV-1, and INV-2 was reported"):
        line.report(PAID, invoice="INV-2")
    for number in (None, "INV-1"):
        (paid,) = line.report(PAID, invoice=number)
        assert line.apply(paid).invoice == "INV-1"
        assert line.apply(paid).report(PAID, invoice="INV-1") == []
        with pytest.raises(OtherInvoice, match="Paid on INV-1, and INV-2 was reported"):
            line.apply(paid).report(PAID, invoice="INV-2")


def test_an_invoice_that_had_no_number_gets_it_when_it_is_paid() -> None:
    """C4."""
    line = InvoiceLine(line=LINE, status=INVOICED)
    (paid,) = line.report(PAID, invoice="INV-1")
    assert line.apply(paid).invoice == "INV-1"


@pytest.mark.parametrize("now", [INVOICED, PAID])
def test_a_credit_note_has_a_number_of_its_own_beside_that_of_the_invoice(
    now: InvoiceStatus,
) -> None:
    """C4."""
    line = InvoiceLine(line=LINE, status=now, invoice="INV-1")
    (credited,) = line.report(CREDITED, invoice="CN-1")
    line = line.apply(credited)
    assert (line.invoice, line.credit_note) == ("INV-1", "CN-1")
    assert line.report(CREDITED, invoice="CN-1") == []
    with pytest.raises(OtherInvoice, match="Credited on CN-1, and INV-1 was reported"):
        line.report(CREDITED, invoice="INV-1")


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
