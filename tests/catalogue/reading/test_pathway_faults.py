"""What is wrong with a pathway and its rules is named by file and key."""

from pathlib import Path

import pytest

from tests.catalogue.reading.folders import (
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


def nested(deep: int) -> list[list[Document]]:
    """Nest an ``any_of`` so deep in the first list of another."""
    inner: Document = (
        {"any_of": nested(deep - 1)} if deep > 1 else {"group": "A", "all_units": True}
    )
    return [[inner], [{"group": "B", "all_units": True}]]


@pytest.mark.parametrize(
    ("change", "key", "said"),
    [
        (rule(group="A", minimum=3), ".minimum", "not a key"),
        (rule(group="Z", all_units=True), ".group", "no group Z"),
        (rule(groups=["A", "Z"], counts_at_most=3), ".groups", "no group Z"),
        (rule(units=["F/506/1934"], all_units=True), ".units", "no unit F/506/1934"),
        (
            rule(all_units=True),
            "",
            "must have one of group, groups, units, any_of, requires",
        ),
        (rule(group="A", groups=["B"], all_units=True), "", "only one"),
        (rule(group="A"), "", "asks for nothing"),
        (rule(group="A", all_units="yes"), ".all_units", "true or false"),
        (
            rule(group="A", all_units=True, at_or_above_level=2),
            ".at_or_above_level",
            "there is none",
        ),
        (rule(group="A", at_most_one=True), ".at_most_one", "only one"),
        (rule(groups=["A", "B"], at_most_units=2), ".at_most_units", "limits nothing"),
        (rule(groups=["A", "B"], at_most_units=0), ".at_most_units", "from 1"),
        (
            rule(groups=["A", "B"], at_most_units=1, at_most_one=True),
            ".at_most_one",
            "says the same",
        ),
        (
            rule(group="A", all_units=True, at_least_grade="P"),
            ".at_least_grade",
            "there is none",
        ),
        (
            rule(group="A", minimum_units=1, at_least_grade="M"),
            ".minimum_units",
            "no more than 0 with grade M or better",
        ),
        (rule(group="A", all_units=True, counts="tried"), ".counts", "attempted"),
        (
            rule(group="A", all_units=True, counts_at_most=3, counts="attempted"),
            ".counts",
            "a rule of its own",
        ),
        (rule(any_of=[]), ".any_of", "something in it"),
        (rule(any_of=[[{"group": "A", "all_units": True}]]), ".any_of", "at least two"),
        (
            rule(any_of=[[{"group": "A", "all_units": True}], []]),
            ".any_of[1]",
            "something in it",
        ),
        (
            rule(any_of=[[{"group": "A", "all_units": True}], [{"group": "Z"}]]),
            ".any_of[1][0].group",
            "no group Z",
        ),
        (rule(any_of=nested(5)), ".any_of[0][0]" * 4 + ".any_of", "4 deep"),
        (
            rule(requires={"unit": "L/506/1788", "needs": "F/506/1934"}),
            ".requires.needs",
            "no unit F/506/1934",
        ),
        (
            rule(requires={"unit": "L/506/1788", "needs": "L/506/1788"}),
            ".requires.needs",
            "itself",
        ),
        (rule(requires={"unit": "L/506/1788"}), ".requires.needs", "is missing"),
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
