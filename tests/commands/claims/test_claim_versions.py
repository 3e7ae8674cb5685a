"""Learners registered under different versions of the rules, in one claim."""

from dataclasses import replace

import pytest

from aggregates.claims.award import GradeNotAllowed, UnitNotInRules
from catalogue import Catalogue
from events.registrations.registration import RegistrationMade
from store import EventStore
from tests.claim_examples import (
    A1,
    A2,
    ANN,
    ANNS,
    B1,
    B2,
    BEN,
    BENS,
    BY_POINTS,
    ENOUGH,
    GRADED_UNITS,
    REFERENCE,
    RULES,
    award,
    qualification,
)
from tests.clock import Clock
from tests.commands.claim_centre import ADMINISTRATOR, ClaimCentre

NEW = "A/100/0006"
UNITS_NOW = (
    *(unit for unit in GRADED_UNITS if unit.reference != B1),
    replace(GRADED_UNITS[2], number=6, reference=NEW, title="Develop"),
)
RULES_NOW = qualification(version=2, units=UNITS_NOW, grading=BY_POINTS)


@pytest.fixture
def claim_centre(store: EventStore, clock: Clock) -> ClaimCentre:
    """Open a centre with Ann under version 1 of the rules and Ben under version 2."""
    both = Catalogue(all_versions={REFERENCE: (RULES, RULES_NOW)})
    opened = ClaimCentre(store=store, now=clock, catalogue=both)
    opened.open()
    opened.register(ANN, ANNS)
    made = opened.registering(BEN, BENS)
    (event,) = made.events
    assert isinstance(event, RegistrationMade)
    now = replace(made, events=(replace(event, rules_version=2),))
    store.append(now, by=ADMINISTRATOR)
    return opened


def test_one_claim_assesses_each_learner_by_the_version_they_were_registered_under(
    claim_centre: ClaimCentre,
) -> None:
    """M7, section 11: passes for one, by points for the other."""
    claim = claim_centre.begin(
        {ANN: award(), BEN: award(grades={A1: "M", A2: "M", NEW: "P"})},
        units=(A1, A2, B1, NEW),
    )
    claim_centre.submit(claim)
    granted = {
        who: at.granted for who, at in claim_centre.claim(claim).learners.items()
    }
    assert {
        who: (each.rules_version, each.overall_grade)
        for who, each in granted.items()
        if each is not None
    } == {ANN: (1, "Pass"), BEN: (2, "Merit")}


def test_a_unit_of_another_version_than_the_learners_is_refused_in_a_sentence(
    claim_centre: ClaimCentre,
) -> None:
    """M5, section 11: each way round."""
    claim = claim_centre.begin(
        {ANN: award(), BEN: award(grades={})}, units=(A1, A2, B1, NEW)
    )
    with pytest.raises(UnitNotInRules) as newer:
        claim_centre.save(claim, {ANN: award(grades={**ENOUGH, NEW: "P"})})
    assert str(newer.value) == (
        f"The unit {NEW} is not in version 1 of the qualification's rules, which this "
        "learner was registered under. Take its grade out."
    )
    with pytest.raises(UnitNotInRules, match=f"The unit {B1} is not in version 2"):
        claim_centre.save(claim, {BEN: award(grades={B1: "P"})})


def test_grades_are_those_of_the_units_in_the_learners_version(
    claim_centre: ClaimCentre,
) -> None:
    """M5: a merit is no grade of version 1, and one of version 2."""
    claim = claim_centre.begin({ANN: award(grades={}), BEN: award(grades={})})
    with pytest.raises(GradeNotAllowed, match="M is not a grade of the unit"):
        claim_centre.save(claim, {ANN: award(grades={B2: "M"})})
    claim_centre.save(claim, {BEN: award(grades={B2: "M"})})
    assert claim_centre.registration(BENS).outcomes == {claim: {B2: "M"}}
