"""A qualification: its units, and the pathways through them."""

from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from functools import cached_property

from catalogue.grading import PASS_ONLY, Grading
from catalogue.rule import Rule
from catalogue.solver.compiled import CompiledPathway
from catalogue.solver.deciding import Decider
from catalogue.unit import TRANSFERRED, Unit, equivalents

__all__ = ["Grading", "Pathway", "Qualification", "Unit", "Window"]


@dataclass(frozen=True, kw_only=True)
class Window:
    """The first and the last day on which registrations are taken."""

    opens: date
    closes: date

    def has(self, day: date) -> bool:
        """Whether the day is within the window."""
        return self.opens <= day <= self.closes


@dataclass(frozen=True, kw_only=True)
class Pathway:
    """One of the alternative ways through a qualification, with its own rules.

    ``units`` are all units of the qualification, in catalogue order. ``grading`` is the
    qualification's.
    """

    code: str
    title: str
    rules: tuple[Rule, ...]
    units: tuple[Unit, ...]
    grading: Grading = PASS_ONLY

    @property
    def mandatory_units(self) -> tuple[Unit, ...]:
        """The units that an ``all_units`` rule covers, in catalogue order.

        Rules inside an ``any_of`` are left out, because a learner need not pick them.
        """
        wanted = {u.reference for r in self.rules if r.all_units for u in r.covers}
        return tuple(unit for unit in self.units if unit.reference in wanted)

    @property
    def sentences(self) -> tuple[str, ...]:
        """The rules as plain sentences, in order, followed by the grading."""
        return (*(rule.sentence for rule in self.rules), *self.grading.sentences)

    @cached_property
    def classes(self) -> tuple[tuple[Unit, ...], ...]:
        """All units, each together with its equivalents, in catalogue order."""
        return equivalents(self.units)

    @cached_property
    def compiled_rules(self) -> CompiledPathway:
        """The rules compiled for the solver, once."""
        return CompiledPathway(self.units, self.rules, self.grading)

    @cached_property
    def decider(self) -> Decider:
        """The decider of this pathway, which remembers its verdicts."""
        return Decider(self.compiled_rules)


@dataclass(frozen=True, kw_only=True)
class Qualification:
    """One version of a qualification, as its file describes it.

    ``from_`` is the first day of registration to which this version applies.
    ``decision_seconds`` limits the time of each decision on eligibility.
    """

    reference: str
    version: int
    from_: date
    number: str
    title: str
    suite: str
    subject_area: str
    level: int
    price: Decimal
    registration: Window
    certification_ends: date
    grading: Grading
    units: tuple[Unit, ...]
    pathways: tuple[Pathway, ...]
    decision_seconds: float = 2.0

    @cached_property
    def _by_reference(self) -> dict[str, Unit]:
        return {unit.reference: unit for unit in self.units}

    @cached_property
    def outcomes(self) -> dict[tuple[str, str], tuple[int, bool]]:
        """The unit's number from 0, and whether the grade achieves it, by reference and grade."""
        return {
            (unit.reference, grade): (number, unit.achieves(grade))
            for number, unit in enumerate(self.units)
            for grade in (*unit.outcomes, TRANSFERRED)
        }

    def unit(self, reference: str) -> Unit:
        """Return a unit. Raises KeyError."""
        return self._by_reference[reference]

    def pathway(self, code: str) -> Pathway:
        """Return a pathway. Raises KeyError."""
        for pathway in self.pathways:
            if pathway.code == code:
                return pathway
        raise KeyError(code)

    @property
    def internal_units(self) -> tuple[Unit, ...]:
        return tuple(unit for unit in self.units if unit.is_internal)

    @property
    def testable_units(self) -> tuple[Unit, ...]:
        return tuple(unit for unit in self.units if not unit.is_internal)

    @cached_property
    def mandatory_units(self) -> tuple[Unit, ...]:
        """The units that are mandatory on some pathway, in catalogue order (M3)."""
        wanted = {u.reference for p in self.pathways for u in p.mandatory_units}
        return tuple(unit for unit in self.units if unit.reference in wanted)

    def is_mandatory(self, reference: str, pathway: str | None = None) -> bool:
        """Whether the unit is mandatory on the pathway, or on any pathway if none is given."""
        place = self if pathway is None else self.pathway(pathway)
        return any(unit.reference == reference for unit in place.mandatory_units)
