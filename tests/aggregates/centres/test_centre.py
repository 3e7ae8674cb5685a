"""Centres: opened once, approved for products, and approved no more."""

from typing import Any
from uuid import UUID

import pytest

from aggregates.centres.centre import (
    Centre,
    CentreNameMissing,
    CentreNumberMalformed,
    open_centre,
)
from aggregates.reason import ReasonMissing
from events.centres.centre import ApprovalGranted, ApprovalWithdrawn, CentreOpened
from events.centres.user import Role

KEY = UUID(int=3)
OPENED = CentreOpened(number="48213", name="Riverside Training")
CENTRE = Centre.begin(OPENED)
SPECIALIST, SERVICE = Role.ACCOUNT_SPECIALIST, Role.SERVICE
ONE, TWO = "Q-0005001227", "Q-0005001568"
WHY = "They were visited."


@pytest.mark.parametrize("number", ["12", "0123456789"])
def test_a_centre_number_has_two_to_ten_digits(number: str) -> None:
    opened = open_centre(number=number, name=" Riverside ")
    assert opened == CentreOpened(number=number, name="Riverside")


@pytest.mark.parametrize("number", ["", "1", "01234567890", "4821x", "٤٨٢١٣"])
def test_a_number_that_is_none_opens_nothing(number: str) -> None:
    with pytest.raises(CentreNumberMalformed) as refusal:
        open_centre(number=number, name="Riverside")
    assert refusal.value.path == ("number",)


def test_a_centre_has_a_name() -> None:
    with pytest.raises(CentreNameMissing):
        open_centre(number="48213", name=" ")


def test_a_product_is_approved_once_withdrawn_once_and_may_be_approved_again() -> None:
    asked: dict[str, Any] = {"by": SPECIALIST, "reason": WHY, "key": KEY}
    granted = CENTRE.grant(ONE, **asked)
    assert granted == [ApprovalGranted(product=ONE, person_id=KEY, reason=WHY)]
    approved = CENTRE.after(granted)
    assert approved.approvals == {ONE}
    assert approved.grant(ONE, **asked) == []
    withdrawn = approved.withdraw(ONE, **asked)
    assert withdrawn == [ApprovalWithdrawn(product=ONE, person_id=KEY, reason=WHY)]
    after = approved.after(withdrawn)
    assert after.approvals == frozenset()
    assert after.withdraw(ONE, **asked) == []
    assert after.grant(ONE, **asked) == granted


@pytest.mark.parametrize("reason", [None, " "])
def test_an_account_specialist_says_why(reason: str | None) -> None:
    """Section 2."""
    asked: dict[str, Any] = {"by": SPECIALIST, "reason": reason, "key": KEY}
    for decide in (CENTRE.grant, CENTRE.withdraw):
        with pytest.raises(ReasonMissing):
            decide(ONE, **asked)
    assert CENTRE.grant(ONE, by=SERVICE, reason=None, key=KEY)


def test_what_the_catalogue_lists_is_granted_once_and_never_against_a_withdrawal() -> (
    None
):
    (first,) = CENTRE.grant_at_first([ONE], key=KEY)
    approved = CENTRE.apply(first)
    gone = approved.apply(ApprovalWithdrawn(product=ONE, person_id=KEY))
    assert gone.grant_at_first([ONE, TWO], key=KEY) == [
        ApprovalGranted(product=TWO, person_id=KEY)
    ]


def test_a_centre_is_opened_once() -> None:
    with pytest.raises(ValueError, match="opened twice"):
        CENTRE.apply(OPENED)
