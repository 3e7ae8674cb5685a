"""Read and check the pathways of a qualification's file."""

from catalogue.grading import Grading
from catalogue.qualification import Pathway
from catalogue.reading.document import DocumentPart
from catalogue.reading.rule_file import Names, read_rule
from catalogue.solver.faults import check_pathway
from catalogue.unit import Unit


def pathways(
    part: DocumentPart,
    units: tuple[Unit, ...],
    grading: Grading,
    *,
    sound: bool,
    decision_seconds: float = 2.0,
) -> tuple[Pathway, ...]:
    """Read ``pathways``; mismatches with the units are noted only if the units are ``sound``.

    Checking that the rules can be met may take ten times as long as one decision.
    """
    read: list[Pathway] = []
    for each in part.parts("pathways"):
        errors = part.problems.errors
        pathway = _pathway(each, units, grading, sound=sound)
        if sound and part.problems.errors == errors:
            for fault in check_pathway(pathway, seconds=decision_seconds):
                each.fault(fault.path, fault.message)
        if pathway.code and any(other.code == pathway.code for other in read):
            each.fault("code", f"{pathway.code} is another pathway's too.")
        read.append(pathway)
    return tuple(read)


def _pathway(
    part: DocumentPart, units: tuple[Unit, ...], grading: Grading, *, sound: bool
) -> Pathway:
    names = _names(part, units, sound=sound)
    pathway = Pathway(
        code=part.text("code"),
        title=part.text("title"),
        rules=tuple(read_rule(each, names) for each in part.parts("rules")),
        units=units,
        grading=grading,
    )
    part.close()
    return pathway


def _names(part: DocumentPart, units: tuple[Unit, ...], *, sound: bool) -> Names:
    """Find the units of each group: the pathway's own groups, else those of the units."""
    groups: dict[str, tuple[str, ...]] = {}
    for unit in units:
        groups[unit.group] = (*groups.get(unit.group, ()), unit.reference)
    names = Names(units=units, groups=groups, sound=sound)
    part.asked.append("groups")
    if part.has("groups"):
        own = part.part("groups")
        for name in map(str, own.values):
            references = own.texts(name)
            names.check_known(own, name, "unit", references, names.equivalents)
            groups[name] = references
    return names
