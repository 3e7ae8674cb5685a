"""Claims put together: what is recorded in the claim and in the registrations."""

from dataclasses import replace
from datetime import datetime

import pytest

from aggregates.claims.claim_refusals import (
    LearnerNotInClaim,
    NotRegistered,
    UnitNotOffered,
    UnknownQualification,
)
from aggregates.claims.claimable import NotClaimable
from aggregates.errors import NotFound
from aggregates.loss import WorkWouldBeLost
from commands.claims.claim import (
    BeginClaim,
    ChooseClaimQualification,
    ChooseClaimUnits,
    DeleteClaim,
    SaveClaimGrades,
)
from commands.command import handle
from events.event import Event
from events.identifier import stream_of
from events.registrations.registration import OutcomesRecorded, OutcomesTakenBack
from repositories.repository import Stale
from tests.claim_examples import (
    A1,
    ANN,
    ANNS,
    BEN,
    BENS,
    CATALOGUE,
    ENOUGH,
    OTHER_REFERENCE,
    REFERENCE,
    award,
)
from tests.commands.claim_centre import ADMINISTRATOR, STRANGER, ClaimCentre

NOW = datetime.fromisoformat("2026-11-24T10:00:00+00:00")


def happened(claim_centre: ClaimCentre, name: str) -> list[Event]:
    """Give what happened to a registration since it was made."""
    return list(claim_centre.store.open(stream_of(name)).events[1:])


def test_a_claim_may_be_begun_empty(claim_centre: ClaimCentre) -> None:
    """M1."""
    made = handle(BeginClaim(by=ADMINISTRATOR, at=NOW), claim_centre.context).created_id
    assert claim_centre.claim(made).qualification is None
    assert claim_centre.store.open(stream_of(made)).owner == ADMINISTRATOR.centre


def test_a_claim_may_be_begun_whole(claim_centre: ClaimCentre) -> None:
    """M1."""
    made = claim_centre.begin({ANN: award(), BEN: award(grades={A1: "P"})})
    assert list(claim_centre.claim(made).waiting) == [ANN, BEN]


def test_saving_grades_records_outcomes_on_the_registrations(
    claim_centre: ClaimCentre,
) -> None:
    """M10, C2."""
    claim = claim_centre.begin({ANN: award(), BEN: award(grades={})})
    assert happened(claim_centre, ANNS) == [
        OutcomesRecorded(claim=claim, grades=ENOUGH)
    ]
    assert happened(claim_centre, BENS) == []
    claim_centre.save(claim, {ANN: award(grades={A1: "P"}), BEN: award()})
    assert claim_centre.registration(ANNS).outcomes == {claim: {A1: "P"}}
    assert claim_centre.registration(BENS).outcomes == {claim: ENOUGH}


def test_removing_grades_takes_outcomes_back(claim_centre: ClaimCentre) -> None:
    """C2."""
    claim = claim_centre.begin({ANN: award()})
    claim_centre.save(claim, {ANN: award(grades={})})
    assert happened(claim_centre, ANNS)[-1] == OutcomesTakenBack(claim=claim)


def test_removing_a_learner_or_deleting_the_claim_takes_outcomes_back(
    claim_centre: ClaimCentre,
) -> None:
    """C2."""
    claim = claim_centre.begin({ANN: award(), BEN: award()})
    claim_centre.choose(claim, [ANN])
    assert claim_centre.registration(BENS).outcomes == {}
    handle(DeleteClaim(by=ADMINISTRATOR, at=NOW, claim=claim), claim_centre.context)
    assert claim_centre.registration(ANNS).outcomes == {}


def test_a_deleted_claim_is_not_found_any_more(claim_centre: ClaimCentre) -> None:
    claim = claim_centre.begin({})
    delete = DeleteClaim(by=ADMINISTRATOR, at=NOW, claim=claim)
    handle(delete, claim_centre.context)
    with pytest.raises(NotFound):
        handle(delete, claim_centre.context)


def test_another_qualification_takes_back_what_was_graded(
    claim_centre: ClaimCentre,
) -> None:
    """M1."""
    claim = claim_centre.begin({ANN: award()})
    command = ChooseClaimQualification(
        by=ADMINISTRATOR, at=NOW, claim=claim, qualification=OTHER_REFERENCE
    )
    with pytest.raises(WorkWouldBeLost):
        handle(command, claim_centre.context)
    handle(replace(command, confirm_loss=True), claim_centre.context)
    assert claim_centre.claim(claim).learners == {}
    assert claim_centre.registration(ANNS).outcomes == {}


def test_an_unknown_qualification_cannot_be_claimed(claim_centre: ClaimCentre) -> None:
    """M2."""
    with pytest.raises(UnknownQualification):
        handle(
            BeginClaim(by=ADMINISTRATOR, at=NOW, qualification="Q-0"),
            claim_centre.context,
        )


def test_a_qualification_the_centre_is_not_approved_for_cannot_be_claimed(
    claim_centre: ClaimCentre,
) -> None:
    """M2: a centre that nobody opened is approved for nothing."""
    with pytest.raises(NotClaimable, match="not approved"):
        handle(
            BeginClaim(by=STRANGER, at=NOW, qualification=REFERENCE),
            claim_centre.context,
        )


def test_units_that_are_not_offered_cannot_be_chosen(claim_centre: ClaimCentre) -> None:
    """M3."""
    claim = claim_centre.begin({})
    with pytest.raises(UnitNotOffered):
        handle(
            ChooseClaimUnits(by=ADMINISTRATOR, at=NOW, claim=claim, units=("X/1",)),
            claim_centre.context,
        )


def test_a_unit_taken_out_takes_its_outcomes_back(claim_centre: ClaimCentre) -> None:
    """M1, C2."""
    claim = claim_centre.begin({ANN: award()})
    command = ChooseClaimUnits(by=ADMINISTRATOR, at=NOW, claim=claim, units=(A1,))
    with pytest.raises(WorkWouldBeLost):
        handle(command, claim_centre.context)
    handle(replace(command, confirm_loss=True), claim_centre.context)
    assert claim_centre.registration(ANNS).outcomes == {claim: {A1: "P"}}


def test_a_claim_that_is_not_begun_is_named_by_no_number(
    claim_centre: ClaimCentre,
) -> None:
    """M5: there is none by that number to look at."""
    with pytest.raises(LearnerNotInClaim) as refusal:
        handle(
            BeginClaim(
                by=ADMINISTRATOR,
                at=NOW,
                qualification=REFERENCE,
                learners=(ANN,),
                awards={BEN: award()},
            ),
            claim_centre.context,
        )
    assert str(refusal.value).startswith(f"{BEN} is not in this claim.")
    assert "AC-" not in str(refusal.value)


def test_units_need_a_qualification_first(claim_centre: ClaimCentre) -> None:
    claim = handle(
        BeginClaim(by=ADMINISTRATOR, at=NOW), claim_centre.context
    ).created_id
    command = ChooseClaimUnits(by=ADMINISTRATOR, at=NOW, claim=claim, units=(A1,))
    with pytest.raises(Exception, match="Choose the qualification"):
        handle(command, claim_centre.context)


def test_a_learner_registered_elsewhere_cannot_be_claimed_for(
    claim_centre: ClaimCentre,
) -> None:
    """M4: another centre's learner is not told from one that does not exist."""
    claim_centre.register("L-elsewhere", "R-elsewhere", centre="50107")
    sentences = set()
    for learner in ("L-elsewhere", "L-nowhere"):
        with pytest.raises(NotRegistered) as refusal:
            claim_centre.choose(claim_centre.begin({}), [learner])
        sentences.add(str(refusal.value).replace(learner, "…"))
    assert len(sentences) == 1


def test_another_centres_claim_is_not_found(claim_centre: ClaimCentre) -> None:
    claim = claim_centre.begin({ANN: award()})
    command = SaveClaimGrades(by=STRANGER, at=NOW, claim=claim, awards={})
    with pytest.raises(NotFound) as theirs:
        handle(command, claim_centre.context)
    none = SaveClaimGrades(by=STRANGER, at=NOW, claim="AC-none", awards={})
    with pytest.raises(NotFound) as nothing:
        handle(none, claim_centre.context)
    assert str(theirs.value).replace(claim, "AC-none") == str(nothing.value)


def test_a_change_to_what_was_not_looked_at_is_refused(
    claim_centre: ClaimCentre,
) -> None:
    claim = claim_centre.begin({ANN: award()})
    looked_at = claim_centre.store.open(stream_of(claim)).version
    claim_centre.save(claim, {ANN: award("Interim")})
    stale = SaveClaimGrades(
        by=ADMINISTRATOR, at=NOW, claim=claim, awards={}, expect=looked_at
    )
    with pytest.raises(Stale) as refusal:
        handle(stale, claim_centre.context)
    assert [recorded.user for recorded in refusal.value.between] == ["admin.riverside"]


def test_each_learner_is_graded_by_the_rules_they_were_registered_under(
    claim_centre: ClaimCentre,
) -> None:
    """The version of the rules in force at registration applies."""
    assert CATALOGUE.versions(REFERENCE)[0].version == 1
    claim = claim_centre.begin({ANN: award()})
    claim_centre.submit(claim)
    granted = claim_centre.claim(claim).learners[ANN].granted
    assert granted is not None
    assert granted.rules_version == 1
