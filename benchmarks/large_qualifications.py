"""Checking and deciding a thousand large random qualifications, each once, cold.

The worst are named by their number: ``python -m benchmarks large_qualifications`` draws
the same again, and ``measure(number)`` one alone.
"""

import gc
import os
from collections.abc import Callable
from datetime import date
from functools import partial
from statistics import median
from time import perf_counter, process_time
from typing import Any

from catalogue import PathwayAssessment, Qualification, assess
from catalogue.reading.document import DocumentPart, Problems
from catalogue.reading.qualification_file import qualification
from tests.catalogue.solver.large_files import draw_large_file, draw_large_grades
from tests.catalogue.solver.random_files import DAYS
from tests.catalogue.solver.random_rules import Document

HOW_MANY = int(os.environ.get("LARGE_QUALIFICATIONS", "1000"))
SHARES = {"nearly all": 0.95, "two thirds": 0.67, "half": 0.5}
LIMITS = {"check": 0.050, "verdict": 0.050, "why not": 0.050, "ways to fix": 0.500}
UNDECIDED = "not-decided-in-time"

Seconds = dict[str, tuple[float, float]]
"""By question, how long it took, and how much of that the processor was at work."""


def run() -> None:
    measure(0)  # what is imported when it is first needed
    for every_key in (False, True):
        run_of(every_key=every_key)


def run_of(*, every_key: bool) -> None:
    """Measure with minima, bars and caps alone, pass or points; or with every key."""
    times: dict[str, list[tuple[float, float, int]]] = {}
    tallies = dict.fromkeys(("refused", "eligible", "not eligible", "undecided"), 0)
    gc.disable()
    for number in range(HOW_MANY):
        seconds, tally = measure(number, every_key=every_key)
        for what, each in seconds.items():
            times.setdefault(what, []).append((*each, number))
        for what in tally:
            tallies[what] += 1
        gc.collect()
    gc.enable()
    print("every key:" if every_key else "minima, bars and caps, pass or points:")
    print(", ".join(f"{count} {what}" for what, count in tallies.items()))
    for what, measured in times.items():
        show(what, measured)


def show(what: str, measured: list[tuple[float, float, int]]) -> None:
    limit = next(limit for name, limit in LIMITS.items() if what.startswith(name))
    walls, at_work = ([each[place] for each in measured] for place in (0, 1))
    worst = sorted(((each[1], each[2]) for each in measured), reverse=True)[:3]
    print(
        f"{what:25} by the clock: {spread(walls, limit)}; of the processor: "
        f"{spread(at_work, limit)}, "
        + ", ".join(f"{seconds * 1000:.0f} ms (number {n})" for seconds, n in worst)
    )


def spread(seconds: list[float], limit: float) -> str:
    ordered = sorted(seconds, reverse=True)
    over = sum(each > limit for each in seconds)
    return (
        f"median {median(seconds) * 1000:.1f} ms, 99 % within "
        f"{ordered[len(ordered) // 100] * 1000:.1f} ms, worst {ordered[0] * 1000:.1f} ms, "
        f"{over} of {len(seconds)} over {limit * 1000:.0f} ms"
    )


def measure(number: int, *, every_key: bool = True) -> tuple[Seconds, list[str]]:
    """Time one qualification: its check, and what three learners are told."""
    document = draw_large_file(number, every_key=every_key)
    seconds, tally = Seconds(), list[str]()
    built, problems = timed("check", seconds, partial(read, document))
    if problems.errors:
        return seconds, ["refused"]
    for name, share in SHARES.items():
        grades = draw_large_grades(number, document, share)
        code = built.pathways[0].code
        assessed = timed(
            f"verdict, {name}", seconds, partial(decide, built, grades, code)
        )
        timed(f"why not, {name}", seconds, partial(tell, assessed))
        undecided = any(reason.code == UNDECIDED for reason in assessed.reasons)
        tally.append(
            "undecided"
            if undecided
            else "eligible"
            if assessed.is_met
            else "not eligible"
        )
        if not assessed.is_met:
            timed(
                f"ways to fix, {name}",
                seconds,
                partial(getattr, assessed, "ways_to_fix"),
            )
    return seconds, tally


def decide(
    built: Qualification, grades: dict[str, str], code: str
) -> PathwayAssessment:
    """Decide whether the rules are met, and with which overall grade."""
    (assessed,) = assess(built, grades, pathway=code).pathways
    assert assessed.is_met == (assessed.overall_grade is not None)
    return assessed


def tell(assessed: PathwayAssessment) -> None:
    """Say why not, and how each unit stands."""
    assert assessed.reasons or assessed.is_met
    assert assessed.units


def read(document: Document) -> tuple[Qualification, Problems]:
    """Read and check a file, once its text is parsed."""
    problems = Problems(file="large.yaml")
    part = DocumentPart(dated(document), "", problems)
    return qualification(part), problems


def dated(document: Document) -> Document:
    """Put days in the place of their texts, as the parser does."""

    def day(value: object) -> object:
        if isinstance(value, dict):
            return {key: day(each) for key, each in value.items()}
        return (
            date.fromisoformat(value)
            if isinstance(value, str) and value in DAYS
            else value
        )

    return {key: day(value) for key, value in document.items()}


def timed(what: str, seconds: Seconds, work: Callable[[], Any]) -> Any:
    begun, at_work = perf_counter(), process_time()
    result = work()
    seconds[what] = perf_counter() - begun, process_time() - at_work
    return result
