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
    """The days, both included, between which registrations are taken."""

    opens: date
    closes: date

    def has(self, day: date) -> bool:
        """Whether the day lies in it."""
        return self.opens <= day <= self.closes


@dataclass(frozen=True, kw_only=True)
class Pathway:
    """One of the alternative ways through a qualification, with its own rules.

    ``units`` are all of the qualification's, in catalogue order; so is ``grading``.
    """

    code: str
    title: str
    rules: tuple[Rule, ...]
    units: tuple[Unit, ...]
    grading: Grading = PASS_ONLY

    @property
    def mandatory_units(self) -> tuple[Unit, ...]:
        """The units that some rule wants every one of, in catalogue order.

        Not those of an ``any_of``, which a learner need not pick.
        """
        wanted = {u.reference for r in self.rules if r.all_units for u in r.covers}
        return tuple(unit for unit in self.units if unit.reference in wanted)

    @property
    def sentences(self) -> tuple[str, ...]:
        """The rules as plain sentences, in their order, then what grades come to."""
        return (*(rule.sentence for rule in self.rules), *self.grading.sentences)

    @cached_property
    def classes(self) -> tuple[tuple[Unit, ...], ...]:
        """All units, equivalent ones together, in catalogue order."""
        return equivalents(self.units)

    @cached_property
    def compiled_rules(self) -> CompiledPathway:
        """The rules made ready for deciding, once."""
        return CompiledPathway(self.units, self.rules, self.grading)

    @cached_property
    def decider(self) -> Decider:
        """What decides by the rules, and remembers its verdicts."""
        return Decider(self.compiled_rules)


@dataclass(frozen=True, kw_only=True)
class Qualification:
    """One version of what can be earned, as its file says.

    ``from_`` is the first day whose registrations follow this version of the rules;
    ``decision_seconds`` is how long deciding by them may take.
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
        """Each unit's number, from 0, and whether the grade achieves it, by both."""
        return {
            (unit.reference, grade): (number, unit.achieves(grade))
            for number, unit in enumerate(self.units)
            for grade in (*unit.outcomes, TRANSFERRED)
        }

    def unit(self, reference: str) -> Unit:
        """Find a unit; KeyError where the qualification has none such."""
        return self._by_reference[reference]

    def pathway(self, code: str) -> Pathway:
        """Find a pathway; KeyError where the qualification has none such."""
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
        """Whether the unit is mandatory on the pathway, or on any where none is given."""
        place = self if pathway is None else self.pathway(pathway)
        return any(unit.reference == reference for unit in place.mandatory_units)
