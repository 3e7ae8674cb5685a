"""Small qualifications to try the rules on, made by hand or at random."""

from dataclasses import replace
from datetime import date
from decimal import Decimal
from typing import Any

from hypothesis import strategies as st

from catalogue.grading import PASS_ONLY, Basis, Grading, Threshold
from catalogue.qualification import Pathway, Qualification, Window
from catalogue.rule import Rule
from catalogue.unit import Unit


def a_unit(number: int, **values: Any) -> Unit:
    """Make unit number n, called ``U/000/000n``: group A, level 2, 3 credits, 10 hours."""
    return Unit(
        **{
            "number": number,
            "reference": f"U/000/{number:04}",
            "title": f"Unit {number}",
            "group": "A",
            "level": 2,
            "credits": 3,
            "glh": 10,
            "grades": ("U", "P"),
            **values,
        }
    )


def graded_units(*credits_: int, **values: Any) -> list[Unit]:
    """Make units of these credits, numbered from 1."""
    return [
        a_unit(number, credits=each, **values)
        for number, each in enumerate(credits_, start=1)
    ]


def a_rule(*units: Unit, **values: Any) -> Rule:
    """Make a rule over these units."""
    return Rule(
        covers=tuple(sorted(units, key=lambda unit: unit.number)),
        **{"units": tuple(unit.reference for unit in units), **values},
    )


def a_pathway(
    units: list[Unit],
    rules: list[Rule],
    code: str = "MAIN",
    grading: Grading = PASS_ONLY,
) -> Pathway:
    return Pathway(
        code=code,
        title=f"Way {code}",
        rules=tuple(rules),
        units=tuple(units),
        grading=grading,
    )


def a_grading(
    points: dict[str, int],
    thresholds: dict[str, int],
    basis: Basis = Basis.PER_60_GLH,
) -> Grading:
    """Make a grading of these points by grade, and thresholds by overall grade."""
    return Grading(
        kind="points",
        basis=basis,
        points=points,
        thresholds=tuple(
            Threshold(grade=grade, points=least) for grade, least in thresholds.items()
        ),
    )


def a_qualification(
    units: list[Unit], *pathways: list[Rule], grading: Grading = PASS_ONLY
) -> Qualification:
    """Make a qualification whose pathways, called A, B …, have these rules."""
    return Qualification(
        reference="Q-0000000001",
        version=1,
        from_=date(2020, 1, 1),
        number="600/0000/0",
        title="A qualification",
        suite="A suite",
        subject_area="An area",
        level=2,
        price=Decimal("10.00"),
        registration=Window(opens=date(2020, 1, 1), closes=date(2040, 1, 1)),
        certification_ends=date(2045, 1, 1),
        grading=grading,
        units=tuple(units),
        pathways=tuple(
            a_pathway(units, rules, code, grading)
            for code, rules in zip("ABCDEF", pathways, strict=False)
        ),
    )


@st.composite
def qualifications(
    draw: st.DrawFn, *, most_units: int = 6, most_credits: int = 4
) -> Qualification:
    """Draw a small qualification with rules of every kind over overlapping units."""
    units = [
        a_unit(
            number,
            level=draw(st.integers(1, 3)),
            credits=draw(st.integers(0, most_credits)),
            glh=draw(st.integers(0, 4)),
        )
        for number in range(1, draw(st.integers(1, most_units)) + 1)
    ]
    return a_qualification(units, draw(rules_over(units)))


@st.composite
def graded_qualifications(
    draw: st.DrawFn, *, most_units: int = 5, most_credits: int = 4
) -> Qualification:
    """Draw a small qualification with points, for grades P, M and D."""
    plain = draw(qualifications(most_units=most_units, most_credits=most_credits))
    units = [replace(unit, grades=GRADES, achieving=GRADES[1:]) for unit in plain.units]
    basis = draw(st.sampled_from(Basis))
    most = 3 if basis is Basis.PER_CREDIT else 60
    rising = st.lists(st.integers(1, 20), min_size=1, max_size=3, unique=True)
    return a_qualification(
        units,
        draw(rules_over(units)),
        grading=a_grading(
            {"U": 0} | {grade: draw(st.integers(0, most)) for grade in GRADES[1:]},
            dict(zip("PMD", sorted(draw(rising)), strict=False)),
            basis,
        ),
    )


@st.composite
def rules_over(draw: st.DrawFn, units: list[Unit]) -> list[Rule]:
    some = st.lists(st.sampled_from(units), min_size=1, unique=True)
    return [
        a_rule(
            *draw(some), **draw(st.sampled_from(KINDS).flatmap(st.fixed_dictionaries))
        )
        for _ in range(draw(st.integers(1, 5)))
    ]


GRADES = ("U", "P", "M", "D")
LEVEL = st.none() | st.integers(1, 3)
LITTLE = st.integers(1, 4)
MORE = st.integers(1, 9)
KINDS: list[dict[str, st.SearchStrategy[Any]]] = [
    {"all_units": st.just(value=True)},
    {"minimum_units": LITTLE, "at_or_above_level": LEVEL},
    {"minimum_credits": MORE, "at_or_above_level": LEVEL},
    {"minimum_glh": MORE, "at_or_above_level": LEVEL},
    {"counts_at_most": st.integers(0, 6)},
    {
        "counts_at_most": st.integers(1, 6),
        "minimum_credits": LITTLE,
        "minimum_units": LITTLE,
    },
    {"at_most_one": st.just(value=True)},
    {"minimum_credits": MORE, "minimum_units": LITTLE, "minimum_glh": MORE},
]
