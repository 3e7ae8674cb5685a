"""Deciding eligibility and finding ways to fix: sixty units, and one whose cap binds."""

import gc
from collections.abc import Callable
from datetime import date
from decimal import Decimal
from functools import partial
from pathlib import Path
from random import Random
from statistics import median
from time import perf_counter
from typing import Any

from catalogue import (
    Pathway,
    Qualification,
    Reason,
    Rule,
    Unit,
    Window,
    assess,
    load,
)
from catalogue.grading import PASS_ONLY, Basis, Grading, Threshold

CATALOGUE = Path(__file__).parents[1] / "catalogue"
LEARNERS = 10_000
TOLD = 500
FIXED = 200
RUNS = 5
GROUPS = "ABCDEF"
POINTS = Grading(
    kind="points",
    basis=Basis.PER_CREDIT,
    points={"P": 7, "M": 8, "D": 9},
    thresholds=tuple(
        Threshold(grade=grade, points=points)
        for grade, points in (("P", 770), ("M", 840), ("D", 910), ("D*", 980))
    ),
)


def sixty_units(grading: Grading = PASS_ONLY) -> Qualification:
    """Make six groups of ten units, with caps, levels and barred pairs."""
    random = Random(60)  # noqa: S311 - a benchmark
    units = [
        Unit(
            number=number + 1,
            reference=f"U/{number:03}/0000",
            title=f"Unit {number + 1}",
            group=GROUPS[number // 10],
            level=random.choice((2, 2, 3, 3, 4)),
            credits=random.randint(1, 6),
            glh=random.randint(5, 40),
            grades=("U", *grading.points) if grading.points else ("U", "P"),
            achieving=tuple(grading.points) or ("P",),
        )
        for number in range(60)
    ]

    def rule(*groups: str, **values: Any) -> Rule:
        covers = tuple(unit for unit in units if unit.group in groups)
        return Rule(covers=covers, groups=groups, **values)

    def barred(*numbers: int) -> Rule:
        covers = tuple(units[number] for number in numbers)
        return Rule(
            covers=covers,
            units=tuple(unit.reference for unit in covers),
            at_most_units=1,
        )

    rules = (
        Rule(
            covers=tuple(units[:5]),
            units=tuple(u.reference for u in units[:5]),
            all_units=True,
        ),
        rule("B", minimum_credits=18),
        rule("C", minimum_units=4),
        rule("D", counts_at_most=12),
        rule("E", counts_at_most=9),
        rule("F", minimum_glh=60),
        rule("B", "C", minimum_credits=40),
        rule(*GROUPS, minimum_credits=110),
        rule(*GROUPS, minimum_credits=55, at_or_above_level=3),
        *(barred(n, n + 1) for n in (10, 15, 22, 31, 35, 41, 45, 52)),
    )
    return Qualification(
        reference="Q-0000000060",
        version=1,
        from_=date(2020, 1, 1),
        number="600/0000/0",
        title="Sixty units",
        suite="Benchmarks",
        subject_area="Benchmarks",
        level=3,
        price=Decimal("1.00"),
        registration=Window(opens=date(2020, 1, 1), closes=date(2040, 1, 1)),
        certification_ends=date(2045, 1, 1),
        grading=grading,
        units=tuple(units),
        pathways=(
            Pathway(
                code="MAIN",
                title="Main",
                rules=rules,
                units=tuple(units),
                grading=grading,
            ),
        ),
    )


def learners(
    qualification: Qualification, grades: str = "PPPPPPPPPU"
) -> list[dict[str, str]]:
    """Draw grades: a learner has some part of the units, a few of them failed."""
    random = Random(1)  # noqa: S311 - a benchmark
    drawn = []
    for _ in range(LEARNERS):
        share = random.uniform(0.3, 1.0)
        drawn.append(
            {
                unit.reference: random.choice(grades)
                for unit in qualification.units
                if random.random() < share
            }
        )
    return drawn


def team_leading() -> Qualification:
    """Take the demo's Team Leading, of whose group C no more than 6 credits count."""
    return load(CATALOGUE).qualification("Q-0005001227")


def capped_learners(qualification: Qualification) -> list[dict[str, str]]:
    """Draw learners who have more of group C than may count."""
    random = Random(2)  # noqa: S311 - a benchmark
    optional = [unit for unit in qualification.units if unit.group == "C"]
    others = [unit for unit in qualification.units if unit.group != "C"]
    drawn = []
    for _ in range(LEARNERS):
        share = random.uniform(0.4, 1.0)
        some = [unit for unit in others if random.random() < share]
        more = random.sample(optional, random.randint(3, len(optional)))
        drawn.append({unit.reference: "P" for unit in (*some, *more)})
    return drawn


def floor(qualification: Qualification, grades: list[dict[str, str]]) -> None:
    """Sum the credits achieved by group, and no more."""
    units = {unit.reference: unit for unit in qualification.units}
    for each in grades:
        sums = dict.fromkeys(GROUPS, 0)
        for reference, grade in each.items():
            if grade != "U":
                unit = units[reference]
                sums[unit.group] += unit.credits


def once(work: Callable[[], object]) -> float:
    """Time the work."""
    begun = perf_counter()
    work()
    return perf_counter() - begun


def seconds(work: Callable[[], object]) -> float:
    """Time the work: the median of several runs."""
    return median(once(work) for _ in range(RUNS))


def run() -> None:
    print("sixty units, pass or not:")
    measure(sixty_units, learners(sixty_units()))
    print("sixty units, by points:")
    measure(partial(sixty_units, POINTS), learners(sixty_units(POINTS), "PPPMMMDDDU"))
    print("Team Leading, its cap binding:")
    measure(team_leading, capped_learners(team_leading()))


def measure(make: Callable[[], Qualification], grades: list[dict[str, str]]) -> None:
    """Time what many learners are told; cold is each of them for the first time."""
    qualification = make()

    def decide() -> list[bool]:
        return [assess(qualification, each).eligible for each in grades]

    def tell() -> list[tuple[Reason, ...]]:
        return [
            assess(qualification, each).pathways[0].reasons for each in grades[:TOLD]
        ]

    a_learner = seconds(lambda: floor(qualification, grades)) / LEARNERS
    times = {
        "eligible or not, cold": once(decide) / LEARNERS,
        "eligible or not, warm": seconds(decide) / LEARNERS,
        f"why not, of {TOLD}": once(tell) / TOLD,
    }
    print(f"{LEARNERS} learners, {sum(decide())} of them eligible")
    print(f"{'floor: credits summed by group':36}{1 / a_learner:12,.0f} learners/s")
    for what, time in times.items():
        print(f"{what:36}{1 / time:12,.0f} learners/s, {time / a_learner:.1f} x floor")
    fix(make(), grades)


def fix(qualification: Qualification, grades: list[dict[str, str]]) -> None:
    """Time the ways to fix of some who are not eligible, and of one with nothing yet."""
    times = []
    gc.disable()  # as timeit does: what is collected is the benchmark's own learners
    for each in [{}, *grades]:
        pathway = assess(qualification, each).pathways[0]
        if not pathway.is_met:
            begun = perf_counter()
            fixes = pathway.ways_to_fix
            times.append(perf_counter() - begun)
            assert fixes
        if len(times) == FIXED:
            break
    gc.enable()
    print(
        f"ways to fix, {len(times)} ineligible      "
        f"median {median(times) * 1000:.1f} ms, "
        f"95 % within {sorted(times)[len(times) * 95 // 100] * 1000:.1f} ms, "
        f"worst {max(times) * 1000:.1f} ms, "
        f"nothing achieved {times[0] * 1000:.1f} ms"
    )
