"""The solver: asked only where it is needed, in the time allowed, believed only if right."""

import subprocess
import sys
from collections.abc import Iterator
from dataclasses import replace
from itertools import count
from pathlib import Path
from typing import Any, cast

import pytest

from catalogue import Qualification, assess, shape
from catalogue.solver import cp_sat, deciding, faults, nearest, program
from catalogue.solver.choice import Choice, LearnerGrades
from catalogue.solver.cp_sat import Deadline, Model, Undecided
from catalogue.solver.deciding import Decider
from catalogue.solver.fixing import WaysToFix, smallest_fixes
from catalogue.solver.nearest import NearestProblem
from catalogue.solver.program import Program
from tests.catalogue.examples import a_qualification, a_rule, a_unit

ROOT = Path(__file__).parents[3]


def crossing() -> Qualification:
    """A bar and two caps that cross: what fills up in order is not enough."""
    units = [a_unit(n, credits=c) for n, c in enumerate((1, 3, 3, 5, 1, 2, 4), start=1)]
    return a_qualification(
        units,
        [
            a_rule(*units, minimum_credits=13),
            a_rule(units[0], units[2], at_most_units=1),
            a_rule(units[4], units[5], at_most_units=1),
            a_rule(units[4], minimum_units=1),
            a_rule(*units[1:4], counts_at_most=9),
            a_rule(*units[3:6], counts_at_most=7),
        ],
    )


def passed(qualification: Qualification) -> dict[str, str]:
    return {unit.reference: "P" for unit in qualification.units}


@pytest.fixture
def out_of_time(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let no time suffice, whatever is asked."""

    def never(*_: object) -> None:
        raise Undecided

    for name in ("rank", "best", "ways_to_fix"):
        monkeypatch.setattr(Decider, name, never)


@pytest.mark.usefixtures("out_of_time")
def test_what_is_not_decided_in_time_is_neither_eligible_nor_guessed_at() -> None:
    """Section 11."""
    qualification = crossing()
    assessment = assess(qualification, passed(qualification), pathway="A")
    assert (assessment.decided, assessment.eligible) == (False, False)
    assert assessment.overall_grade is None
    (pathway,) = assessment.pathways
    assert [reason.code for reason in pathway.reasons] == ["not-decided-in-time"]
    assert (pathway.ways_to_fix, pathway.units) == ((), ())
    answer = shape(assessment)
    assert answer["decided"] is False
    assert not pathway.is_decided


def test_a_verdict_that_cannot_be_explained_in_time_stands(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Section 11."""

    def never(*_: object) -> None:
        raise Undecided

    qualification = crossing()
    monkeypatch.setattr(Decider, "best", never)
    monkeypatch.setattr(Model, "solve", never)
    assessment = assess(qualification, {}, pathway="A")
    (pathway,) = assessment.pathways
    assert (assessment.decided, assessment.eligible) == (True, False)
    assert [reason.code for reason in pathway.reasons] == ["not-explained-in-time"]
    assert (pathway.is_decided, pathway.ways_to_fix, pathway.units) == (False, (), ())


def test_the_time_allowed_is_kept_to() -> None:
    """Section 11."""
    learner = learner_of(crossing())
    with pytest.raises(Undecided):
        deciding.best_rank(NearestProblem(learner), Deadline(-1))


def test_what_a_lean_try_does_not_decide_is_tried_with_more(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Section 11."""
    nothing = [replace(effort, work=0.0) for effort in cp_sat.EFFORTS]
    for tried, effort in enumerate(cp_sat.EFFORTS):
        monkeypatch.setattr(program, "EFFORTS", (*nothing[:tried], effort))
        problem = NearestProblem(learner_of(crossing()))
        assert deciding.best_rank(problem, Deadline(60)) == 1
    monkeypatch.setattr(program, "EFFORTS", nothing)
    with pytest.raises(Undecided):
        deciding.best_rank(NearestProblem(learner_of(crossing())), Deadline(60))


def test_ways_to_fix_that_were_found_in_time_are_kept(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """I4: they are the smallest, and more may be found."""
    units = [a_unit(n, credits=c) for n, c in enumerate((5, 3, 2), start=1)]
    by_credits = a_qualification(units, [a_rule(*units, minimum_credits=5)])
    learner = LearnerGrades(by_credits.pathways[0].compiled_rules, ())
    everything = smallest_fixes(learner, Deadline(60))
    assert everything == WaysToFix(found=((0,), (1, 2)))
    solve, numbers = Model.solve, set()
    for most in range(40):
        calls = count()

        def until(
            model: Model,
            deadline: Deadline,
            calls: Iterator[int] = calls,
            most: int = most,
        ) -> list[int] | None:
            if next(calls) >= most:
                raise Undecided
            return solve(model, deadline)

        monkeypatch.setattr(Model, "solve", until)
        ways = smallest_fixes(learner, Deadline(60))
        numbers.add(len(ways.found))
        assert ways.found == everything.found[: len(ways.found)]
        assert ways.are_all == (next(calls) <= most)
    assert {0, 1, len(everything.found)} <= numbers


@pytest.mark.parametrize(
    ("found", "said"),
    [
        (((0,),), "There may be further ways to fix it"),
        ((), "There may be ways to fix it"),
    ],
)
def test_it_is_said_beside_the_ways_to_fix_that_there_may_be_further_ones(
    monkeypatch: pytest.MonkeyPatch, found: tuple[tuple[int, ...], ...], said: str
) -> None:
    """I4: wherever an answer is shown."""
    ways = WaysToFix(found=found, are_all=False)
    monkeypatch.setattr(Decider, "ways_to_fix", lambda *_: ways)
    (pathway,) = assess(crossing(), {}, pathway="A").pathways
    assert not pathway.is_decided
    assert (pathway.ways_to_fix_note or "").startswith(said)
    (answer,) = cast("Any", shape(assess(crossing(), {}, pathway="A")))["pathways"]
    assert answer["ways_to_fix_note"] == pathway.ways_to_fix_note


def learner_of(qualification: Qualification) -> LearnerGrades:
    given = tuple((n, "P") for n in range(len(qualification.units)))
    return LearnerGrades(qualification.pathways[0].compiled_rules, given)


def test_a_catalogue_that_cannot_be_checked_in_time_says_so(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Section 11."""
    monkeypatch.setattr(faults, "improve", lambda *_: None)
    pathway = crossing().pathways[0]
    (fault,) = faults.check_pathway(pathway, seconds=-1)
    assert (fault.path, fault.message[:30]) == (
        "rules",
        "could not be checked in time: ",
    )
    assert faults.check_pathway(pathway) == []


def test_a_catalogue_is_read_on_a_busy_machine_that_decides_slowly(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Section 11: what a check has to load first may take longer than a decision."""
    allowed: list[float] = []

    def deadline(seconds: float) -> Deadline:
        allowed.append(seconds)
        return Deadline(seconds)

    monkeypatch.setattr(faults, "Deadline", deadline)
    pathway = crossing().pathways[0]
    assert faults.check_pathway(pathway, seconds=2) == []
    assert faults.check_grading([pathway], seconds=2) == []
    assert allowed == [20, 20]


def test_the_solver_agrees_with_what_is_decided_without_it() -> None:
    """M7."""
    qualification = crossing()
    learner = learner_of(qualification)
    assert deciding.best_rank(NearestProblem(learner), Deadline(2)) == 1
    assert assess(qualification, passed(qualification)).eligible


def test_a_choice_that_breaks_a_limit_is_not_believed() -> None:
    """Whatever the solver says is checked in plain integers."""
    learner = learner_of(crossing())
    everything = dict(enumerate(learner.rules.credits))
    with pytest.raises(AssertionError, match="breaks a limit"):
        nearest.check_choice(learner, Choice(credits=everything, picks={}))


def test_the_earliest_of_equals_is_found_whatever_the_order_of_search() -> None:
    """Section 11: one canonical choice."""
    model = Model()
    a, b, c = (model.variable(0, 1) for _ in range(3))
    model.add([(a, 1), (b, 1), (c, 1)], 1, 1)
    assert model.solve_in_order(Deadline(2), (b, a, c)) == [0, 1, 0]
    assert model.solve_in_order(Deadline(2), (c, a, b)) == [0, 0, 1]


def test_a_program_is_solved_the_same_again_and_again() -> None:
    learner = learner_of(crossing())

    def values() -> Iterator[list[int] | None]:
        for _ in range(3):
            yield Program(learner).satisfying().solve(Deadline(2))

    first, *others = values()
    assert others == [first, first]


def test_the_solver_is_imported_only_when_needed_and_never_its_modelling_layer() -> (
    None
):
    """It would load pandas, and take half a second of every start.

    The rules of the demo's catalogue are checked without it.
    """
    program = (
        "import sys, catalogue\n"
        "from pathlib import Path\n"
        "catalogue.load(Path('catalogue'))\n"
        "from catalogue.solver.cp_sat import Deadline, Model\n"
        "assert 'ortools' not in sys.modules\n"
        "model = Model()\n"
        "model.add([(model.variable(0, 3), 1)], 2, 2)\n"
        "assert model.solve(Deadline(5)) == [2]\n"
        "assert 'ortools' in sys.modules\n"
        "assert not {'pandas', 'numpy'} & {*sys.modules}\n"
    )
    subprocess.run(  # noqa: S603 - our own
        [sys.executable, "-c", program], check=True, timeout=60, cwd=ROOT
    )
