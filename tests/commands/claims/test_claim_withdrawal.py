"""Claims withdrawn: what they completed is taken back."""

import pytest

from aggregates.claims.claim_refusals import (
    AwardIsReliedOn,
    ClaimIsProcessed,
    RegisteredMeanwhile,
)
from aggregates.claims.claim_status import ClaimStatus
from aggregates.registrations.registration_state import Status
from events.identifier import stream_of
from tests.claim_examples import A1, A2, ANN, ANNS, B1, B2, BEN, BENS, award
from tests.commands.claim_centre import ClaimCentre


def test_withdrawing_makes_what_was_completed_active_again(
    claim_centre: ClaimCentre,
) -> None:
    """M16, C2."""
    claim = claim_centre.begin({ANN: award(), BEN: award("Interim")})
    claim_centre.submit(claim)
    claim_centre.withdraw(claim)
    for registration in (ANNS, BENS):
        assert claim_centre.status(registration) is Status.ACTIVE
        assert claim_centre.registration(registration).awards == {}
        assert claim_centre.registration(registration).outcomes == {}
    assert claim_centre.holder(ANN) == stream_of(ANNS)
    assert claim_centre.holder(BEN) == stream_of(BENS)


def test_withdrawing_for_one_learner_leaves_the_others_submitted(
    claim_centre: ClaimCentre,
) -> None:
    """M16."""
    claim = claim_centre.begin({ANN: award(), BEN: award()})
    claim_centre.submit(claim)
    claim_centre.withdraw(claim, ANN)
    assert claim_centre.status(ANNS) is Status.ACTIVE
    assert claim_centre.status(BENS) is Status.COMPLETED
    assert claim_centre.standings(claim) == {
        ANN: ClaimStatus.WITHDRAWN,
        BEN: ClaimStatus.SUBMITTED,
    }


def test_withdrawing_an_interim_leaves_what_another_claim_completed(
    claim_centre: ClaimCentre,
) -> None:
    """M16."""
    interim = claim_centre.begin({ANN: award("Interim", grades={A1: "P"})})
    claim_centre.submit(interim)
    full = claim_centre.begin({ANN: award()})
    claim_centre.submit(full)
    claim_centre.withdraw(interim)
    assert claim_centre.status(ANNS) is Status.COMPLETED
    assert claim_centre.holder(ANN) is None


def test_withdrawing_is_refused_where_the_learner_is_registered_again(
    claim_centre: ClaimCentre,
) -> None:
    """M16, O6."""
    claim = claim_centre.begin({ANN: award()})
    claim_centre.submit(claim)
    claim_centre.register(ANN, "R-again")
    with pytest.raises(RegisteredMeanwhile, match=ANN):
        claim_centre.withdraw(claim)
    assert claim_centre.status(ANNS) is Status.COMPLETED


def test_the_reason_of_a_withdrawal_is_kept_under_the_claims_key(
    claim_centre: ClaimCentre,
) -> None:
    """M16, H6."""
    claim = claim_centre.begin({ANN: award()})
    claim_centre.submit(claim)
    claim_centre.withdraw(claim)
    claim_centre.store.forget(stream_of(claim))
    withdrawn = claim_centre.store.open(stream_of(claim)).history[-1]
    assert withdrawn.is_erased
    assert claim_centre.standings(claim) == {ANN: ClaimStatus.WITHDRAWN}


@pytest.mark.parametrize("award_type", ["Full", "Interim", "Fallback"])
@pytest.mark.parametrize("who", [ANN, None])
def test_an_award_that_a_later_one_counts_on_is_not_withdrawn(
    claim_centre: ClaimCentre, award_type: str, who: str | None
) -> None:
    """M12, M16: it is said which goes first, and when that is gone it can be."""
    interim = claim_centre.submitted({ANN: award("Interim", grades={A1: "P", B2: "P"})})
    later = claim_centre.submitted({ANN: award(award_type, grades={A2: "P", B1: "P"})})
    with pytest.raises(AwardIsReliedOn) as refusal:
        claim_centre.withdraw(interim, who)
    assert str(refusal.value) == (
        f"{interim} cannot be withdrawn for {ANN}: the {award_type} claim {later} counts"
        f" {A1}, {B2} from {interim}. Withdraw {later} for the learner first."
    )
    assert claim_centre.standings(interim) == {ANN: ClaimStatus.SUBMITTED}
    claim_centre.withdraw(later, ANN)
    claim_centre.withdraw(interim, who)
    assert claim_centre.registration(ANNS).awards == {}


def test_units_that_a_later_claim_says_itself_do_not_hold_an_interim(
    claim_centre: ClaimCentre,
) -> None:
    """M16: nor those that another Interim between them says."""
    first = claim_centre.submitted({ANN: award("Interim", grades={A1: "P"})})
    second = claim_centre.submitted({ANN: award("Interim", grades={A1: "P", A2: "P"})})
    full = claim_centre.submitted({ANN: award(grades={B1: "P"})})
    claim_centre.withdraw(first)
    with pytest.raises(AwardIsReliedOn, match=full):
        claim_centre.withdraw(second)


def test_a_claim_for_many_names_everyone_whose_later_claim_counts_on_it(
    claim_centre: ClaimCentre,
) -> None:
    """M16."""
    both = award("Interim", grades={A1: "P"})
    interim = claim_centre.submitted({ANN: both, BEN: both})
    later = claim_centre.submitted(
        dict.fromkeys((ANN, BEN), award(grades={A2: "P", B1: "P"}))
    )
    with pytest.raises(AwardIsReliedOn) as refusal:
        claim_centre.withdraw(interim)
    assert [each.values["learner"] for each in refusal.value.others] == [ANN, BEN]
    claim_centre.withdraw(later, ANN)
    claim_centre.withdraw(interim, ANN)
    assert claim_centre.registration(ANNS).awards == {}


def test_when_the_later_claim_is_processed_its_certificate_is_revoked_first(
    claim_centre: ClaimCentre,
) -> None:
    """M16, M18: and whoever is named can do it."""
    interim = claim_centre.submitted({ANN: award("Interim", grades={A1: "P"})})
    later = claim_centre.processed({ANN: award("Interim", grades={A2: "P"})})
    number = claim_centre.certificate(later, ANN)
    with pytest.raises(AwardIsReliedOn, match=f"revoke {number} first"):
        claim_centre.withdraw(interim)
    claim_centre.revoke(number)
    claim_centre.withdraw(interim)
    assert set(claim_centre.registration(ANNS).awards) == {later}


@pytest.mark.parametrize("who", [ANN, None])
def test_of_what_is_processed_it_is_said_who_can_do_what(
    claim_centre: ClaimCentre, who: str | None
) -> None:
    """M16, M18: and an Account Specialist really can."""
    full = claim_centre.processed({ANN: award()})
    number = claim_centre.certificate(full, ANN)
    with pytest.raises(ClaimIsProcessed) as refusal:
        claim_centre.withdraw(full, who)
    assert str(refusal.value) == (
        f"{full} is processed and has issued {number}, so it cannot be withdrawn. An"
        f" Account Specialist can revoke {number}, or reopen {ANNS} to claim anew."
    )
    claim_centre.revoke(number)
    claim_centre.reopen(ANNS)
    claim_centre.submitted({ANN: award()})
    assert claim_centre.status(ANNS) is Status.COMPLETED


def test_many_processed_are_counted_and_an_interim_has_nothing_to_reopen(
    claim_centre: ClaimCentre,
) -> None:
    """M16, M18."""
    people = {f"L-{number:010}": f"R-{number:010}" for number in range(10, 15)}
    claim_centre.register_all(people)
    claim = claim_centre.processed(dict.fromkeys(people, award("Interim")))
    numbers = [claim_centre.certificate(claim, who) for who in people][:3]
    with pytest.raises(ClaimIsProcessed) as refusal:
        claim_centre.withdraw(claim)
    named = f"{', '.join(numbers)} and 2 more"
    assert str(refusal.value).endswith(f"An Account Specialist can revoke {named}.")
