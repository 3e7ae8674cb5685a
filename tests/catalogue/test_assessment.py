"""What grades earn, and what is said where they do not."""

import pytest

from catalogue import (
    AwardType,
    InvalidGrade,
    PathwayAssessment,
    Qualification,
    UnknownPathway,
    UnknownUnit,
    assess,
    ways_to_fix,
)
from catalogue.rule import Rule
from catalogue.unit import Unit
from tests.catalogue.examples import a_qualification, a_rule, a_unit

ONE, TWO, THREE = (a_unit(number) for number in (1, 2, 3))
BOTH = a_rule(ONE, TWO, all_units=True)
EITHER_PATHWAY = a_qualification([ONE, TWO], [a_rule(ONE, all_units=True)], [BOTH])


def passed(*units: Unit) -> dict[str, str]:
    return {unit.reference: "P" for unit in units}


def on(qualification: Qualification, grades: dict[str, str]) -> PathwayAssessment:
    return assess(qualification, grades, pathway="A").pathways[0]


def codes(assessed: PathwayAssessment) -> list[tuple[str, int | None]]:
    return [(reason.code, reason.rule) for reason in assessed.reasons]


def test_full_is_earned_where_the_rules_are_met() -> None:
    """M7."""
    assessment = assess(EITHER_PATHWAY, passed(ONE), pathway="A")
    assert (assessment.eligible, assessment.overall_grade) == (True, "Pass")
    assert assessment.pathways[0].reasons == ()
    assert assessment.pathways[0].ways_to_fix == ()
    assert assessment.version == 1


def test_full_is_not_earned_where_they_are_not() -> None:
    """M7."""
    assessment = assess(EITHER_PATHWAY, {}, pathway="A")
    assert (assessment.eligible, assessment.overall_grade) == (False, None)


def test_without_a_pathway_all_are_tried_and_one_is_enough() -> None:
    """M11."""
    assessment = assess(EITHER_PATHWAY, passed(ONE))
    assert assessment.eligible
    assert [(each.code, each.is_met) for each in assessment.pathways] == [
        ("A", True),
        ("B", False),
    ]
    assert "wrong-pathway" not in {
        r.code for each in assessment.pathways for r in each.reasons
    }


def test_on_the_wrong_pathway_the_first_reason_refers_to_the_account_specialist() -> (
    None
):
    """M11."""
    assessment = assess(EITHER_PATHWAY, passed(ONE), pathway="B")
    (assessed,) = assessment.pathways
    assert not assessment.eligible
    assert codes(assessed) == [("wrong-pathway", None), ("units-missing", 0)]
    assert "those of Way A. Ask your Account Specialist" in assessed.reasons[0].message


def test_where_no_pathway_is_met_none_is_called_wrong() -> None:
    """M11."""
    assert codes(on(EITHER_PATHWAY, {})) == [("units-missing", 0)]


@pytest.mark.parametrize("award_type", [AwardType.INTERIM, AwardType.FALLBACK])
def test_one_achieved_unit_is_enough_for_interim_and_fallback(
    award_type: AwardType,
) -> None:
    """M8, M9."""
    assessment = assess(EITHER_PATHWAY, passed(TWO), award_type=award_type, pathway="B")
    assert (assessment.eligible, assessment.overall_grade) == (True, None)
    assert assessment.warnings == ()


@pytest.mark.parametrize("award_type", [AwardType.INTERIM, AwardType.FALLBACK])
@pytest.mark.parametrize("grades", [{}, {ONE.reference: "U"}])
def test_without_an_achieved_unit_there_is_no_interim_and_no_fallback(
    award_type: AwardType, grades: dict[str, str]
) -> None:
    """M8, M9."""
    assessment = assess(EITHER_PATHWAY, grades, award_type=award_type, pathway="A")
    assert not assessment.eligible
    assert assessment.pathways[0].reasons[0].code == "no-unit-achieved"


def test_fallback_warns_where_full_is_met() -> None:
    """M9."""
    fallback = assess(
        EITHER_PATHWAY, passed(ONE), award_type=AwardType.FALLBACK, pathway="A"
    )
    interim = assess(
        EITHER_PATHWAY, passed(ONE), award_type=AwardType.INTERIM, pathway="A"
    )
    assert fallback.eligible
    assert fallback.warnings == (
        "The rules of combination are met: a Full award can be claimed instead.",
    )
    assert interim.warnings == ()


def test_transferred_credit_counts() -> None:
    """Section 11."""
    assert assess(EITHER_PATHWAY, {ONE.reference: "T"}).eligible
    assert ONE.allows("T")
    assert ONE.achieves("T")
    assert not ONE.achieves("U")


def test_what_cannot_be_asked_is_refused_in_a_sentence() -> None:
    with pytest.raises(UnknownUnit, match="A/1 is not a unit of Q-0000000001"):
        assess(EITHER_PATHWAY, {"A/1": "P"})
    with pytest.raises(InvalidGrade, match=r"Grade Z cannot be given .* Give U or P\."):
        assess(EITHER_PATHWAY, {ONE.reference: "Z"})
    with pytest.raises(UnknownPathway, match=r"has no pathway Z\. It has A and B"):
        assess(EITHER_PATHWAY, {}, pathway="Z")


@pytest.mark.parametrize(
    ("rule", "code", "required", "achieved", "message"),
    [
        (
            a_rule(ONE, TWO, group="A", units=(), all_units=True),
            "units-missing",
            2,
            1,
            "Both units of group A are needed; 1 is achieved, 1 short. Missing: Unit 2.",
        ),
        (
            a_rule(ONE, TWO, group="A", units=(), minimum_units=2),
            "units-short",
            2,
            1,
            "Group A needs at least 2 units; 1 is achieved, 1 short.",
        ),
        (
            a_rule(ONE, TWO, groups=("A", "B"), units=(), minimum_credits=5),
            "credits-short",
            5,
            3,
            "Groups A and B need at least 5 credits; 3 are achieved, 2 short.",
        ),
        (
            a_rule(
                ONE, TWO, group="A", units=(), minimum_credits=5, at_or_above_level=2
            ),
            "level-credits-short",
            5,
            3,
            "Group A needs at least 5 credits at level 2 or above; 3 are achieved, 2 short.",
        ),
        (
            a_rule(ONE, TWO, minimum_glh=20),
            "glh-short",
            20,
            10,
            (
                "The units U/000/0001 and U/000/0002 need at least "
                "20 guided learning hours; 10 are achieved, 10 short."
            ),
        ),
    ],
)
def test_a_broken_rule_says_what_it_needs_what_there_is_and_which_units_would_serve(
    rule: Rule, code: str, required: int, achieved: int, message: str
) -> None:
    """M11, section 11."""
    (reason,) = on(a_qualification([ONE, TWO], [rule]), passed(ONE)).reasons
    assert (reason.code, reason.rule) == (code, 0)
    assert (reason.required, reason.achieved) == (required, achieved)
    assert (reason.units, reason.message) == ((TWO.reference,), message)


def test_a_grade_that_does_not_achieve_a_wanted_unit_is_a_reason_of_its_own() -> None:
    """M11."""
    assessed = on(
        a_qualification([ONE, TWO, THREE], [BOTH]),
        {ONE.reference: "U", THREE.reference: "U"},
    )
    assert codes(assessed) == [("units-missing", 0), ("not-achieved", None)]
    assert assessed.reasons[-1].units == (ONE.reference,)
    assert [(u.reference, u.status) for u in assessed.units] == [
        (ONE.reference, "not-achieved"),
        (TWO.reference, "needed"),
        (THREE.reference, "not-achieved"),
    ]


def test_a_bar_that_keeps_a_wanted_unit_out_is_a_reason_of_its_own() -> None:
    """M11."""
    qualification = a_qualification(
        [ONE, TWO, THREE],
        [a_rule(ONE, TWO, THREE, minimum_units=3), a_rule(ONE, TWO, at_most_units=1)],
    )
    assessed = on(qualification, passed(ONE, TWO))
    assert codes(assessed) == [("units-short", 0), ("barred-combination", 1)]
    assert assessed.reasons[0].units == (THREE.reference,)
    assert assessed.reasons[1].units == (TWO.reference,)
    assert [(u.reference, u.status) for u in assessed.units][1] == (
        TWO.reference,
        "barred",
    )


def test_rules_that_can_each_be_met_but_not_together_conflict() -> None:
    """M11, section 11."""
    qualification = a_qualification(
        [ONE, TWO, THREE],
        [
            a_rule(ONE, THREE, minimum_units=1),
            a_rule(TWO, THREE, minimum_units=1),
            a_rule(ONE, TWO, at_most_units=1),
        ],
    )
    assessed = on(qualification, passed(ONE, TWO))
    assert codes(assessed) == [("rules-conflict", 1), ("barred-combination", 2)]
    assert assessed.reasons[0].units == (TWO.reference,)
    assert assessed.ways_to_fix == ((THREE.reference,),)


def test_a_conflict_names_the_units_that_are_left_out_and_no_unit_that_counts() -> None:
    """M11, section 11."""
    four = a_unit(4)
    qualification = a_qualification(
        [ONE, TWO, THREE, four],
        [
            a_rule(ONE, THREE, minimum_units=1),
            a_rule(TWO, four, minimum_units=2),
            a_rule(ONE, TWO, at_most_units=1),
        ],
    )
    conflict, _ = on(qualification, passed(ONE, TWO, four)).reasons
    assert (conflict.code, conflict.units) == ("rules-conflict", (TWO.reference,))


def test_a_unit_for_which_a_cap_leaves_no_room_would_not_serve() -> None:
    """M11, section 11."""
    qualification = a_qualification(
        [ONE, TWO, THREE],
        [
            a_rule(ONE, TWO, counts_at_most=3),
            a_rule(ONE, TWO, THREE, minimum_credits=6),
        ],
    )
    (reason,) = on(qualification, passed(ONE)).reasons
    assert reason.units == (THREE.reference,)


def test_a_unit_given_a_grade_that_does_not_achieve_can_be_a_way_to_fix() -> None:
    """I4."""
    qualification = a_qualification([ONE, TWO], [BOTH])
    grades = {ONE.reference: "P", TWO.reference: "U"}
    assert ways_to_fix(qualification, grades, "A") == ((TWO.reference,),)


def test_there_are_at_most_ten_ways_to_fix() -> None:
    """I4."""
    units = [a_unit(number) for number in range(1, 13)]
    qualification = a_qualification(units, [a_rule(*units, minimum_units=1)])
    fixes = ways_to_fix(qualification, {}, "A")
    assert fixes == tuple((unit.reference,) for unit in units[:10])


def test_ways_to_fix_come_by_number_of_units_then_credits_then_catalogue_order() -> (
    None
):
    """I4."""
    units = [a_unit(n, credits=c) for n, c in enumerate((2, 6, 4, 5, 5), start=1)]
    one, two, three, four, five = (unit.reference for unit in units)
    qualification = a_qualification(units, [a_rule(*units, minimum_credits=6)])
    assert ways_to_fix(qualification, {}, "A") == (
        (two,),
        (one, three),
        (one, four),
        (one, five),
        (three, four),
        (three, five),
        (four, five),
    )


def test_where_nothing_can_help_there_is_no_way_to_fix() -> None:
    """I4."""
    impossible = [
        [a_rule(ONE, minimum_units=2)],
        [a_rule(ONE, TWO, all_units=True, at_most_units=1)],
        [a_rule(ONE, TWO, all_units=True, counts_at_most=0)],
        [a_rule(ONE, TWO, all_units=True, counts_at_most=1)],
        [a_rule(ONE, TWO, minimum_credits=4, counts_at_most=3)],
    ]
    for rules in impossible:
        assert ways_to_fix(a_qualification([ONE, TWO], rules), {}, "A") == ()
