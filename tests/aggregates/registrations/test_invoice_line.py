"""Statuses are reported in their order, as often as it takes (C4)."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from aggregates.registrations.invoice_line import (
    CREDIT,
    ChargeWasCancelled,
    InvoiceLine,
    InvoiceStatus,
    NothingToCorrect,
    NumberTooEarly,
    OtherInvoice,
    RightNumberMissing,
    StatusOutOfOrder,
)
from events.registrations.invoice import InvoiceNumberRecorded, InvoiceStatusReported

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
        with pytest.raises(StatusOutOfOrder, match=f"is {now}, and {wanted}"):
            line.report(wanted, invoice=None)


def test_a_credit_is_credited_and_that_is_all() -> None:
    """C4."""
    line = InvoiceLine(line=LINE + CREDIT)
    reported = line.report(CREDITED, invoice="CN-1")
    assert InvoiceLine.replay(reported).status is CREDITED
    for wanted in (INVOICED, PAID):
        with pytest.raises(StatusOutOfOrder, match="Report Credited next"):
            line.report(wanted, invoice=None)


def test_a_report_that_is_repeated_changes_nothing() -> None:
    """C4: and one that names another invoice is refused, saying how to correct it."""
    line = InvoiceLine(line=LINE, status=INVOICED, invoice="INV-1")
    assert line.report(INVOICED, invoice="INV-1") == []
    assert line.report(INVOICED, invoice=None) == []
    with pytest.raises(OtherInvoice) as refused:
        line.report(INVOICED, invoice="INV-2")
    assert str(refused.value) == (
        f"{LINE} is Invoiced with INV-1, and INV-2 was reported; nothing was changed."
        ' If INV-1 is wrong, send INV-2 again with "corrects": "INV-1".'
    )


def test_a_number_goes_with_an_invoice_that_there_is() -> None:
    """C4."""
    with pytest.raises(NumberTooEarly) as refused:
        InvoiceLine(line=LINE).report(NOT, invoice="INV-1")
    assert str(refused.value) == (
        f"{LINE} is not invoiced yet, so leave the number out; or report Invoiced with"
        " INV-1."
    )
    with pytest.raises(NumberTooEarly, match="or report Credited with CN-1"):
        InvoiceLine(line=LINE + CREDIT).report(NOT, invoice="CN-1")
    assert InvoiceLine(line=LINE).report(NOT, invoice=None) == []


def number(new: str, old: str | None = None, *, note: bool = False) -> Any:
    return InvoiceNumberRecorded(
        line=LINE, number=new, is_credit_note=note, replaces=old
    )


@pytest.mark.parametrize("status", [INVOICED, PAID])
def test_a_number_that_was_missing_is_added_and_a_wrong_one_corrected(
    status: InvoiceStatus,
) -> None:
    """C4: both are events, and each once."""
    line = InvoiceLine(line=LINE, status=status)
    added = line.report(status, invoice="INV-1")
    assert added == [number("INV-1")]
    line = line.after(added)
    assert (line.invoice, line.report(status, invoice="INV-1")) == ("INV-1", [])
    corrected = line.report(status, invoice="INV-2", corrects="INV-1")
    assert corrected == [number("INV-2", "INV-1")]
    line = line.after(corrected)
    assert line.invoice == "INV-2"
    assert line.report(status, invoice="INV-2", corrects="INV-1") == []
    with pytest.raises(OtherInvoice, match="with INV-2, and INV-3 was reported"):
        line.report(status, invoice="INV-3", corrects="INV-1")


def test_a_number_is_corrected_as_the_line_is_paid() -> None:
    """C4."""
    line = InvoiceLine(line=LINE, status=INVOICED, invoice="INV-1")
    events = line.report(PAID, invoice="INV-2", corrects="INV-1")
    paid = InvoiceStatusReported(line=LINE, status=PAID, invoice="INV-2")
    assert events == [number("INV-2", "INV-1"), paid]
    assert (line.after(events).status, line.after(events).invoice) == (PAID, "INV-2")


def test_a_credited_line_has_two_numbers_that_can_be_corrected() -> None:
    """C4: whichever is named as the wrong one."""
    line = InvoiceLine(line=LINE, status=CREDITED, invoice="INV-1")
    assert line.report(CREDITED, invoice="CN-1") == [number("CN-1", note=True)]
    line = line.after(line.report(CREDITED, invoice="CN-1"))
    assert (line.invoice, line.credit_note) == ("INV-1", "CN-1")
    for wrong, right, note in (("CN-1", "CN-2", True), ("INV-1", "INV-2", False)):
        events = line.report(CREDITED, invoice=right, corrects=wrong)
        assert events == [number(right, wrong, note=note)]
    with pytest.raises(OtherInvoice, match="with CN-1, and CN-2"):
        line.report(CREDITED, invoice="CN-2", corrects="CN-9")


def test_the_number_of_an_invoice_may_come_once_it_is_credited() -> None:
    """C4: it does not become the credit note; the line stays Credited."""
    line = InvoiceLine(line=LINE, status=CREDITED, credit_note="CN-1")
    late = line.report(INVOICED, invoice="INV-1")
    assert late == [number("INV-1")]
    line = line.after(late)
    known = line.status, line.invoice, line.credit_note
    assert known == (CREDITED, "INV-1", "CN-1")
    assert line.report(INVOICED, invoice="INV-1") == []
    for said in ("INV-2", None):
        with pytest.raises(StatusOutOfOrder):
            line.report(INVOICED, invoice=said)
    credit = InvoiceLine(line=LINE + CREDIT, status=CREDITED)
    with pytest.raises(StatusOutOfOrder):
        credit.report(INVOICED, invoice="INV-1")


def test_what_is_to_be_corrected_has_a_wrong_number_and_gets_a_right_one() -> None:
    """C4."""
    line = InvoiceLine(line=LINE, status=INVOICED)
    with pytest.raises(NothingToCorrect, match="Leave corrects out"):
        line.report(INVOICED, invoice="INV-2", corrects="INV-1")
    with pytest.raises(RightNumberMissing):
        line.report(INVOICED, invoice=None, corrects="INV-1")


def test_a_charge_that_was_cancelled_before_invoicing_is_not_invoiced() -> None:
    """C3, C4: the credit takes it back; that can be settled."""
    line = InvoiceLine(line=LINE)
    for wanted in (INVOICED, PAID, CREDITED):
        with pytest.raises(ChargeWasCancelled, match=f"report {LINE}-CREDIT Credited"):
            line.report(wanted, invoice="INV-1", is_cancelled=True)
    assert line.report(NOT, invoice=None, is_cancelled=True) == []
    credit = InvoiceLine(line=LINE + CREDIT)
    assert credit.report(CREDITED, invoice="CN-1", is_cancelled=True)


def test_what_is_paid_is_the_invoice_that_was_sent() -> None:
    """C4: another number is refused, and none is the one that is known."""
    line = InvoiceLine(line=LINE, status=INVOICED, invoice="INV-1")
    with pytest.raises(OtherInvoice, match="with INV-1, and INV-2 was reported"):
        line.report(PAID, invoice="INV-2")
    for given_number in (None, "INV-1"):
        (paid,) = line.report(PAID, invoice=given_number)
        assert line.apply(paid).invoice == "INV-1"
        assert line.apply(paid).report(PAID, invoice="INV-1") == []
        with pytest.raises(OtherInvoice, match="Paid with INV-1, and INV-2"):
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
    with pytest.raises(OtherInvoice, match="Credited with CN-1, and INV-1"):
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
