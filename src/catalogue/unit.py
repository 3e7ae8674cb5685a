"""A unit: part of a qualification, internally assessed or tested."""

from dataclasses import dataclass
from decimal import Decimal
from typing import Literal

PASS = "P"  # noqa: S105 - a grade
FAIL = "U"
TRANSFERRED = "T"


@dataclass(frozen=True, kw_only=True)
class Unit:
    """What is achieved piece by piece.

    ``grades`` may be given for it, best last; those in ``achieving`` achieve it.
    Credit transferred from elsewhere, ``T``, may be given for any unit and achieves it.
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

    @property
    def is_internal(self) -> bool:
        return self.assessment == "internal"

    @property
    def earned(self) -> tuple[str, ...]:
        """The grades that achieve this unit by its own assessment."""
        return tuple(grade for grade in self.achieving if grade != TRANSFERRED)

    def allows(self, grade: str) -> bool:
        """Whether the grade may be given for this unit."""
        return grade in self.grades or grade == TRANSFERRED

    def achieves(self, grade: str) -> bool:
        """Whether the grade achieves this unit."""
        return grade in self.achieving or grade == TRANSFERRED
