"""What no catalogue may ask, by section 11 of the domain: found by trying every choice."""

from collections.abc import Callable, Iterator, Sequence

from catalogue.qualification import Pathway, Qualification
from catalogue.rule import Rule
from catalogue.unit import Unit
from tests.catalogue.solver.brute_force import Trial
from tests.catalogue.solver.brute_force_units import classes_of, earned, is_at_least

MINIMA: dict[str, tuple[Callable[[Rule], int | None], Callable[[Unit], int]]] = {
    "minimum_units": (lambda rule: rule.minimum_units, lambda _: 1),
    "minimum_credits": (lambda rule: rule.minimum_credits, lambda unit: unit.credits),
    "minimum_glh": (lambda rule: rule.minimum_glh, lambda unit: unit.glh),
}


def faults(qualification: Qualification) -> set[str]:
    """The keys of what is asked and may not be; grades are tried where nothing else is."""
    best = {unit.reference: earned(unit)[-1] for unit in qualification.units}
    trials = [Trial(pathway, best) for pathway in qualification.pathways]
    found = falling_points(qualification)
    for number, (pathway, trial) in enumerate(
        zip(qualification.pathways, trials, strict=True)
    ):
        keys = set(excessive_minima(pathway)) or impossible_rules(trial)
        found |= {f"pathways[{number}].{key}" for key in keys}
    return found or unreachable_grades(trials)


def excessive_minima(pathway: Pathway) -> Iterator[str]:
    """The minima greater than all that their rule covers could give."""
    classes = [
        tuple(pathway.units[at] for at in each) for each in classes_of(pathway.units)
    ]

    def within(rule: Rule, key: str) -> Iterator[str]:
        for name, (least, amount) in MINIMA.items():
            wanted = least(rule)
            most = sum(
                max(
                    (amount(unit) for unit in each if could_serve(rule, unit)),
                    default=0,
                )
                for each in classes
                if any(unit in rule.covers for unit in each)
            )
            if wanted is not None and wanted > most:
                yield f"{key}.{name}"
        for number, rules in enumerate(rule.any_of):
            for at, nested in enumerate(rules):
                yield from within(nested, f"{key}.any_of[{number}][{at}]")

    for at, rule in enumerate(pathway.rules):
        yield from within(rule, f"rules[{at}]")


def could_serve(rule: Rule, unit: Unit) -> bool:
    """Whether the unit could have a grade that the filters of the rule let through."""
    level, least = rule.at_or_above_level, rule.at_least_grade
    grades = unit.grades if rule.counts_attempted else earned(unit)
    return (level is None or unit.level >= level) and (
        least is None or any(is_at_least(unit, grade, least) for grade in grades)
    )


def falling_points(qualification: Qualification) -> set[str]:
    """The units whose points fall as their grades rise."""
    points = qualification.grading.points
    return {
        f"units[{at}].grades"
        for at, unit in enumerate(qualification.units)
        for given in [[points.get(grade, 0) for grade in earned(unit)]]
        if given != sorted(given)
    }


def impossible_rules(trial: Trial) -> set[str]:
    """``rules`` where no choice satisfies them, or the lists that none of those picks."""
    satisfying = {pick for pick, _ in trial.satisfying()}
    if not satisfying:
        return {"rules"}
    possible = {key for pick in trial.picks for key in pick.keys}
    return possible - {key for pick in satisfying for key in pick.keys}


def unreachable_grades(trials: Sequence[Trial]) -> set[str]:
    """The thresholds, or the table, from which the best grades give nothing."""
    grading = trials[0].grading
    if grading.kind == "grid":
        return set() if all(trial.is_met for trial in trials) else {"grading.table"}
    most = [
        max(trial.points(counted) for _, counted in trial.satisfying())
        for trial in trials
    ]
    return {
        f"grading.thresholds[{at}].points"
        for at, threshold in enumerate(grading.thresholds)
        if threshold.points > (max(most) if at else min(most))
    }
