"""Read and check one rule of combination."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cached_property

from catalogue.reading.document import DocumentPart
from catalogue.rule import Requirement, Rule
from catalogue.unit import Unit, equivalents

MOST_NESTED = 4
SUBJECTS = ("group", "groups", "units", "any_of", "requires")


@dataclass(frozen=True, kw_only=True)
class Names:
    """The names a rule may use: units, with all their equivalents, and groups of units.

    ``sound`` says whether the units were read without a fault. If not, a rule that names a
    missing unit is not at fault.
    """

    units: tuple[Unit, ...]
    groups: Mapping[str, tuple[str, ...]]
    sound: bool

    @cached_property
    def equivalents(self) -> dict[str, frozenset[str]]:
        """For each unit's reference, the references of the unit and its equivalents."""
        return {
            unit.reference: frozenset(other.reference for other in each)
            for each in equivalents(self.units)
            for unit in each
        }

    def covered_by(self, references: Iterable[str]) -> tuple[Unit, ...]:
        """Return these units and their equivalents, in catalogue order."""
        wanted = {
            each for name in references for each in self.equivalents.get(name, ())
        }
        return tuple(unit for unit in self.units if unit.reference in wanted)

    def check_known(
        self,
        part: DocumentPart,
        key: str,
        what: str,
        names: Iterable[str],
        known: Iterable[str],
    ) -> None:
        """Note each unknown name under this key."""
        if self.sound:
            for name in names:
                if name not in known:
                    part.fault(key, f"there is no {what} {name} here.")


def read_rule(part: DocumentPart, names: Names, *, nested: int = 0) -> Rule:
    """Read a rule; faults are noted in the part's problems."""
    errors = part.problems.errors
    subjects = [key for key in SUBJECTS if part.has(key)]
    if len(subjects) != 1:
        part.problems.add(
            part.path, f"must have one of {', '.join(SUBJECTS)}, and only one."
        )
    rule = Rule()
    if subjects == ["any_of"]:
        rule = Rule(any_of=_alternatives(part, names, nested))
    elif subjects == ["requires"]:
        rule = Rule(requires=_requirement(part.part("requires"), names))
    elif subjects:
        rule = _covering(part, names)
    part.asked += SUBJECTS
    if len(subjects) == 1:
        part.close()
    if part.problems.errors == errors:
        _check_sense(part, rule)
    return rule


def _alternatives(
    part: DocumentPart, names: Names, nested: int
) -> tuple[tuple[Rule, ...], ...]:
    if nested == MOST_NESTED:
        part.fault("any_of", f"is nested more than {MOST_NESTED} deep.")
        return ()
    lists = tuple(
        tuple(read_rule(rule, names, nested=nested + 1) for rule in rules)
        for rules in part.lists_of_parts("any_of")
    )
    if len(lists) == 1:
        part.fault("any_of", "has one list of rules only; give at least two.")
    return lists


def _requirement(part: DocumentPart, names: Names) -> Requirement:
    unit, needs = part.text("unit"), part.text_or_texts("needs")
    for key, references in (("unit", (unit,) if unit else ()), ("needs", needs)):
        names.check_known(part, key, "unit", references, names.equivalents)
    part.close()
    units = names.covered_by([unit])
    needed = tuple(names.covered_by([reference]) for reference in needs)
    if units and units in needed:
        part.fault("needs", f"has {unit} itself or an equivalent of it.")
    return Requirement(units=units, needs=needed)


def _covering(part: DocumentPart, names: Names) -> Rule:
    group = part.text("group") if part.has("group") else None
    groups, units = part.texts("groups"), part.texts("units")
    all_groups = (*groups, *((group,) if group else ()))
    names.check_known(
        part, "groups" if groups else "group", "group", all_groups, names.groups
    )
    names.check_known(part, "units", "unit", units, names.equivalents)
    named = {*units}.union(*(names.groups.get(each, ()) for each in all_groups))
    return Rule(
        covers=names.covered_by(named),
        group=group,
        groups=groups,
        units=units,
        all_units=part.flag("all_units"),
        minimum_units=part.optional_whole("minimum_units", least=1),
        minimum_credits=part.optional_whole("minimum_credits", least=1),
        minimum_glh=part.optional_whole("minimum_glh", least=1),
        at_or_above_level=part.optional_whole("at_or_above_level"),
        at_least_grade=part.optional_text("at_least_grade"),
        counts_attempted=part.one_of("counts", "achieved", "attempted", optional=True)
        == "attempted",
        counts_at_most=part.optional_whole("counts_at_most"),
        at_most_units=_at_most_units(part),
    )


def _at_most_units(part: DocumentPart) -> int | None:
    most = part.optional_whole("at_most_units", least=1)
    if not part.flag("at_most_one"):
        return most
    if most is not None:
        part.fault("at_most_one", "says the same as at_most_units; give one of them.")
    return 1


def _check_sense(part: DocumentPart, rule: Rule) -> None:
    """Note a rule that nothing could break, or that cannot be meant."""
    for key, filters in (
        ("at_or_above_level", rule.at_or_above_level),
        ("at_least_grade", rule.at_least_grade),
    ):
        if filters is not None and not rule.has_minimum:
            part.fault(key, "filters the minima of its rule, and there is none.")
            return
    if not rule.says_something:
        part.problems.add(part.path, "asks for nothing; give a minimum or a limit.")
    if rule.counts_attempted and rule.has_limit:
        part.fault(
            "counts",
            "is about attempted units, which no limit holds back: give the limit as a "
            "rule of its own.",
        )
    if rule.counts_attempted and not (rule.has_minimum or rule.all_units):
        part.fault("counts", "goes with a minimum or all_units, and there is none.")
    most, there = rule.at_most_units, len(rule.classes)
    if most is not None and most >= there:
        key = "at_most_one" if "at_most_one" in part.values else "at_most_units"
        part.fault(
            key,
            "bars units against each other, and there is only one."
            if there == 1
            else f"is {most}, and only {there} could count: it limits nothing.",
        )
