"""Claims submitted: who is eligible, who is kept back, and why."""

from dataclasses import replace
from datetime import timedelta

import pytest

from aggregates.claims.claim_refusals import NobodyToSubmit
from aggregates.claims.claim_status import ClaimStatus
from aggregates.claims.claimable import NotClaimable
from aggregates.registrations.registration_state import Status
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
    claim_centre: ClaimCentre,
) -> None:
    """M10."""
    claim = claim_centre.begin({ANN: award(), BEN: award(grades={A1: "P"})})
    claim_centre.submit(claim)
    assert claim_centre.standings(claim) == {
        ANN: ClaimStatus.SUBMITTED,
        BEN: ClaimStatus.UNSUBMITTED,
    }
    assert [code for code, _ in claim_centre.why(claim, BEN)] == [
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
    claim_centre: ClaimCentre, award_type: str, status: Status
) -> None:
    """M7, M8, M9."""
    claim_centre.submit(claim_centre.begin({ANN: award(award_type)}))
    assert claim_centre.status(ANNS) is status


def test_a_completed_product_can_be_ordered_again(claim_centre: ClaimCentre) -> None:
    """O6: one Active registration a learner and product, and this one is over."""
    claim_centre.submit(claim_centre.begin({ANN: award()}))
    assert claim_centre.holder(ANN) is None
    claim_centre.register(ANN, "R-again")
    assert claim_centre.holder(ANN) == stream_of("R-again")


def test_an_ineligible_learner_is_fixed_and_submitted_again(
    claim_centre: ClaimCentre,
) -> None:
    """M10, I2."""
    claim = claim_centre.begin({ANN: award(), BEN: award(grades={A1: "P"})})
    claim_centre.submit(claim)
    claim_centre.save(claim, {BEN: award()})
    claim_centre.submit(claim)
    assert claim_centre.standings(claim) == {
        ANN: ClaimStatus.SUBMITTED,
        BEN: ClaimStatus.SUBMITTED,
    }
    with pytest.raises(NobodyToSubmit):
        claim_centre.submit(claim)


def test_an_interim_is_followed_by_a_full_without_typing_units_again(
    claim_centre: ClaimCentre,
) -> None:
    """M12, M14."""
    first = claim_centre.begin({ANN: award("Interim", grades={A1: "P", A2: "P"})})
    claim_centre.submit(first)
    claim_centre.process(first)
    second = claim_centre.begin({ANN: award(grades={B1: "P"})})
    claim_centre.submit(second)
    granted = claim_centre.claim(second).learners[ANN].granted
    assert granted is not None
    assert granted.grades == ENOUGH
    assert claim_centre.status(ANNS) is Status.COMPLETED


def test_a_qualification_that_may_no_longer_be_claimed_is_not_submitted(
    claim_centre: ClaimCentre,
) -> None:
    """M2."""
    claim = claim_centre.begin({ANN: award()})
    ended = qualification(
        certification_ends=claim_centre.now().date() - timedelta(days=1)
    )
    later = replace(
        claim_centre, catalogue=Catalogue(all_versions={REFERENCE: (ended,)})
    )
    with pytest.raises(NotClaimable, match="Certification ended"):
        later.submit(claim)


def test_who_was_claimed_for_before_is_kept_back_with_whom_named(
    claim_centre: ClaimCentre,
) -> None:
    """M15."""
    mine = claim_centre.begin({ANN: award(), BEN: award()})
    theirs = claim_centre.begin({ANN: award()}, by=COLLEAGUE)
    claim_centre.submit(theirs, by=COLLEAGUE)
    claim_centre.submit(mine)
    assert claim_centre.standings(mine) == {
        ANN: ClaimStatus.UNSUBMITTED,
        BEN: ClaimStatus.SUBMITTED,
    }
    ((code, message),) = claim_centre.why(mine, ANN)
    assert code == "claimed-by-another"
    assert message.startswith(
        "Claimed meanwhile by second.riverside (Centre Administrator): the Full award"
    )
    assert theirs in message
