"""What the file of a qualification says of its pathways and their rules, checked."""

from collections.abc import Mapping

from catalogue.choice import can_be_met
from catalogue.combination import Combination, Measure
from catalogue.document import Part
from catalogue.grading import Grading
from catalogue.qualification import Pathway
from catalogue.rule import Rule
from catalogue.unit import Unit

Groups = Mapping[str, tuple[str, ...]]


def pathways(
    part: Part, units: tuple[Unit, ...], grading: Grading, *, sound: bool
) -> tuple[Pathway, ...]:
    """Read ``pathways``; only of ``sound`` units is it said what does not fit them."""
    read: list[Pathway] = []
    for each in part.parts("pathways"):
        pathway = _pathway(each, units, grading, sound=sound)
        if pathway.code and any(other.code == pathway.code for other in read):
            each.fault("code", f"{pathway.code} is another pathway's too.")
        read.append(pathway)
    return tuple(read)


def _pathway(
    part: Part, units: tuple[Unit, ...], grading: Grading, *, sound: bool
) -> Pathway:
    errors = part.problems.errors
    pathway = Pathway(
        code=part.text("code"),
        title=part.text("title"),
        rules=_rules(part, _groups(part, units, sound=sound), units, sound=sound),
        units=units,
        grading=grading,
    )
    part.close()
    if sound and part.problems.errors == errors:
        _check_possible(part, pathway)
    return pathway


def _groups(part: Part, units: tuple[Unit, ...], *, sound: bool) -> Groups:
    """Find the units of each group: the pathway's own, else as the units say."""
    groups: dict[str, tuple[str, ...]] = {}
    for unit in units:
        groups[unit.group] = (*groups.get(unit.group, ()), unit.reference)
    part.asked.append("groups")
    if part.has("groups"):
        own = part.part("groups")
        for name in own.values:
            references = own.texts(str(name))
            if sound:
                _check_known(own, str(name), "unit", references, _references(units))
            groups[str(name)] = references
    return groups


def _references(units: tuple[Unit, ...]) -> set[str]:
    return {unit.reference for unit in units}


def _check_known(
    part: Part, key: str, what: str, names: tuple[str, ...], known: set[str]
) -> None:
    for name in names:
        if name not in known:
            part.fault(key, f"there is no {what} {name} here.")


def _rules(
    part: Part, groups: Groups, units: tuple[Unit, ...], *, sound: bool
) -> tuple[Rule, ...]:
    return tuple(
        _rule(each, groups, units, sound=sound) for each in part.parts("rules")
    )


def _rule(part: Part, groups: Groups, units: tuple[Unit, ...], *, sound: bool) -> Rule:
    errors = part.problems.errors
    if sum(part.has(key) for key in ("group", "groups", "units")) != 1:
        part.problems.add(
            part.path, "must name one of group, groups or units, and only one."
        )
    group = part.text("group") if part.has("group") else None
    several, named = part.texts("groups"), part.texts("units")
    part.asked.append("group")
    all_groups = (*several, *((group,) if group else ()))
    if sound:
        _check_known(
            part, "groups" if several else "group", "group", all_groups, {*groups}
        )
        _check_known(part, "units", "unit", named, _references(units))
    wanted = {*named}.union(*(groups.get(name, ()) for name in all_groups))
    rule = Rule(
        covers=tuple(unit for unit in units if unit.reference in wanted),
        group=group,
        groups=several,
        units=named,
        all_units=part.flag("all_units"),
        minimum_units=part.optional_whole("minimum_units", least=1),
        minimum_credits=part.optional_whole("minimum_credits", least=1),
        minimum_glh=part.optional_whole("minimum_glh", least=1),
        at_or_above_level=part.optional_whole("at_or_above_level"),
        counts_at_most=part.optional_whole("counts_at_most"),
        at_most_one=part.flag("at_most_one"),
    )
    part.close()
    if part.problems.errors == errors:
        _check_sense(part, rule)
    return rule


def _check_sense(part: Part, rule: Rule) -> None:
    """Note a rule that nothing could break, or that says what cannot be meant."""
    if rule.at_or_above_level is not None and not rule.has_minimum:
        part.fault(
            "at_or_above_level", "filters the minima of its rule, and there is none."
        )
    elif not rule.says_something:
        part.problems.add(part.path, "asks for nothing; give a minimum or a limit.")
    if rule.at_most_one and len(rule.covers) == 1:
        part.fault(
            "at_most_one", "bars units against each other, and there is only one."
        )


def _check_possible(part: Part, pathway: Pathway) -> None:
    """Note minima greater than what exists, alone or together."""
    errors = part.problems.errors
    for position, rule in enumerate(pathway.rules):
        for minimum in Combination(pathway.units, [rule]).minima:
            there = sum(minimum.worth.values())
            if there < minimum.required and minimum.measure is not Measure.ALL_UNITS:
                part.fault(
                    f"rules[{position}].{minimum.measure}",
                    f"is {minimum.required}, but {rule.place} has no more than {there}"
                    f"{rule.level_phrase}.",
                )
    if part.problems.errors == errors and not can_be_met(
        pathway.combination, range(len(pathway.units))
    ):
        part.fault("rules", "cannot all be met, even with every unit achieved.")
