"""What section 11 of the domain says of one unit and its grades, to the letter."""

from collections.abc import Sequence
from fractions import Fraction

from catalogue.grading import Basis, Grading
from catalogue.unit import Unit

Classes = tuple[tuple[int, ...], ...]
TRANSFERRED = "T"


def classes_of(units: Sequence[Unit]) -> Classes:
    """Put units joined by ``equivalent_to`` together, directly or through others."""
    number = list(range(len(units)))
    place = {unit.reference: at for at, unit in enumerate(units)}
    for at, unit in enumerate(units):
        if unit.equivalent_to is not None:
            old, new = number[at], number[place[unit.equivalent_to]]
            number = [new if each == old else each for each in number]
    return tuple(
        tuple(at for at, each in enumerate(number) if each == one)
        for one in dict.fromkeys(number)
    )


def earned(unit: Unit) -> list[str]:
    """The unit's own grades that achieve it, worst first; T where there are none."""
    own = [g for g in unit.grades if g in unit.achieving and g != TRANSFERRED]
    return own or [TRANSFERRED]


def achieves(unit: Unit, grade: str | None) -> bool:
    return grade == TRANSFERRED or grade in unit.achieving


def is_at_least(unit: Unit, grade: str, least: str) -> bool:
    """Whether the grade is the least one, or stands after it; T never is."""
    return grade != TRANSFERRED and least in unit.grades[: unit.grades.index(grade) + 1]


def points_of(grading: Grading, unit: Unit, grade: str) -> Fraction:
    """The points of a unit that counts whole."""
    points = 0 if grade == TRANSFERRED else grading.points[grade]
    if grading.basis is Basis.PER_CREDIT:
        return Fraction(unit.credits * points)
    return Fraction(unit.glh * points, 60)
