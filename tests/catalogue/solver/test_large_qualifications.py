"""Large qualifications are decided in time, and by a choice that is as good as it can be.

There is no trying every choice here. What is said to count is judged by section 11 as it
is read to the letter, and every choice next to it, and is to be the best of them.
"""

from collections.abc import Iterator
from random import Random

import pytest

from catalogue import PathwayAssessment, Qualification, assess
from tests.catalogue.solver.agreement import account
from tests.catalogue.solver.brute_force import Choice, Counted, Trial
from tests.catalogue.solver.large_files import draw_large_file, draw_large_grades
from tests.catalogue.solver.test_exactness import Case, read_case

QUICK = 3
FULL = 200
SHARES = (1.0, 0.67, 0.5)
PAIRS = 50
MOST_PICKS = 4


def large_case(seed: int) -> Case:
    case = read_case(draw_large_file(seed))
    assert case.named == set(), f"case {seed} can be met"
    return case


def require_best(seed: int) -> None:
    case = large_case(seed)
    for share in SHARES:
        grades = draw_large_grades(seed, case.document, share)
        for assessed in assess(case.qualification, grades).pathways:
            where = f"case {seed}, share {share}, pathway {assessed.code}"
            trial = Trial(assessed.pathway, grades)
            said = said_choice(assessed, trial)
            assert assessed.is_met == (
                not any(said.shortfalls) and said.grade is not None
            ), where
            assert assessed.overall_grade == (said.grade if assessed.is_met else None)
            for other in neighbours(trial, said, Random(seed)):  # noqa: S311 - a test
                assert other.vector >= said.vector, where
                if other.vector == said.vector:
                    assert trial.merit(other) <= trial.merit(said), where
            if share < 1:
                require_ways(case.qualification, assessed, grades, where)


def said_choice(assessed: PathwayAssessment, trial: Trial) -> Choice:
    """Find the choice that is told of, by what counts and how short the rules are."""
    told = account(assessed)
    counted = tuple(told["counts"].get(unit.reference) for unit in trial.units)
    for pick in trial.picks:
        ways = trial.ways_to_count(pick)
        if (
            all(some in way for some, way in zip(counted, ways, strict=True))
            and trial.is_allowed(counted, trial.limits(pick))
            and trial.shortfalls(pick, counted) == told["shortfalls"]
        ):
            return trial.choice(pick, counted)
    pytest.fail(f"there is no such choice: {told}")


def neighbours(trial: Trial, said: Choice, random: Random) -> Iterator[Choice]:
    """Change what one unit counts with, or two, or the lists that are picked."""
    others = random.sample(trial.picks, min(MOST_PICKS, len(trial.picks)))
    for pick in (said.pick, *others):
        ways = list(trial.ways_to_count(pick))
        limits = trial.limits(pick)
        pairs = [tuple(random.sample(range(len(ways)), 2)) for _ in range(PAIRS)]
        for places in [(), *((place,) for place in range(len(ways))), *pairs]:
            for counted in changed(said.counted, ways, places):
                if all(
                    some in way for some, way in zip(counted, ways, strict=True)
                ) and trial.is_allowed(counted, limits):
                    yield trial.choice(pick, counted)


def changed(
    counted: Counted, ways: list[list[int | None]], places: tuple[int, ...]
) -> Iterator[Counted]:
    if not places:
        yield counted
        return
    place, *others = places
    now = counted[place]
    for some in ways[place]:
        if some != now and (
            some in {None, ways[place][0]} or abs(some - (now or 0)) == 1
        ):
            new = (*counted[:place], some, *counted[place + 1 :])
            yield from changed(new, ways, tuple(others))


def require_ways(
    qualification: Qualification,
    assessed: PathwayAssessment,
    grades: dict[str, str],
    where: str,
) -> None:
    """Require every way to fix to meet the pathway, and no less of it to do so."""
    code = assessed.code
    units = {unit.reference: unit for unit in qualification.units}

    def meets(way: tuple[str, ...]) -> bool:
        lowest = {unit: units[unit].lowest for unit in way}
        return assess(qualification, {**grades, **lowest}, pathway=code).eligible

    ways = assessed.ways_to_fix
    assert len({frozenset(way) for way in ways}) == len(ways) <= 10, where
    assert not (assessed.is_met and ways), where
    order = [
        (
            len(way),
            sum(units[unit].credits for unit in way),
            [units[unit].number for unit in way],
        )
        for way in ways
    ]
    assert order == sorted(order), where
    for way in (*ways[:2], *ways[-1:]):
        assert meets(way), f"{where}: {way}"
        for unit in way:
            assert not meets(tuple(each for each in way if each != unit)), (
                f"{where}: {way} without {unit}"
            )


@pytest.mark.parametrize("seed", range(QUICK))
def test_a_large_qualification_is_judged_by_a_choice_that_none_near_it_beats(
    seed: int,
) -> None:
    """M7, M11, I4, section 11."""
    require_best(seed)


@pytest.mark.prove
@pytest.mark.parametrize("seed", range(QUICK, QUICK + FULL))
def test_two_hundred_large_qualifications_are_judged_by_a_choice_that_none_near_beats(
    seed: int,
) -> None:
    """M7, M11, I4, section 11."""
    require_best(seed)
