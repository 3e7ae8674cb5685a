"""What can be claimed: the five conditions, and the units offered."""

from dataclasses import replace
from datetime import date, timedelta
from decimal import Decimal

import pytest

from aggregates.claims.claimable import (
    Approved,
    NotClaimable,
    approved_for,
    conditions,
    offered_units,
    on_facts,
    require,
)
from catalogue import Apprenticeship, Catalogue, Qualification
from tests.claim_examples import (
    A1,
    A2,
    B1,
    B2,
    CATALOGUE,
    GROUP_B,
    OTHER_REFERENCE,
    REFERENCE,
    RULES,
    TODAY,
    UNITS,
    qualification,
)

ALONE, NOT_AT_ALL = Approved(alone=True), Approved(alone=False)
FIRST, SECOND, OTHER = "Q-0009000001", "Q-0009000002", "Q-0009000003"
WITH_APPRENTICESHIPS = replace(
    CATALOGUE,
    apprenticeships={
        reference: Apprenticeship(
            reference=reference,
            title="Apprenticeship",
            price=Decimal("140.00"),
            registration=RULES.registration,
            qualifications=qualifications,
        )
        for reference, qualifications in (
            (FIRST, (REFERENCE, OTHER_REFERENCE)),
            (SECOND, (REFERENCE,)),
            (OTHER, (OTHER_REFERENCE,)),
        )
    },
)


def unmet(
    of: Qualification = RULES,
    *,
    approved: Approved = ALONE,
    today: date = TODAY,
    registered: int = 2,
    active: int = 1,
) -> list[str]:
    answered = conditions(
        of, approved=approved, today=today, registered=registered, active=active
    )
    return [condition.code for condition in answered if not condition.is_met]


def test_a_qualification_that_meets_all_five_conditions_can_be_claimed() -> None:
    """M2."""
    assert unmet() == []


def test_a_qualification_of_tests_alone_cannot_be_claimed() -> None:
    """M2."""
    tested = tuple(replace(unit, assessment="test") for unit in UNITS)
    assert unmet(qualification(units=tested)) == ["internally-assessed"]


def test_the_centre_must_be_approved() -> None:
    """M2."""
    assert unmet(approved=NOT_AT_ALL) == ["approved"]


@pytest.mark.parametrize(
    ("approvals", "covered"),
    [
        ({REFERENCE}, [None, FIRST, SECOND]),
        ({REFERENCE, SECOND}, [None, FIRST, SECOND]),
        ({FIRST}, [FIRST]),
        ({FIRST, SECOND, OTHER}, [FIRST, SECOND]),
        ({OTHER, OTHER_REFERENCE}, []),
    ],
)
def test_an_approval_for_an_apprenticeship_covers_the_registrations_it_made(
    approvals: set[str], covered: list[str | None]
) -> None:
    """M2, O7: one for the qualification covers all of them."""
    approved = approved_for(WITH_APPRENTICESHIPS, REFERENCE, approvals)
    assert [way for way in (None, FIRST, SECOND) if approved.covers(way)] == covered
    assert unmet(approved=approved) == ([] if covered else ["approved"])


def test_the_last_day_of_certification_is_a_day_for_it_and_the_next_is_not() -> None:
    """M2."""
    assert unmet(today=RULES.certification_ends) == []
    after = RULES.certification_ends + timedelta(days=1)
    assert unmet(today=after) == ["certification"]


def test_the_centre_must_have_active_registrations() -> None:
    """M2."""
    assert unmet(registered=0, active=0) == ["registered", "not-awarded"]


def test_some_learner_must_be_without_a_full_or_fallback_award() -> None:
    """M2."""
    assert unmet(registered=1, active=0) == ["not-awarded"]
    assert unmet(registered=1, active=1) == []


def test_every_reason_against_a_qualification_is_in_one_sentence() -> None:
    """M2."""
    late = RULES.certification_ends + timedelta(days=1)
    met = on_facts(RULES, approved=NOT_AT_ALL, today=late)
    with pytest.raises(NotClaimable) as refusal:
        require(met, title="The diploma", path=("qualification",))
    assert str(refusal.value) == (
        "The diploma cannot be claimed. The centre is not approved for it. Ask an "
        "Account Specialist. Certification ended on 31 August 2030: no certificate is"
        " issued any more."
    )
    approved = on_facts(RULES, approved=ALONE, today=TODAY)
    require(approved, title="The diploma", path=("qualification",))


def test_only_internally_assessed_units_are_offered() -> None:
    """M3."""
    offered = offered_units(CATALOGUE, REFERENCE)
    assert [o.unit.reference for o in offered] == [A1, A2, B1, B2]


def test_units_are_offered_in_group_order_the_mandatory_ones_first() -> None:
    """M3."""
    last = replace(UNITS[0], reference="A/0", number=9, group="A")
    optional = replace(UNITS[1], reference="A/9", number=8, group="A")
    mixed = qualification(units=(*GROUP_B, optional, last))
    (main, short) = mixed.pathways
    only = replace(main.rules[0], covers=(last,), group=None, units=("A/0",))
    mixed = replace(mixed, pathways=(replace(main, rules=(only,)), short))
    offered = offered_units(Catalogue(all_versions={REFERENCE: (mixed,)}), REFERENCE)
    assert [(o.unit.reference, o.is_mandatory) for o in offered] == [
        ("A/0", True),
        ("A/9", False),
        (B1, False),
        (B2, False),
    ]


def test_units_of_every_version_are_offered_as_the_latest_says_them() -> None:
    newer = replace(
        qualification(version=2, units=UNITS[1:]), from_=RULES.from_ + timedelta(days=1)
    )
    both = Catalogue(all_versions={REFERENCE: (RULES, newer)})
    offered = offered_units(both, REFERENCE)
    assert {o.unit.reference for o in offered} == {A1, A2, B1, B2}
