"""The reasons why a pathway is not met, and the statuses of units, in words."""

from dataclasses import dataclass

from catalogue.rule import join_words
from catalogue.solver.compiled import Measure, Want

BOTH = 2


@dataclass(frozen=True, kw_only=True)
class Reason:
    """One reason: what a rule needs, what there is, and which units would help.

    ``rule`` is the rule's index from 0, or None if the reason belongs to no single rule.
    """

    code: str
    message: str
    rule: int | None = None
    required: int | None = None
    achieved: int | None = None
    units: tuple[str, ...] = ()


@dataclass(frozen=True, kw_only=True)
class UnitStatus:
    """The status of a unit, and the credits of it that count.

    ``status`` is ``counts``, ``surplus``, ``barred``, ``needs-other-unit``,
    ``not-achieved`` or ``needed``.
    """

    reference: str
    status: str
    credits: int = 0


WORD = {
    Measure.UNITS: "unit",
    Measure.CREDITS: "credit",
    Measure.GLH: "guided learning hour",
}
SHORT = {
    Measure.ALL_UNITS: "units-missing",
    Measure.UNITS: "units-short",
    Measure.CREDITS: "credits-short",
    Measure.GLH: "glh-short",
}


def code_of(want: Want) -> str:
    """Return the code of the reason for a want that falls short."""
    rule = want.rule
    if want.looks_at_attempts:
        return "attempts-missing"
    if want.measure is Measure.ALL_UNITS:
        return "units-missing"
    if rule.at_least_grade is not None:
        return "grade-short"
    if want.measure is Measure.CREDITS and rule.at_or_above_level is not None:
        return "level-credits-short"
    return SHORT[want.measure]


def all_of(want: Want) -> str:
    """Write that all units are needed: ``Both units of group A are needed``."""
    rule, count = want.rule, want.required
    which = {1: "The", BOTH: "Both"}.get(count, f"All {count}")
    be = "is" if count == 1 else "are"
    wanted = "must be attempted" if want.looks_at_attempts else f"{be} needed"
    if rule.units:
        which = {1: "The unit", BOTH: "Both of the units"}.get(
            count, f"All {count} of the units"
        )
        return f"{which} {join_words(rule.names)} {wanted}"
    return f"{which} {'unit' if count == 1 else 'units'} of {rule.place} {wanted}"
