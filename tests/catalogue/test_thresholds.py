"""Published thresholds, each on both sides; and points where part of a unit counts."""

from dataclasses import replace

import pytest

from catalogue import AwardType, assess, ways_to_fix
from catalogue.grading import Basis
from catalogue.qualification import Qualification
from tests.catalogue.examples import a_grading, a_qualification, a_rule, a_unit

POINTS = {"U": 0, "P": 6, "M": 10, "D": 16}
GRADES = ("U", "P", "M", "D")
OF_180 = {"Pass": 18, "Merit": 26, "Distinction": 42, "Distinction*": 48}
OF_360 = {"P": 36, "M": 52, "D": 74, "D*": 90}
OF_1080 = {
    "PPP": 108,
    "MPP": 124,
    "MMP": 140,
    "MMM": 156,
    "DMM": 176,
    "DDM": 196,
    "DDD": 216,
    "D*DD": 234,
    "D*D*D": 252,
    "D*D*D*": 270,
}


def sized(glh: int, thresholds: dict[str, int], unit: int = 30) -> Qualification:
    """Make a qualification of so many hours, all of whose units are mandatory."""
    units = [
        a_unit(n + 1, credits=0, glh=unit, grades=GRADES, achieving=GRADES[1:])
        for n in range(glh // unit)
    ]
    return a_qualification(
        units, [a_rule(*units, all_units=True)], grading=a_grading(POINTS, thresholds)
    )


def graded(qualification: Qualification, grades: str) -> dict[str, str]:
    return {
        unit.reference: grade
        for unit, grade in zip(qualification.units, grades, strict=False)
    }


def coming_to(glh: int, points: int) -> str:
    """Find grades of units of 30 hours, 3, 5 or 8 points each, that come to so many.

    Or to the most below that they can.
    """
    units = glh // 30
    for distinctions in range(units + 1):
        merits, left = divmod(points - 3 * units - 5 * distinctions, 2)
        if not left and 0 <= merits <= units - distinctions:
            return (
                "P" * (units - merits - distinctions)
                + "M" * merits
                + "D" * distinctions
            )
    return coming_to(glh, points - 1)


@pytest.mark.parametrize(
    ("glh", "thresholds", "grade"),
    [
        (glh, thresholds, grade)
        for glh, thresholds in ((180, OF_180), (360, OF_360), (1080, OF_1080))
        for grade in thresholds
    ],
)
def test_a_published_threshold_earns_its_grade_and_a_point_less_the_one_below(
    glh: int, thresholds: dict[str, int], grade: str
) -> None:
    """Section 11."""
    qualification = sized(glh, thresholds)
    points = thresholds[grade]

    def earned(points: int) -> str | None:
        grades = graded(qualification, coming_to(glh, points))
        return assess(qualification, grades).overall_grade

    assert earned(points) == grade
    ascending = list(thresholds)
    if grade != ascending[0]:
        assert earned(points - 1) == ascending[ascending.index(grade) - 1]


def test_points_short_says_how_many_are_missing_and_what_would_serve() -> None:
    """M11, section 11."""
    qualification = sized(180, {"P": 19})
    one, *others = (unit.reference for unit in qualification.units)
    grades = (
        {one: "D"} | dict.fromkeys(others[:2], "P") | dict.fromkeys(others[2:], "T")
    )
    assessment = assess(qualification, grades)
    assert (assessment.eligible, assessment.overall_grade) == (False, None)
    (reason,) = assessment.pathways[0].reasons
    assert (reason.code, reason.rule) == ("points-short", None)
    assert (reason.required, reason.achieved) == (19, 8 + 3 + 3)
    assert reason.units == tuple(others)
    assert reason.message == (
        "The overall grade P needs at least 19 points; 14 are achieved, 5 short."
    )
    assert assessment.pathways[0].ways_to_fix == ()
    assert assess(qualification, grades | {others[0]: "D"}).overall_grade == "P"


def test_a_unit_failed_or_not_there_yet_is_short_of_points_too() -> None:
    """M11, section 11."""
    qualification = sized(180, OF_180)
    grades = graded(qualification, "PPPPPU")
    (pathway,) = assess(qualification, grades).pathways
    last = qualification.units[-1].reference
    assert [(r.code, r.required, r.achieved) for r in pathway.reasons] == [
        ("units-missing", 6, 5),
        ("points-short", 18, 15),
        ("not-achieved", None, None),
    ]
    assert pathway.ways_to_fix == ((last,),)


def test_a_unit_whose_grades_say_that_credit_may_be_transferred_is_none_the_worse() -> (
    None
):
    """I4, section 11."""
    plain = sized(180, OF_180)
    units = [
        replace(unit, grades=(*GRADES, "T"), achieving=(*GRADES[1:], "T"))
        for unit in plain.units
    ]
    rules = [a_rule(*units, all_units=True)]
    said = a_qualification(units, rules, grading=plain.grading)
    grades = graded(plain, "PPPPP")
    assert ways_to_fix(said, grades, "A") == ways_to_fix(plain, grades, "A") != ()
    (reason,) = assess(said, graded(said, "PPPPPT")).pathways[0].reasons
    assert (reason.code, reason.achieved) == ("points-short", 15)


def test_points_are_compared_as_fractions_and_shown_rounded_down() -> None:
    """Section 11."""
    units = [
        a_unit(n, credits=0, glh=35, grades=GRADES, achieving=GRADES[1:])
        for n in (1, 2)
    ]
    rules = [a_rule(*units, all_units=True)]
    seven = a_qualification(units, rules, grading=a_grading(POINTS, {"P": 7}))
    eight = a_qualification(units, rules, grading=a_grading(POINTS, {"P": 8}))
    passes = graded(seven, "PP")
    assert assess(seven, passes).overall_grade == "P"
    assert assess(eight, passes).pathways[0].reasons[0].achieved == 7
    nearly = a_qualification(units[:1], rules[:0], grading=a_grading(POINTS, {"P": 4}))
    (reason,) = assess(nearly, graded(nearly, "P")).pathways[0].reasons
    assert (reason.achieved, reason.required) == (3, 4)


def of_credits(*sizes: int, **thresholds: int) -> Qualification:
    """Make 10 credits mandatory and at most 20 of the optional units of these sizes."""
    units = [
        a_unit(
            n,
            group="A" if n == 1 else "B",
            credits=size,
            grades=GRADES,
            achieving=GRADES[1:],
        )
        for n, size in enumerate((10, *sizes), start=1)
    ]
    mandatory, *optional = units
    rules = [
        a_rule(mandatory, all_units=True),
        a_rule(*optional, counts_at_most=20),
        a_rule(*units, minimum_credits=30),
    ]
    grading = a_grading({"P": 7, "M": 8, "D": 9}, thresholds, Basis.PER_CREDIT)
    return a_qualification(units, rules, grading=grading)


@pytest.mark.parametrize(
    ("sizes", "grades", "points"),
    [
        ((10, 10), "PPP", 210),
        ((10, 10, 10), "PPPD", 70 + 90 + 70),
        ((10, 10, 10), "MDPD", 80 + 90 + 90),
        ((15, 10), "PPD", 70 + 90 + 10 * 7),
        ((15, 10), "PDP", 70 + 15 * 9 + 5 * 7),
        ((10, 5, 10), "PTPD", 70 + 90 + 5 * 7),
        ((10, 10), "TDD", 180),
    ],
)
def test_mandatory_units_count_with_the_best_optional_credits_part_of_a_unit_too(
    sizes: tuple[int, ...], grades: str, points: int
) -> None:
    """Section 11."""
    for short in (0, 1):
        qualification = of_credits(*sizes, P=points + short)
        assessment = assess(qualification, graded(qualification, grades))
        assert assessment.overall_grade == (None if short else "P")


def test_hours_of_a_unit_that_counts_in_part_give_that_part_of_its_points() -> None:
    """Section 11."""
    units = [
        a_unit(n, credits=6, glh=60, grades=GRADES, achieving=GRADES[1:])
        for n in (1, 2)
    ]
    rules = [a_rule(*units, minimum_credits=9, counts_at_most=9)]
    for points, earned in ((16 + 3, "P"), (16 + 4, None)):
        grading = a_grading(POINTS, {"P": points})
        qualification = a_qualification(units, rules, grading=grading)
        assert (
            assess(qualification, graded(qualification, "PD")).overall_grade == earned
        )


def test_a_pathway_short_of_points_is_not_met_and_another_can_be() -> None:
    """M11, M9."""
    small = a_unit(1, credits=0, glh=60, grades=GRADES, achieving=GRADES[1:])
    large = a_unit(2, credits=0, glh=120, grades=GRADES, achieving=GRADES[1:])
    barred = [a_rule(small, large, at_most_units=1), a_rule(small, all_units=True)]
    qualification = a_qualification(
        [small, large],
        barred,
        [a_rule(large, all_units=True)],
        grading=a_grading(POINTS, {"P": 12, "M": 20}),
    )
    grades = graded(qualification, "PM")
    registered = assess(qualification, grades, pathway="A")
    assert [reason.code for reason in registered.pathways[0].reasons] == [
        "wrong-pathway",
        "points-short",
        "barred-combination",
    ]
    assert assess(qualification, grades).overall_grade == "M"
    fallback = assess(qualification, grades, award_type=AwardType.FALLBACK, pathway="A")
    assert (fallback.eligible, fallback.overall_grade) == (True, None)
    assert fallback.warnings == ()
    met = assess(qualification, grades, award_type=AwardType.FALLBACK, pathway="B")
    assert len(met.warnings) == 1


def test_where_passes_are_enough_ways_to_fix_are_those_of_the_rules() -> None:
    """I4."""
    qualification = of_credits(10, 10, 10, P=210)
    one, two, three, four = (unit.reference for unit in qualification.units)
    grades = {one: "P", two: "P"}
    assert ways_to_fix(qualification, grades, "A") == ((three,), (four,))
    richer = of_credits(10, 10, 10, P=230)
    assert ways_to_fix(richer, grades, "A") == ()
    assert ways_to_fix(richer, {one: "P", two: "D"}, "A") == ((three,), (four,))
