"""A unit: part of a qualification, internally assessed or tested."""

from dataclasses import dataclass
from decimal import Decimal
from functools import cached_property
from typing import Literal

PASS = "P"  # noqa: S105 - a grade
FAIL = "U"
TRANSFERRED = "T"


@dataclass(frozen=True, kw_only=True)
class Unit:
    """A unit of one version of a qualification.

    ``grades`` are the grades that may be given, best last; those in ``achieving`` achieve
    the unit. ``T``, transferred credit, may be given for any unit and achieves it.
    ``equivalent_to`` refers to another unit; only one of the two counts. ``price`` is in
    pounds. ``minutes`` and ``maximum_mark`` describe the unit's test, or are None.
    """

    number: int
    reference: str
    title: str
    group: str
    level: int
    credits: int
    glh: int
    assessment: Literal["internal", "test"] = "internal"
    grades: tuple[str, ...] = (PASS,)
    achieving: tuple[str, ...] = (PASS,)
    delivery: tuple[str, ...] = ()
    minutes: int | None = None
    price: Decimal | None = None
    equivalent_to: str | None = None
    maximum_mark: int | None = None

    @property
    def is_internal(self) -> bool:
        return self.assessment == "internal"

    @cached_property
    def achieving_grades(self) -> tuple[str, ...]:
        """The grades other than ``T`` that achieve this unit, best last."""
        return tuple(
            grade
            for grade in self.grades
            if grade in self.achieving and grade != TRANSFERRED
        )

    @property
    def outcomes(self) -> tuple[str, ...]:
        """The possible grades, worst first; a test also has ``U`` (failed)."""
        failed = () if self.is_internal or FAIL in self.grades else (FAIL,)
        return (*failed, *self.grades)

    def allows(self, grade: str) -> bool:
        """Whether the grade may be given for this unit."""
        return grade in self.grades or grade == TRANSFERRED

    @property
    def lowest(self) -> str:
        """The lowest grade that achieves this unit; ways to fix ask for it (I4)."""
        return next(iter(self.achieving_grades), TRANSFERRED)

    @property
    def highest(self) -> str:
        """The best grade that achieves this unit."""
        return self.achieving_grades[-1] if self.achieving_grades else TRANSFERRED

    def is_at_least(self, grade: str, least: str) -> bool:
        """Whether ``grade`` is as good as ``least`` or better; ``T`` never is."""
        if grade not in self.grades or least not in self.grades or grade == TRANSFERRED:
            return False
        return self.grades.index(grade) >= self.grades.index(least)

    def achieves(self, grade: str) -> bool:
        """Whether the grade achieves this unit."""
        return grade in self.achieving or grade == TRANSFERRED


def equivalents(units: tuple[Unit, ...]) -> tuple[tuple[Unit, ...], ...]:
    """Group the units by equivalence; a unit without equivalents is a group of one.

    Two units are equivalent if ``equivalent_to`` joins them, directly or through other
    units. Groups are in the order of their first units.
    """
    index_of = {unit.reference: number for number, unit in enumerate(units)}
    joined = [[number] for number in range(len(units))]
    for number, unit in enumerate(units):
        twin = index_of.get(unit.equivalent_to or "", number)
        if joined[twin] is not joined[number]:
            both = sorted([*joined[twin], *joined[number]])
            for each in both:
                joined[each] = both
    return tuple(
        tuple(units[each] for each in together)
        for number, together in enumerate(joined)
        if together[0] == number
    )
