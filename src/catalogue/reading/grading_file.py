"""Read and check how a qualification's file describes the overall grade."""

from collections.abc import Iterator

from catalogue.grading import PASS_ONLY, Basis, Best, Component, Grading, Threshold
from catalogue.reading.document import DocumentPart
from catalogue.reading.rule_file import Names
from catalogue.rule import join_words
from catalogue.unit import TRANSFERRED, Unit


def grading(part: DocumentPart, units: tuple[Unit, ...], *, sound: bool) -> Grading:
    """Read ``grading``; mismatches with the units are noted only if the units are ``sound``."""
    errors = part.problems.errors
    kind = part.one_of("kind", "pass", "points", "grid")
    read = PASS_ONLY
    if kind == "points":
        read = _points(part)
    elif kind == "grid":
        read = _grid(part, units, sound=sound)
    part.close()
    if part.problems.errors > errors:
        return PASS_ONLY
    if sound and kind == "points":
        _check_units(part, read, units)
    return read


def _points(part: DocumentPart) -> Grading:
    if sum(part.has(key) for key in Basis) != 1:
        part.problems.add(
            part.path, f"must have one of {' or '.join(Basis)}, and only one."
        )
    basis = next((key for key in Basis if part.has(key)), Basis.PER_CREDIT)
    part.asked += Basis
    given = part.part(basis) if part.has(basis) else DocumentPart({}, "", part.problems)
    return Grading(
        kind="points",
        basis=basis,
        points={str(grade): given.whole_number(grade) for grade in given.values},
        thresholds=_thresholds(part),
        best=_best(part),
    )


def _best(part: DocumentPart) -> Best | None:
    part.asked.append("best")
    if not part.has("best"):
        return None
    given = part.part("best")
    best = Best(
        credits=given.whole_number("credits", least=1),
        at_or_above_level=given.optional_whole("at_or_above_level") or 0,
    )
    given.close()
    return best


def _grid(part: DocumentPart, units: tuple[Unit, ...], *, sound: bool) -> Grading:
    names = Names(units=units, groups={}, sound=sound)
    components = tuple(_component(each, names) for each in part.parts("of"))
    if len(components) == 1:
        part.fault("of", "has one component only; give at least two.")
    grades = part.texts("grades", optional=False)
    table = dict(_cells(part.part("table"), components, sound=sound))
    for overall in table.values():
        if overall not in grades:
            part.fault("table", f"gives {overall}, which is not one of the grades.")
    for grade in grades:
        if grade not in table.values():
            part.fault("grades", f"has {grade}, which the table never gives.")
    return Grading(kind="grid", components=components, table=table, grades=grades)


def _component(part: DocumentPart, names: Names) -> Component:
    references = part.texts("units", optional=False)
    names.check_known(part, "units", "unit", references, names.equivalents)
    component = Component(title=part.text("title"), units=names.covered_by(references))
    part.close()
    return component


def _cells(
    part: DocumentPart, components: tuple[Component, ...], *, sound: bool
) -> Iterator[tuple[tuple[str, ...], str]]:
    """Read a table that is nested by the grade of each component in turn."""
    if not components:
        return
    component, *others = components
    known = {
        grade
        for unit in component.units
        for grade in (*unit.achieving_grades, TRANSFERRED)
    }
    for grade in part.values:
        key = str(grade)
        if sound and key not in known:
            part.fault(key, f"is no grade that achieves a unit of {component.title}.")
        elif not others:
            yield (key,), part.text(grade)
        else:
            for rest, overall in _cells(part.part(grade), tuple(others), sound=sound):
                yield (key, *rest), overall
    part.asked += part.values


def _thresholds(part: DocumentPart) -> tuple[Threshold, ...]:
    read: list[Threshold] = []
    for each in part.parts("thresholds"):
        threshold = Threshold(
            grade=each.text("grade"), points=each.whole_number("points")
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


def _check_units(part: DocumentPart, read: Grading, units: tuple[Unit, ...]) -> None:
    """Note units with an achieving grade that has no points, and points of unused grades."""
    for place, unit in enumerate(units):
        for grade in unit.grades:
            if grade in unit.achieving_grades and grade not in read.points:
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
        worth = [read.points[g] for g in unit.achieving_grades if g in read.points]
        if worth != sorted(worth):
            part.problems.add(
                f"units[{place}].grades",
                f"rise from {join_words(unit.achieving_grades, 'to')}, but"
                f" {part.at(str(read.basis))} gives a better grade fewer points.",
            )
