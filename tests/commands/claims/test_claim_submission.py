"""Claims submitted: who is eligible, who is kept back, and why."""

from dataclasses import replace
from datetime import timedelta

import pytest

from aggregates.claims.claim_refusals import NobodyToSubmit
from aggregates.claims.claim_status import ClaimStatus
from aggregates.claims.claimable import NotClaimable
from aggregates.registrations.registration import Status
from catalogue import Catalogue
from events.identifier import stream_of
from tests.claim_examples import (
    A1,
    A2,
    ANN,
    ANNS,
    B1,
    BEN,
    ENOUGH,
    REFERENCE,
    award,
    qualification,
)
from tests.commands.claim_centre import COLLEAGUE, ClaimCentre


def test_eligible_learners_are_submitted_and_the_others_kept_with_reasons(
    office: ClaimCentre,
) -> None:
    """M10."""
    claim = office.begin({ANN: award(), BEN: award(grades={A1: "P"})})
    office.submit(claim)
    assert office.standings(claim) == {
        ANN: ClaimStatus.SUBMITTED,
        BEN: ClaimStatus.UNSUBMITTED,
    }
    assert [code for code, _ in office.why(claim, BEN)] == [
        "units-missing",
        "credits-short",
    ]


@pytest.mark.parametrize(
    ("award_type", "status"),
    [
        ("Full", Status.COMPLETED),
        ("Fallback", Status.COMPLETED),
        ("Interim", Status.ACTIVE),
    ],
)
def test_full_and_fallback_complete_the_registration_and_interim_does_not(
    office: ClaimCentre, award_type: str, status: Status
) -> None:
    """M7, M8, M9."""
    office.submit(office.begin({ANN: award(award_type)}))
    assert office.status(ANNS) is status


def test_a_completed_product_can_be_ordered_again(office: ClaimCentre) -> None:
    """O6: one Active registration a learner and product, and this one is over."""
    office.submit(office.begin({ANN: award()}))
    assert office.holder(ANN) is None
    office.register(ANN, "R-again")
    assert office.holder(ANN) == stream_of("R-again")


def test_an_ineligible_learner_is_fixed_and_submitted_again(
    office: ClaimCentre,
) -> None:
    """M10, I2."""
    claim = office.begin({ANN: award(), BEN: award(grades={A1: "P"})})
    office.submit(claim)
    office.save(claim, {BEN: award()})
    office.submit(claim)
    assert office.standings(claim) == {
        ANN: ClaimStatus.SUBMITTED,
        BEN: ClaimStatus.SUBMITTED,
    }
    with pytest.raises(NobodyToSubmit):
        office.submit(claim)


def test_an_interim_is_followed_by_a_full_without_typing_units_again(
    office: ClaimCentre,
) -> None:
    """M12, M14."""
    first = office.begin({ANN: award("Interim", grades={A1: "P", A2: "P"})})
    office.submit(first)
    office.process(first)
    second = office.begin({ANN: award(grades={B1: "P"})})
    office.submit(second)
    granted = office.claim(second).learners[ANN].granted
    assert granted is not None
    assert granted.grades == ENOUGH
    assert office.status(ANNS) is Status.COMPLETED


def test_a_qualification_that_may_no_longer_be_claimed_is_not_submitted(
    office: ClaimCentre,
) -> None:
    """M2."""
    claim = office.begin({ANN: award()})
    ended = qualification(certification_ends=office.now().date() - timedelta(days=1))
    later = replace(office, catalogue=Catalogue(all_versions={REFERENCE: (ended,)}))
    with pytest.raises(NotClaimable, match="Certification ended"):
        later.submit(claim)


def test_who_was_claimed_for_before_is_kept_back_with_whom_named(
    office: ClaimCentre,
) -> None:
    """M15."""
    mine = office.begin({ANN: award(), BEN: award()})
    theirs = office.begin({ANN: award()}, by=COLLEAGUE)
    office.submit(theirs, by=COLLEAGUE)
    office.submit(mine)
    assert office.standings(mine) == {
        ANN: ClaimStatus.UNSUBMITTED,
        BEN: ClaimStatus.SUBMITTED,
    }
    ((code, message),) = office.why(mine, ANN)
    assert code == "claimed-by-another"
    assert message.startswith(
        "Claimed meanwhile by second.riverside (Centre Administrator): the Full award"
    )
    assert theirs in message
