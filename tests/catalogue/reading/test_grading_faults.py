"""What is wrong with grading by points is named by file and key, and what is right is told."""

from pathlib import Path

import pytest

from catalogue import load
from tests.catalogue.reading.folders import (
    AWARD,
    Change,
    Document,
    faults,
    put,
    require_fault,
    spoilt,
)


def points(**keys: object) -> Change:
    """Make a change to grading by points; None leaves a key out."""
    known = {
        "kind": "points",
        "points_per_credit": {"P": 7},
        "thresholds": [{"grade": "P", "points": 63}],
    }
    said = {key: value for key, value in (known | keys).items() if value is not None}
    return put("grading", to=said)


def by_points(change: Change) -> Change:
    def both(document: Document) -> None:
        points()(document)
        change(document)

    return both


def thresholds(*ascending: tuple[str, int]) -> Change:
    return points(thresholds=[{"grade": g, "points": p} for g, p in ascending])


@pytest.mark.parametrize(
    ("change", "key", "said"),
    [
        (put("grading", "kind", to="stars"), "grading.kind", "pass or points or grid"),
        (points(thresholds=None), "grading.thresholds", "is missing"),
        (points(points_per_credit=None), "grading", "have one of"),
        (points(points_per_60_glh={"P": 6}), "grading", "only one"),
        (
            points(points_per_credit={"P": -1}),
            "grading.points_per_credit.P",
            "whole number from 0",
        ),
        (
            by_points(put("units", 0, "grades", to=["P", "M"])),
            "units[0].grades",
            "has M, for which grading.points_per_credit gives no points",
        ),
        (
            points(points_per_credit={"P": 7, "U": 1}),
            "units[1].achieving",
            "leaves out U",
        ),
        (
            thresholds(("P", 7), ("M", 7)),
            "grading.thresholds[1].points",
            "lowest first",
        ),
        (
            thresholds(("P", 7), ("P", 8)),
            "grading.thresholds[1].grade",
            "another threshold's",
        ),
        (thresholds(("P", -1)), "grading.thresholds[0].points", "from 0"),
        (points(best={"credits": 0}), "grading.best.credits", "from 1"),
        (points(best={}), "grading.best.credits", "is missing"),
        (
            by_points(put("units", 1, "grades", to=["U", "P", "M"])),
            "units[1].grades",
            "has M",
        ),
        (
            lambda document: (
                points(points_per_credit={"P": 7, "M": 6})(document),
                put("units", 1, "grades", to=["U", "P", "M"])(document),
            )[0],
            "units[1].grades",
            "gives a better grade fewer points",
        ),
        (
            thresholds(("P", 64)),
            "grading.thresholds[0].points",
            "come to 63 points on one pathway",
        ),
        (
            thresholds(("P", 63), ("M", 64)),
            "grading.thresholds[1].points",
            "come to 63 points.",
        ),
        (points(colour="red"), "grading.colour", "not a key"),
    ],
)
def test_a_fault_of_grading_is_named_by_its_file_and_key(
    tmp_path: Path, change: Change, key: str, said: str
) -> None:
    """Section 11."""
    require_fault(tmp_path, AWARD, change, key, said)


def test_grading_by_points_is_read_and_told_in_sentences(tmp_path: Path) -> None:
    """Section 11."""
    change = thresholds(("P", 60), ("M", 63))
    award = load(spoilt(tmp_path, AWARD, change)).qualification("Q-0000000001")
    assert (award.grading.kind, award.grading.points) == ("points", {"P": 7})
    assert award.pathways[0].sentences[-2:] == (
        "Points for each credit: 7 for P.",
        "Overall grade: at least 60 points for P and 63 points for M.",
    )


GRID: Document = {
    "kind": "grid",
    "of": [
        {"title": "Core", "units": ["L/506/1788"]},
        {"title": "Specialism", "units": ["T/506/1798"]},
    ],
    "grades": ["Pass"],
    "table": {"P": {"P": "Pass"}},
}


def grid(**keys: object) -> Change:
    """Make a change to grading by a table; None leaves a key out."""
    said = {key: value for key, value in (GRID | keys).items() if value is not None}
    return put("grading", to=said)


@pytest.mark.parametrize(
    ("change", "key", "said"),
    [
        (grid(of=None), "grading.of", "is missing"),
        (grid(of=GRID["of"][:1], table={"P": "Pass"}), "grading.of", "at least two"),
        (
            grid(of=[{"title": "Core", "units": ["F/506/1934"]}, GRID["of"][1]]),
            "grading.of[0].units",
            "no unit F/506/1934",
        ),
        (grid(table={"P": {"M": "Pass"}}), "grading.table.P.M", "no grade"),
        (grid(table={"P": {"P": "Merit"}}), "grading.table", "gives Merit"),
        (grid(grades=["Pass", "Merit"]), "grading.grades", "never gives"),
        (grid(table={"P": "Pass"}), "grading.table.P", "give its keys"),
        (grid(colour="red"), "grading.colour", "not a key"),
    ],
)
def test_a_fault_of_a_grid_is_named_by_its_file_and_key(
    tmp_path: Path, change: Change, key: str, said: str
) -> None:
    """Section 11."""
    problems = faults(spoilt(tmp_path, AWARD, change))
    assert any(
        problem.key == key and said in problem.message for problem in problems
    ), problems


def test_grading_by_a_grid_is_read_and_told_in_sentences(tmp_path: Path) -> None:
    """Section 11."""
    award = load(spoilt(tmp_path, AWARD, grid())).qualification("Q-0000000001")
    assert award.grading.table == {("P", "P"): "Pass"}
    assert award.grading.ascending == ("Pass",)
    assert award.pathways[0].sentences[-2:] == (
        "Overall grade: by the grades of Core (L/506/1788) and Specialism (T/506/1798).",
        "Pass: P and P.",
    )


def test_the_best_credits_are_read_and_told_in_a_sentence(tmp_path: Path) -> None:
    """Section 11."""
    change = points(
        best={"credits": 5, "at_or_above_level": 3},
        thresholds=[{"grade": "Pass", "points": 0}],
    )
    award = load(spoilt(tmp_path, AWARD, change)).qualification("Q-0000000001")
    assert award.pathways[0].sentences[-3:] == (
        "Points for each credit: 7 for P.",
        "Points from the best 5 credits at level 3 or above only.",
        "Overall grade: at least 0 points for Pass.",
    )
