"""Small qualifications to try the rules on, made by hand."""

from datetime import date
from decimal import Decimal
from typing import Any

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
