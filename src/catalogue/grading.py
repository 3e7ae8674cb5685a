"""How a qualification finds its overall grade: a pass, points with thresholds, or a grid."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from fractions import Fraction
from typing import Literal

from catalogue.rule import amount, join_words
from catalogue.unit import TRANSFERRED, Unit

GLH_OF_POINTS = 60
PASSED = "Pass"


class Basis(StrEnum):
    """The size that points are given for: one credit, or sixty guided learning hours."""

    PER_60_GLH = "points_per_60_glh"
    PER_CREDIT = "points_per_credit"


@dataclass(frozen=True, kw_only=True)
class Threshold:
    """The fewest points that earn an overall grade."""

    grade: str
    points: int


@dataclass(frozen=True, kw_only=True)
class Best:
    """Only the best ``credits`` give points, and only from units at or above a level."""

    credits: int
    at_or_above_level: int = 0


@dataclass(frozen=True, kw_only=True)
class Component:
    """A part of a grid: the grade of one of its ``units`` selects a row of the table.

    ``units`` are the units that the file names and their equivalents, in catalogue order.
    """

    title: str
    units: tuple[Unit, ...]


@dataclass(frozen=True, kw_only=True)
class Grading:
    """How the overall grade is found.

    By points: ``points`` are per grade of a unit, ``thresholds`` ascend, and ``best``
    limits the credits that give points. By grid: ``table`` gives the overall grade for the
    grades of ``components``; ``grades`` are the overall grades, worst first.
    """

    kind: Literal["pass", "points", "grid"] = "pass"
    basis: Basis | None = None
    points: Mapping[str, int] = field(default_factory=dict)
    thresholds: tuple[Threshold, ...] = ()
    best: Best | None = None
    components: tuple[Component, ...] = ()
    table: Mapping[tuple[str, ...], str] = field(default_factory=dict)
    grades: tuple[str, ...] = ()

    @property
    def ascending(self) -> tuple[str, ...]:
        """The possible overall grades, worst first."""
        if self.kind == "pass":
            return (PASSED,)
        return self.grades or tuple(each.grade for each in self.thresholds)

    def worth(self, unit: Unit, grade: str) -> Fraction:
        """Return the points of a unit that counts whole; transferred credit gives none."""
        if grade == TRANSFERRED:
            return Fraction(0)
        if self.basis is Basis.PER_CREDIT:
            return Fraction(unit.credits * self.points[grade])
        return Fraction(unit.glh * self.points[grade], GLH_OF_POINTS)

    @property
    def sentences(self) -> tuple[str, ...]:
        """Explain in sentences how the overall grade is found; return none for a pass."""
        if self.kind == "points":
            return tuple(self._of_points())
        if self.kind == "grid":
            return tuple(self._of_grid())
        return ()

    def _of_points(self) -> Iterator[str]:
        given = tuple(f"{points} for {grade}" for grade, points in self.points.items())
        earned = tuple(
            f"{amount(each.points, 'point')} for {each.grade}"
            for each in self.thresholds
        )
        per = "credit" if self.basis is Basis.PER_CREDIT else "60 guided learning hours"
        yield f"Points for each {per}: {join_words(given)}."
        if self.best is not None:
            level = self.best.at_or_above_level
            yield (
                f"Points from the best {amount(self.best.credits, 'credit')}"
                f"{f' at level {level} or above' if level else ''} only."
            )
        yield f"Overall grade: at least {join_words(earned)}."

    def _of_grid(self) -> Iterator[str]:
        parts = tuple(
            f"{each.title} ({join_words(tuple(u.reference for u in each.units), 'or')})"
            for each in self.components
        )
        yield f"Overall grade: by the grades of {join_words(parts)}."
        for overall in reversed(self.grades):
            cells = tuple(
                join_words(cell)
                for cell, given in self.table.items()
                if given == overall
            )
            yield f"{overall}: {'; '.join(cells)}."


PASS_ONLY = Grading()
