"""What is wrong with grading by points is named by file and key, and what is right is told."""

from pathlib import Path

import pytest

from catalogue import load
from tests.catalogue.folders import AWARD, Change, Document, put, require_fault, spoilt


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
        (put("grading", "kind", to="stars"), "grading.kind", "pass or points"),
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
        (thresholds(("P", 0)), "grading.thresholds[0].points", "from 1"),
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
