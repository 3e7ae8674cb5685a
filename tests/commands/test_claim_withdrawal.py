"""Claims withdrawn: what they completed is taken back."""

import pytest

from aggregates.claim_refusals import ClaimIsProcessed, RegisteredMeanwhile
from aggregates.registration import Status
from aggregates.standing import Standing
from events.identifier import stream_of
from tests.claim_examples import A1, ANN, ANNS, BEN, BENS, award
from tests.commands.office import Office


def test_withdrawing_makes_what_was_completed_active_again(office: Office) -> None:
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
    office: Office,
) -> None:
    """M16."""
    claim = office.begin({ANN: award(), BEN: award()})
    office.submit(claim)
    office.withdraw(claim, ANN)
    assert office.status(ANNS) is Status.ACTIVE
    assert office.status(BENS) is Status.COMPLETED
    assert office.standings(claim) == {ANN: Standing.WITHDRAWN, BEN: Standing.SUBMITTED}


def test_withdrawing_an_interim_leaves_what_another_claim_completed(
    office: Office,
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
    office: Office,
) -> None:
    """M16, O6."""
    claim = office.begin({ANN: award()})
    office.submit(claim)
    office.register(ANN, "R-again")
    with pytest.raises(RegisteredMeanwhile, match=ANN):
        office.withdraw(claim)
    assert office.status(ANNS) is Status.COMPLETED


def test_the_reason_of_a_withdrawal_is_kept_under_the_claims_key(
    office: Office,
) -> None:
    """M16, H6."""
    claim = office.begin({ANN: award()})
    office.submit(claim)
    office.withdraw(claim)
    office.store.forget(stream_of(claim))
    withdrawn = office.store.open(stream_of(claim)).history[-1]
    assert withdrawn.is_erased
    assert office.standings(claim) == {ANN: Standing.WITHDRAWN}


def test_what_is_processed_cannot_be_withdrawn(office: Office) -> None:
    """M16."""
    claim = office.begin({ANN: award()})
    office.submit(claim)
    office.process(claim)
    with pytest.raises(ClaimIsProcessed):
        office.withdraw(claim)
