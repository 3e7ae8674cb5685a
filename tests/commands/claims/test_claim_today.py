"""A draft says today what submitting it would do (M1, M10)."""

from collections.abc import Callable
from dataclasses import replace
from datetime import date, timedelta
from uuid import UUID

import pytest

from aggregates.claims.claim_status import ClaimStatus
from aggregates.claims.claim_summary import Stage, stages
from aggregates.claims.claimable import NotClaimable
from catalogue import Catalogue
from commands.claims.claim_assessment import ClaimFacts
from events.centres.centre import ApprovalWithdrawn
from events.claims.claim import Granted, Withheld
from events.event import Event
from events.identifier import stream_of
from events.registrations.registration import (
    PathwayChanged,
    RegistrationCancelled,
    RegistrationTransferred,
)
from store import Reservation
from tests.claim_examples import (
    A1,
    ANN,
    ANNS,
    BEN,
    CENTRE,
    REFERENCE,
    award,
    qualification,
)
from tests.commands.claim_centre import COLLEAGUE, SERVICE, ClaimCentre

KEY = UUID(int=1)
LAPSE = ApprovalWithdrawn(product=REFERENCE, person_id=KEY)


def happen(
    claim_centre: ClaimCentre, name: str, event: Event, *, owner: str = CENTRE
) -> None:
    stream = claim_centre.store.open(stream_of(name))
    claim_centre.store.append(stream.change([event], owner=owner), by=SERVICE)


def nothing(_: ClaimCentre, __: str) -> None:
    """Leave all as it was."""


def claim_elsewhere(claim_centre: ClaimCentre, _: str) -> None:
    claim_centre.submit(claim_centre.begin({ANN: award()}, by=COLLEAGUE), by=COLLEAGUE)


def claim_elsewhere_and_withdraw(claim_centre: ClaimCentre, _: str) -> None:
    theirs = claim_centre.begin({ANN: award()}, by=COLLEAGUE)
    claim_centre.submit(theirs, by=COLLEAGUE)
    claim_centre.withdraw(theirs, by=COLLEAGUE)


def cancel(claim_centre: ClaimCentre, _: str) -> None:
    cancelled = RegistrationCancelled(
        registration=ANNS,
        invoice_status="Not invoiced",
        charge_stands=False,
        person_id=KEY,
        reason="By mistake",
    )
    happen(claim_centre, ANNS, cancelled)


def transfer(claim_centre: ClaimCentre, _: str) -> None:
    there = "50107"
    happen(claim_centre, ANNS, RegistrationTransferred(centre=there), owner=there)


def erase(claim_centre: ClaimCentre, _: str) -> None:
    stream = claim_centre.store.open(stream_of(CENTRE))
    gone = stream.change(
        [LAPSE], reserve=[Reservation(scope="erased-learner", key=ANN)]
    )
    claim_centre.store.append(gone, by=SERVICE)


def leave_out_type(claim_centre: ClaimCentre, claim: str) -> None:
    claim_centre.save(claim, {ANN: award(award_type=None)})


def leave_out_date(claim_centre: ClaimCentre, claim: str) -> None:
    claim_centre.save(claim, {ANN: award(award_date=None)})


def take_grades_out(claim_centre: ClaimCentre, claim: str) -> None:
    claim_centre.save(claim, {ANN: award(grades={A1: "P"})})


def change_pathway(claim_centre: ClaimCentre, _: str) -> None:
    changed = PathwayChanged(pathway="SHORT", person_id=KEY, reason="Asked")
    happen(claim_centre, ANNS, changed)


def judged(
    claim_centre: ClaimCentre, claim: str, today: date
) -> dict[str, Granted | Withheld]:
    facts = ClaimFacts.of(claim_centre.context, claim_centre.claim(claim), today=today)
    return {who: facts.judge(who) for who in facts.claim.waiting}


def stages_of(claim_centre: ClaimCentre, claim: str, today: date) -> dict[str, Stage]:
    facts = ClaimFacts.of(claim_centre.context, claim_centre.claim(claim), today=today)
    shown = stages(
        facts.claim,
        today=today,
        conditions=facts.conditions,
        hindrances=facts.hindrances(),
    )
    return {stage.name: stage for stage in shown}


@pytest.mark.parametrize(
    ("meanwhile", "code", "lacking"),
    [
        (nothing, None, []),
        (claim_elsewhere, "claimed-by-another", ["learners"]),
        (claim_elsewhere_and_withdraw, None, []),
        (cancel, "registration-cancelled", ["learners"]),
        (transfer, "learner-transferred", ["learners"]),
        (erase, "learner-erased", ["learners"]),
        (leave_out_type, "award-incomplete", ["grades"]),
        (leave_out_date, "award-incomplete", ["grades"]),
        (take_grades_out, "units-missing", []),
        (change_pathway, "wrong-pathway", []),
    ],
)
def test_a_draft_says_of_each_learner_what_submitting_then_does(
    claim_centre: ClaimCentre,
    meanwhile: Callable[[ClaimCentre, str], None],
    code: str | None,
    lacking: list[str],
) -> None:
    """M10, M15: one learner who waits holds nobody else up."""
    claim = claim_centre.begin({ANN: award(), BEN: award()})
    meanwhile(claim_centre, claim)
    today = claim_centre.now().date()
    said = judged(claim_centre, claim, today)
    shown = stages_of(claim_centre, claim, today)
    assert [name for name, s in shown.items() if not s.is_complete] == lacking
    claim_centre.submit(claim)
    places = claim_centre.claim(claim).learners
    assert {who: p.granted or p.withheld for who, p in places.items()} == said
    assert places[BEN].standing is ClaimStatus.SUBMITTED
    first = said[ANN]
    if isinstance(first, Withheld):
        assert first.reasons[0].code == code
    else:
        assert code is None


def test_an_award_date_that_grew_too_old_holds_up_its_own_learner_alone(
    claim_centre: ClaimCentre,
) -> None:
    """M6, M10: the day was in time when it was typed."""
    today = claim_centre.now().date()
    early = today - timedelta(days=85)
    claim = claim_centre.begin(
        {ANN: award(award_date=early), BEN: award(award_date=today)}
    )
    later = replace(claim_centre, now=lambda: claim_centre.now() + timedelta(days=30))
    said = judged(later, claim, later.now().date())
    assert "grades" in [
        name
        for name, s in stages_of(later, claim, later.now().date()).items()
        if not s.is_complete
    ]
    later.submit(claim)
    assert later.standings(claim) == {
        ANN: ClaimStatus.UNSUBMITTED,
        BEN: ClaimStatus.SUBMITTED,
    }
    assert later.claim(claim).learners[ANN].withheld == said[ANN]
    assert later.why(claim, ANN)[0][0] == "award-date"


def test_a_draft_of_what_the_centre_is_no_longer_approved_for_says_so(
    claim_centre: ClaimCentre,
) -> None:
    """M2, M10: nobody is eligible, and submitting is refused in the same words."""
    claim = claim_centre.begin({ANN: award(), BEN: award()})
    happen(claim_centre, f"centre:{CENTRE}", LAPSE)
    today = claim_centre.now().date()
    codes = {
        why.code
        for said in judged(claim_centre, claim, today).values()
        if isinstance(said, Withheld)
        for why in said.reasons
    }
    assert codes == {"not-approved"}
    missing = stages_of(claim_centre, claim, today)["qualification"].missing or ""
    with pytest.raises(NotClaimable, match=missing):
        claim_centre.submit(claim)


def test_a_draft_of_what_is_certificated_no_more_says_so(
    claim_centre: ClaimCentre,
) -> None:
    """M2, M10."""
    claim = claim_centre.begin({ANN: award()})
    today = claim_centre.now().date()
    ended = qualification(certification_ends=today - timedelta(days=1))
    later = replace(
        claim_centre, catalogue=Catalogue(all_versions={REFERENCE: (ended,)})
    )
    said = judged(later, claim, today)[ANN]
    assert isinstance(said, Withheld)
    assert [why.code for why in said.reasons] == ["not-claimable"]
    missing = stages_of(later, claim, today)["qualification"].missing or ""
    with pytest.raises(NotClaimable, match=missing):
        later.submit(claim)
