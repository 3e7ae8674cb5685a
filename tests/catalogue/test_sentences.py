"""Sentences of rules and reasons that name equivalents, alternatives and components."""

from catalogue import Qualification, assess
from catalogue.grading import Component, Grading
from catalogue.rule import Requirement, Rule
from tests.catalogue.examples import a_qualification, a_rule, a_unit

ONE, TWO, THREE, FOUR = (f"U/000/000{number}" for number in (1, 2, 3, 4))
A_PAIR = [
    a_unit(1),
    a_unit(2),
    a_unit(3, equivalent_to=ONE),
    a_unit(4),
]


def messages(qualification: Qualification, **grades: str) -> list[str]:
    """What is said of grades given by the last digit of a unit: ``u1="P"``."""
    given = {f"U/000/000{name[1:]}": grade for name, grade in grades.items()}
    (pathway,) = assess(qualification, given).pathways
    return [reason.message for reason in pathway.reasons]


def test_a_rule_names_a_unit_with_its_equivalents() -> None:
    bar = Rule(covers=tuple(A_PAIR[:3]), units=(ONE, TWO), at_most_units=1)
    assert (
        bar.sentence == f"Only one of the units {ONE} (or {THREE}) and {TWO} may count."
    )
    both = Rule(covers=(A_PAIR[0], A_PAIR[2]), units=(ONE, THREE), all_units=True)
    assert both.sentence == f"The unit {ONE} (or {THREE}) (1 unit, 3 credits)."


def test_units_that_are_missing_are_named_once_with_their_equivalents() -> None:
    needed = Rule(covers=tuple(A_PAIR[:3]), units=(ONE, TWO, THREE), all_units=True)
    (said,) = messages(a_qualification(A_PAIR, [needed]), u4="P")
    assert said.startswith(
        f"Both of the units {ONE} (or {THREE}) and {TWO} are needed;"
    )


def test_a_unit_that_needs_another_says_which_would_do() -> None:
    needs = Rule(
        requires=Requirement(units=(A_PAIR[1],), needs=((A_PAIR[0], A_PAIR[2]),))
    )
    wanted = a_rule(A_PAIR[1], minimum_units=1)
    *_, said = messages(a_qualification(A_PAIR, [needs, wanted]), u2="P")
    assert said == f"{TWO} cannot count until {ONE} or {THREE} is achieved."


def test_one_group_of_a_list_is_a_group() -> None:
    rule = Rule(covers=tuple(A_PAIR), groups=("A",), minimum_credits=1)
    assert rule.sentence == "At least 1 credit from group A."


def test_alternatives_within_an_alternative_have_names_of_their_own() -> None:
    one, two, _, four = (a_rule(unit, minimum_units=1) for unit in A_PAIR)
    rule = Rule(any_of=((Rule(any_of=((one,), (two,))), four), (two,)))
    assert rule.sentence == (
        f"One of: (a) one of: (i) at least 1 of the unit {ONE}; or (ii) at least 1 of "
        f"the unit {TWO}, and at least 1 of the unit {FOUR}; or (b) at least 1 of the "
        f"unit {TWO}."
    )


def a_grid() -> Qualification:
    units = [a_unit(n, grades=("U", "P", "M"), achieving=("P", "M")) for n in (1, 2)]
    grading = Grading(
        kind="grid",
        components=tuple(
            Component(title=title, units=(unit,))
            for title, unit in zip(("Core", "Specialism"), units, strict=True)
        ),
        table={("P", "P"): "Pass"},
        grades=("Pass",),
    )
    return a_qualification(units, [a_rule(units[0], minimum_units=1)], grading=grading)


def test_a_component_without_a_unit_is_named() -> None:
    (said,) = messages(a_grid(), u1="P")
    assert said == (
        "No unit counts for Specialism, so there is no overall grade: a unit of every "
        "component is needed."
    )


def test_grades_that_no_cell_of_the_table_has_are_named() -> None:
    (said,) = messages(a_grid(), u1="P", u2="M")
    assert said == (
        "No overall grade is given for P in Core and M in Specialism. Look up in the "
        "specification which grades go together."
    )
