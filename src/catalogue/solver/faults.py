"""Faults no catalogue may have: rules that cannot be met, and grades that cannot be reached."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from catalogue.grading import PASS_ONLY
from catalogue.qualification import Pathway
from catalogue.rule import amount
from catalogue.solver.choice import Choice, LearnerGrades
from catalogue.solver.compiled import CompiledPathway, Measure, RuleNode, Want
from catalogue.solver.cp_sat import Deadline, Undecided
from catalogue.solver.deciding import best_rank, satisfying
from catalogue.solver.direct import improve
from catalogue.solver.nearest import NearestProblem

SECONDS = 2.0
LENIENCE = 10
"""A check may take this many times the time of a decision: machines are busy at start."""
TOO_LONG = "could not be checked in time: rules that cross less are decided sooner."


@dataclass(frozen=True, kw_only=True)
class RuleFault:
    """A fault at a key of the file; ``message`` is a sentence without its subject."""

    path: str
    message: str


def check_pathway(pathway: Pathway, *, seconds: float = SECONDS) -> list[RuleFault]:
    """Find faults in a pathway's rules, whatever overall grades they give.

    ``seconds`` is the time of one decision; a check may take LENIENCE times that. Paths are
    relative to the pathway: ``rules[2].minimum_credits``, ``rules[1].any_of[0]``.
    """
    rules = CompiledPathway(pathway.units, pathway.rules, PASS_ONLY)
    faults = list(_excessive(rules))
    if faults:
        return faults
    learner = LearnerGrades(rules, tuple(rules.best_grades.items()))
    try:
        return list(_impossible(learner, Deadline(LENIENCE * seconds)))
    except Undecided:
        return [RuleFault(path="rules", message=TOO_LONG)]


def _keys(
    nodes: Sequence[RuleNode], at: str = "rules"
) -> Iterator[tuple[str, RuleNode]]:
    """Yield each rule with the path of its key."""
    for place, node in enumerate(nodes):
        key = f"{at}[{place}]"
        yield key, node
        for number, nested in enumerate(node.lists):
            yield from _keys(nested, f"{key}.any_of[{number}]")


def _excessive(rules: CompiledPathway) -> Iterator[RuleFault]:
    """Find minima greater than all units of their rule together could give."""
    for key, node in _keys(rules.nodes):
        for want in node.wants:
            there = _most(rules, want)
            if there < want.required and want.measure is not Measure.ALL_UNITS:
                yield RuleFault(
                    path=f"{key}.{want.measure}",
                    message=f"is {want.required}, but {want.rule.place} has no more "
                    f"than {there}{want.rule.filter_phrase}.",
                )


def _most(rules: CompiledPathway, want: Want) -> int:
    """Add up what every unit gives with its best grade; a class gives its largest amount."""
    most = {}
    for number in want.worth:
        unit = rules.units[number]
        grades = unit.grades if want.looks_at_attempts else (unit.highest,)
        most[number] = max(want.gain(number, unit, grade) for grade in grades)
    for units in rules.classes:
        mine = sorted((n for n in units if n in most), key=lambda n: most[n])
        for number in mine[:-1]:
            del most[number]
    return sum(most.values())


def _impossible(learner: LearnerGrades, deadline: Deadline) -> Iterator[RuleFault]:
    """Find rules that no choice satisfies, and lists that no satisfying choice picks."""
    nodes = learner.rules.nodes
    problem = NearestProblem(learner)
    choice = improve(problem.bounds, lambda found: found.is_met)
    if choice is None:
        choice = _solve(problem, deadline)
    if choice is None:
        yield RuleFault(
            path="rules", message="cannot all be met, even with every unit achieved."
        )
        return
    picked = _picked_lists(choice, nodes)
    for key, node in _keys(nodes):
        for place in range(len(node.lists)):
            if (node, place) in picked:
                continue
            choice = _that_picks(problem, node, place, deadline)
            if choice is None:
                yield RuleFault(
                    path=f"{key}.any_of[{place}]",
                    message="can never be picked: with it the rules cannot all be met, "
                    "even with every unit achieved.",
                )
            else:
                picked |= _picked_lists(choice, nodes)


def _picked_lists(
    choice: Choice, nodes: tuple[RuleNode, ...]
) -> set[tuple[RuleNode, int]]:
    """Return the lists that a choice picks, each as its rule and its index there."""
    return {(n, choice.picks[n]) for n in choice.in_force(nodes) if n.lists}


def _that_picks(
    problem: NearestProblem, node: RuleNode, place: int, deadline: Deadline
) -> Choice | None:
    """Find a choice that satisfies the rules and picks this list; None if none does.

    The solver is asked only if the bounds and a quick search do not decide.
    """
    choice = improve(problem.bounds, lambda found: found.is_met, picked={node: place})
    if choice and (node, place) in _picked_lists(choice, problem.rules.nodes):
        return choice
    return _solve(problem, deadline, problem.program.picked[node][place])


def _solve(
    problem: NearestProblem, deadline: Deadline, picked: int | None = None
) -> Choice | None:
    """Ask the solver for a choice that satisfies the rules, and picks this list if given."""
    model = problem.program.satisfying()
    if picked is not None:
        model.fix(picked, 1)
    found = satisfying(problem, model, deadline)
    return found.choice if found else None


def check_grading(
    pathways: Sequence[Pathway], *, seconds: float = SECONDS
) -> list[RuleFault]:
    """Find thresholds that the best grades cannot reach, and grids that give no grade.

    Every pathway must reach the lowest threshold; some pathway must reach each other one.
    """
    grading = pathways[0].grading if pathways else PASS_ONLY
    deadline = Deadline(LENIENCE * seconds)
    try:
        if grading.kind == "grid":
            return list(_without_grade(pathways, deadline))
        if grading.kind == "points":
            return list(_out_of_reach(pathways, deadline))
    except Undecided:
        return [RuleFault(path="grading", message=TOO_LONG)]
    return []


def _without_grade(
    pathways: Sequence[Pathway], deadline: Deadline
) -> Iterator[RuleFault]:
    for pathway in pathways:
        if not _has_grade(_with_best_grades(pathway), deadline):
            yield RuleFault(
                path="grading.table",
                message="has no overall grade for the best grades of all units on the "
                f"pathway {pathway.code}.",
            )
            return


def _has_grade(problem: NearestProblem, deadline: Deadline) -> bool:
    """Tell whether some choice has an overall grade, asking the solver only in doubt."""
    return bool(
        improve(problem.bounds, lambda found: found.is_met and found.rank > 0)
        or best_rank(problem, deadline)
    )


def _out_of_reach(
    pathways: Sequence[Pathway], deadline: Deadline
) -> Iterator[RuleFault]:
    problems = [_with_best_grades(pathway) for pathway in pathways]
    ranks = [_rank(problem, deadline) for problem in problems]
    thresholds = pathways[0].grading.thresholds
    if min(ranks) and max(ranks) == len(thresholds):
        return
    most = [_most_points(problem, deadline) for problem in problems]
    for place, threshold in enumerate(thresholds):
        there = max(most) if place else min(most)
        if threshold.points > there:
            yield RuleFault(
                path=f"grading.thresholds[{place}].points",
                message=f"is {threshold.points}, but the best grades of all units come to "
                f"{amount(there, 'point')}{'' if place else ' on one pathway'}.",
            )


def _with_best_grades(pathway: Pathway) -> NearestProblem:
    rules = pathway.compiled_rules
    return NearestProblem(LearnerGrades(rules, tuple(rules.best_grades.items())))


def _rank(problem: NearestProblem, deadline: Deadline) -> int:
    """Return the rank of the best overall grade, asking the solver only in doubt."""
    best = problem.bounds.rank
    if improve(problem.bounds, lambda found: found.is_met and found.rank == best):
        return best
    return best_rank(problem, deadline)


def _most_points(problem: NearestProblem, deadline: Deadline) -> int:
    """Return the most points, rounded down, of any choice that satisfies the rules."""
    bounds, rules = problem.bounds, problem.rules
    if improve(
        bounds, lambda found: not found.rules_failed and found.shares == bounds.shares
    ):
        return _in_points(rules, bounds.shares)
    model = problem.program.satisfying(rank=0)
    model.minimise([(variable, -factor) for variable, factor in problem.program.points])
    found = satisfying(problem, model, deadline)
    if found is None:
        raise AssertionError("A pathway that was checked cannot be met.")
    return _in_points(rules, found.outcome.shares)


def _in_points(rules: CompiledPathway, shares: int) -> int:
    return int(shares * rules.share // 1)
