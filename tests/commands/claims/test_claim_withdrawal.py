"""Claims withdrawn: what they completed is taken back."""

import pytest

from aggregates.claims.claim_refusals import (
    AwardIsReliedOn,
    ClaimIsProcessed,
    RegisteredMeanwhile,
)
from aggregates.claims.claim_status import ClaimStatus
from aggregates.registrations.registration import Status
from events.identifier import stream_of
from tests.claim_examples import A1, A2, ANN, ANNS, B1, B2, BEN, BENS, award
from tests.commands.claim_centre import ClaimCentre


def test_withdrawing_makes_what_was_completed_active_again(office: ClaimCentre) -> None:
    """M16, C2."""
    claim = office.begin({ANN: award(), BEN: award("Interim")})
    office.submit(claim)
    office.withdraw(claim)
    for registration in (ANNS, BENS):
        assert office.status(registration) is Status.ACTIVE
        assert office.registration(registration).awards == {}
        assert office.registration(registration).outcomes == {}
    assert office.holder(ANN) == stream_of(ANNS)
    assert office.holder(BEN) == stream_of(BENS)


def test_withdrawing_for_one_learner_leaves_the_others_submitted(
    office: ClaimCentre,
) -> None:
    """M16."""
    claim = office.begin({ANN: award(), BEN: award()})
    office.submit(claim)
    office.withdraw(claim, ANN)
    assert office.status(ANNS) is Status.ACTIVE
    assert office.status(BENS) is Status.COMPLETED
    assert office.standings(claim) == {
        ANN: ClaimStatus.WITHDRAWN,
        BEN: ClaimStatus.SUBMITTED,
    }


def test_withdrawing_an_interim_leaves_what_another_claim_completed(
    office: ClaimCentre,
) -> None:
    """M16."""
    interim = office.begin({ANN: award("Interim", grades={A1: "P"})})
    office.submit(interim)
    full = office.begin({ANN: award()})
    office.submit(full)
    office.withdraw(interim)
    assert office.status(ANNS) is Status.COMPLETED
    assert office.holder(ANN) is None


def test_withdrawing_is_refused_where_the_learner_is_registered_again(
    office: ClaimCentre,
) -> None:
    """M16, O6."""
    claim = office.begin({ANN: award()})
    office.submit(claim)
    office.register(ANN, "R-again")
    with pytest.raises(RegisteredMeanwhile, match=ANN):
        office.withdraw(claim)
    assert office.status(ANNS) is Status.COMPLETED


def test_the_reason_of_a_withdrawal_is_kept_under_the_claims_key(
    office: ClaimCentre,
) -> None:
    """M16, H6."""
    claim = office.begin({ANN: award()})
    office.submit(claim)
    office.withdraw(claim)
    office.store.forget(stream_of(claim))
    withdrawn = office.store.open(stream_of(claim)).history[-1]
    assert withdrawn.is_erased
    assert office.standings(claim) == {ANN: ClaimStatus.WITHDRAWN}


@pytest.mark.parametrize("award_type", ["Full", "Interim", "Fallback"])
@pytest.mark.parametrize("who", [ANN, None])
def test_an_award_that_a_later_one_counts_on_is_not_withdrawn(
    office: ClaimCentre, award_type: str, who: str | None
) -> None:
    """M12, M16: it is said which goes first, and when that is gone it can be."""
    interim = office.submitted({ANN: award("Interim", grades={A1: "P", B2: "P"})})
    later = office.submitted({ANN: award(award_type, grades={A2: "P", B1: "P"})})
    with pytest.raises(AwardIsReliedOn) as refusal:
        office.withdraw(interim, who)
    assert str(refusal.value) == (
        f"{interim} cannot be withdrawn for {ANN}: the {award_type} claim {later} counts"
        f" {A1}, {B2} from {interim}. Withdraw {later} for the learner first."
    )
    assert office.standings(interim) == {ANN: ClaimStatus.SUBMITTED}
    office.withdraw(later, ANN)
    office.withdraw(interim, who)
    assert office.registration(ANNS).awards == {}


def test_units_that_a_later_claim_says_itself_do_not_hold_an_interim(
    office: ClaimCentre,
) -> None:
    """M16: nor those that another Interim between them says."""
    first = office.submitted({ANN: award("Interim", grades={A1: "P"})})
    second = office.submitted({ANN: award("Interim", grades={A1: "P", A2: "P"})})
    full = office.submitted({ANN: award(grades={B1: "P"})})
    office.withdraw(first)
    with pytest.raises(AwardIsReliedOn, match=full):
        office.withdraw(second)


def test_a_claim_for_many_names_everyone_whose_later_claim_counts_on_it(
    office: ClaimCentre,
) -> None:
    """M16."""
    both = award("Interim", grades={A1: "P"})
    interim = office.submitted({ANN: both, BEN: both})
    later = office.submitted(
        dict.fromkeys((ANN, BEN), award(grades={A2: "P", B1: "P"}))
    )
    with pytest.raises(AwardIsReliedOn) as refusal:
        office.withdraw(interim)
    assert [each.values["learner"] for each in refusal.value.others] == [ANN, BEN]
    office.withdraw(later, ANN)
    office.withdraw(interim, ANN)
    assert office.registration(ANNS).awards == {}


def test_when_the_later_claim_is_processed_its_certificate_is_revoked_first(
    office: ClaimCentre,
) -> None:
    """M16, M18: and whoever is named can do it."""
    interim = office.submitted({ANN: award("Interim", grades={A1: "P"})})
    later = office.processed({ANN: award("Interim", grades={A2: "P"})})
    number = office.certificate(later, ANN)
    with pytest.raises(AwardIsReliedOn, match=f"revoke {number} first"):
        office.withdraw(interim)
    office.revoke(number)
    office.withdraw(interim)
    assert set(office.registration(ANNS).awards) == {later}


@pytest.mark.parametrize("who", [ANN, None])
def test_of_what_is_processed_it_is_said_who_can_do_what(
    office: ClaimCentre, who: str | None
) -> None:
    """M16, M18: and an Account Specialist really can."""
    full = office.processed({ANN: award()})
    number = office.certificate(full, ANN)
    with pytest.raises(ClaimIsProcessed) as refusal:
        office.withdraw(full, who)
    assert str(refusal.value) == (
        f"{full} is processed and has issued {number}, so it cannot be withdrawn. An"
        f" Account Specialist can revoke {number}, or reopen {ANNS} to claim anew."
    )
    office.revoke(number)
    office.reopen(ANNS)
    office.submitted({ANN: award()})
    assert office.status(ANNS) is Status.COMPLETED


def test_many_processed_are_counted_and_an_interim_has_nothing_to_reopen(
    office: ClaimCentre,
) -> None:
    """M16, M18."""
    people = {f"L-{number:010}": f"R-{number:010}" for number in range(10, 15)}
    office.register_all(people)
    claim = office.processed(dict.fromkeys(people, award("Interim")))
    numbers = [office.certificate(claim, who) for who in people][:3]
    with pytest.raises(ClaimIsProcessed) as refusal:
        office.withdraw(claim)
    named = f"{', '.join(numbers)} and 2 more"
    assert str(refusal.value).endswith(f"An Account Specialist can revoke {named}.")
