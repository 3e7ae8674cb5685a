"""What the file of a qualification says of its overall grade, checked."""

from catalogue.choice import choose
from catalogue.document import Part
from catalogue.grading import PASS_ONLY, Basis, Grading, Threshold
from catalogue.qualification import Pathway
from catalogue.rule import amount
from catalogue.unit import Unit


def grading(part: Part, units: tuple[Unit, ...], *, sound: bool) -> Grading:
    """Read ``grading``; only of ``sound`` units is it said which have no points."""
    if part.one_of("kind", "pass", "points") == "pass":
        part.close()
        return PASS_ONLY
    errors = part.problems.errors
    if sum(part.has(key) for key in Basis) != 1:
        part.problems.add(
            part.path, f"must have one of {' or '.join(Basis)}, and only one."
        )
    basis = next((key for key in Basis if part.has(key)), Basis.PER_CREDIT)
    part.asked += Basis
    given = part.part(basis) if part.has(basis) else Part({}, "", part.problems)
    read = Grading(
        kind="points",
        basis=basis,
        points={str(grade): given.whole(grade) for grade in given.values},
        thresholds=_thresholds(part),
    )
    part.close()
    if sound and part.problems.errors == errors:
        _check_units(part, read, units)
    return read if part.problems.errors == errors else PASS_ONLY


def _thresholds(part: Part) -> tuple[Threshold, ...]:
    read: list[Threshold] = []
    for each in part.parts("thresholds"):
        threshold = Threshold(
            grade=each.text("grade"), points=each.whole("points", least=1)
        )
        each.close()
        if read and threshold.points <= read[-1].points:
            each.fault(
                "points",
                f"is {threshold.points}, but the threshold before it is "
                f"{read[-1].points}: give them lowest first.",
            )
        if threshold.grade and any(e.grade == threshold.grade for e in read):
            each.fault("grade", f"{threshold.grade} is another threshold's too.")
        read.append(threshold)
    return tuple(read)


def _check_units(part: Part, read: Grading, units: tuple[Unit, ...]) -> None:
    """Note grades of units that achieve and have no points, or the other way round."""
    for place, unit in enumerate(units):
        for grade in unit.grades:
            if grade in unit.earned and grade not in read.points:
                part.problems.add(
                    f"units[{place}].grades",
                    f"has {grade}, for which {part.at(str(read.basis))} gives no points.",
                )
            if grade not in unit.achieving and read.points.get(grade):
                part.problems.add(
                    f"units[{place}].achieving",
                    f"leaves out {grade}, for which {part.at(str(read.basis))} gives "
                    "points: only a grade that achieves the unit can have any.",
                )


def check_reachable(part: Part, pathways: tuple[Pathway, ...]) -> None:
    """Note thresholds that the best grades of all units would not reach.

    The lowest is to be reached on every pathway, the others on some.
    """
    most = [
        marks.points(choose(best, range(len(pathway.units))).values[-1])
        for pathway in pathways
        if (marks := pathway.marks)
        for best in [marks.weighed(marks.most)]
    ]
    for place, threshold in enumerate(pathways[0].grading.thresholds):
        there = max(most) if place else min(most)
        if threshold.points > there:
            part.fault(
                f"grading.thresholds[{place}].points",
                f"is {threshold.points}, but the best grades of all units come to "
                f"{amount(there, 'point')}{'' if place else ' on one pathway'}.",
            )
