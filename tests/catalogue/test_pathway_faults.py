"""What is wrong with a pathway and its rules is named by file and key."""

from pathlib import Path

import pytest

from tests.catalogue.folders import (
    AWARD,
    Change,
    Document,
    drop,
    only_fault,
    put,
    require_fault,
    rule,
)


@pytest.mark.parametrize(
    ("change", "key", "said"),
    [
        (put("pathways", 0, "colour", to=1), "pathways[0].colour", "not a key"),
        (put("pathways", to=[]), "pathways", "something in it"),
        (drop("pathways", 0, "rules"), "pathways[0].rules", "is missing"),
        (
            put("pathways", 0, "groups", to={"X": ["F/506/1934"]}),
            "pathways[0].groups.X",
            "no unit F/506/1934",
        ),
        (
            rule(groups=["A", "B"], minimum_credits=5, counts_at_most=4),
            "pathways[0].rules",
            "cannot all be met",
        ),
    ],
)
def test_a_fault_of_a_pathway_is_named_by_its_file_and_key(
    tmp_path: Path, change: Change, key: str, said: str
) -> None:
    """Section 11."""
    require_fault(tmp_path, AWARD, change, key, said)


@pytest.mark.parametrize(
    ("change", "key", "said"),
    [
        (rule(group="A", minimum=3), ".minimum", "not a key"),
        (rule(group="Z", all_units=True), ".group", "no group Z"),
        (rule(groups=["A", "Z"], counts_at_most=3), ".groups", "no group Z"),
        (rule(units=["F/506/1934"], all_units=True), ".units", "no unit F/506/1934"),
        (rule(all_units=True), "", "one of group, groups or units"),
        (rule(group="A", groups=["B"], all_units=True), "", "only one"),
        (rule(group="A"), "", "asks for nothing"),
        (rule(group="A", all_units="yes"), ".all_units", "true or false"),
        (
            rule(group="A", all_units=True, at_or_above_level=2),
            ".at_or_above_level",
            "there is none",
        ),
        (rule(group="A", at_most_one=True), ".at_most_one", "only one"),
        (
            rule(group="A", minimum_credits=5),
            ".minimum_credits",
            "is 5, but group A has no more than 4",
        ),
        (
            rule(groups=["A", "B"], minimum_units=2, at_or_above_level=3),
            ".minimum_units",
            "no more than 1 at level 3 or above",
        ),
    ],
)
def test_a_fault_of_a_rule_is_named_by_its_file_and_key(
    tmp_path: Path, change: Change, key: str, said: str
) -> None:
    """Section 11."""
    require_fault(tmp_path, AWARD, change, f"pathways[0].rules[0]{key}", said)


def test_two_pathways_have_two_codes(tmp_path: Path) -> None:
    def change(document: Document) -> None:
        document["pathways"] *= 2

    assert only_fault(tmp_path, AWARD, change).key == "pathways[1].code"
