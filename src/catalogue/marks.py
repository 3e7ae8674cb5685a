"""Points made whole numbers, so that adding them up is exact.

They are counted in shares of a point: the largest share of which every unit, and every
part of a unit that may count in part, has a whole number.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from fractions import Fraction
from math import ceil, floor, gcd, lcm

from catalogue.combination import Combination
from catalogue.graded import Graded
from catalogue.grading import Grading
from catalogue.unit import TRANSFERRED


class Marks:
    """What each grade of each unit of a pathway is worth, in shares of a point."""

    def __init__(self, grading: Grading, combination: Combination) -> None:
        self.grading = grading
        self.plain = combination
        self.share = _common(_parts(grading, combination))
        self.of = tuple(
            {
                grade: int(grading.worth(unit, grade) / self.share)
                for grade in (*unit.earned, TRANSFERRED)
            }
            for unit in combination.units
        )
        self.least = tuple(
            min((marks[grade] for grade in unit.earned), default=0)
            for unit, marks in zip(combination.units, self.of, strict=True)
        )
        self.most = tuple(max(marks.values()) for marks in self.of)
        self.needed = tuple(ceil(t.points / self.share) for t in grading.thresholds)

    def graded(self, grades: Mapping[int, str]) -> Graded:
        """Add points to the rules, by the grade of each achieved unit.

        Units not achieved are worth what their lowest grade is.
        """
        worth = list(self.least)
        for number, grade in grades.items():
            worth[number] = self.of[number][grade]
        return self.weighed(worth)

    def weighed(self, worth: Sequence[int]) -> Graded:
        """Add points to the rules, given what each unit is worth."""
        return Graded(self.plain, worth, required=self.needed[0], aim=self.needed[-1])

    def grade(self, marks: int) -> str | None:
        """Find the highest threshold that is reached."""
        reached = [
            threshold.grade
            for threshold, needed in zip(
                self.grading.thresholds, self.needed, strict=True
            )
            if marks >= needed
        ]
        return reached[-1] if reached else None

    def points(self, marks: int) -> int:
        """Say it in whole points, rounded down."""
        return floor(marks * self.share)


def _parts(grading: Grading, combination: Combination) -> Iterator[Fraction]:
    """List the points of all that can count: units, or a credit of those in parts."""
    for number, unit in enumerate(combination.units):
        parts = unit.credits if number in combination.in_parts else 1
        for grade in unit.earned:
            yield grading.worth(unit, grade) / parts


def _common(amounts: Iterable[Fraction]) -> Fraction:
    """Find the largest fraction that goes into all of them; one, if all are nothing."""
    some = [amount for amount in amounts if amount]
    below = lcm(*(amount.denominator for amount in some))
    return Fraction(gcd(*(int(amount * below) for amount in some)), below) or Fraction(
        1
    )
