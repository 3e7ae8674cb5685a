"""A catalogue is whole and right, or every fault is named by file and key."""

from copy import deepcopy
from datetime import date
from decimal import Decimal
from pathlib import Path

import pytest

from catalogue import InvalidCatalogue, UnknownQualification, load
from catalogue.catalogue import CatalogueProblem
from tests.catalogue.folders import (
    FILES,
    QUALIFICATION,
    Change,
    Document,
    drop,
    put,
    rule,
    spoilt,
    write,
)

AWARD = "qualifications/award.yaml"
FRAMEWORK = "apprenticeships/award.yaml"
CENTRE = "centres/riverside.yaml"


def faults(folder: Path) -> tuple[CatalogueProblem, ...]:
    with pytest.raises(InvalidCatalogue) as refused:
        load(folder)
    return refused.value.problems


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


def version(number: int, day: str) -> Document:
    document = deepcopy(QUALIFICATION)
    document["version"], document["from"] = number, day
    return document


def test_a_right_catalogue_loads_as_its_files_say(tmp_path: Path) -> None:
    catalogue = load(write(tmp_path, FILES))
    award = catalogue.qualification("Q-0000000001")
    first, second = award.units
    assert (award.title, award.price) == ("Level 2 Award", Decimal("98.00"))
    assert (award.from_, award.registration.closes) == (
        date(2020, 9, 1),
        date(2035, 8, 31),
    )
    assert (first.grades, first.achieving, first.is_internal) == (("P",), ("P",), True)
    assert (second.grades, second.achieving) == (("U", "P"), ("P",))
    assert (second.delivery, second.minutes) == (("Onscreen", "Paper"), 60)
    assert (award.internal_units, award.testable_units) == ((first,), (second,))
    assert (
        catalogue.product("Q-0000000009") is catalogue.apprenticeships["Q-0000000009"]
    )
    assert [centre.number for centre in catalogue.centres] == ["48213"]
    assert catalogue.warnings == ()


def test_what_is_not_in_the_catalogue_is_said_to_be_unknown(tmp_path: Path) -> None:
    catalogue = load(write(tmp_path, FILES))
    with pytest.raises(UnknownQualification, match="has no Q-0000000002"):
        catalogue.qualification("Q-0000000002")
    with pytest.raises(UnknownQualification, match="has no version 7 of Q-0000000001"):
        catalogue.qualification("Q-0000000001", version=7)
    with pytest.raises(UnknownQualification, match="has no Q-0000000002"):
        catalogue.product("Q-0000000002")
    with pytest.raises(KeyError):
        catalogue.qualification("Q-0000000001").unit("F/506/1934")


def test_the_version_in_force_when_the_learner_was_registered_applies(
    tmp_path: Path,
) -> None:
    """Section 11."""
    files = {
        "qualifications/new.yaml": version(2, "2035-08-31"),
        "qualifications/old.yaml": version(1, "2020-09-01"),
    }
    catalogue = load(write(tmp_path, files))

    def in_force(day: date) -> int:
        return catalogue.qualification("Q-0000000001", on=day).version

    assert in_force(date(2035, 8, 31)) == 2
    assert in_force(date(2035, 8, 30)) == 1
    assert in_force(date(2019, 1, 1)) == 1
    assert catalogue.qualification("Q-0000000001").version == 2
    assert catalogue.qualification("Q-0000000001", version=1).version == 1
    assert [each.version for each in catalogue.versions("Q-0000000001")] == [1, 2]


@pytest.mark.parametrize(
    ("numbers", "days", "key"),
    [
        ((1, 2), ("2020-09-01", "2020-09-01"), "from"),
        ((1, 2), ("2035-08-31", "2020-09-01"), "from"),
        ((1, 1), ("2020-09-01", "2035-08-31"), "version"),
    ],
)
def test_versions_of_a_qualification_rise_together_with_their_first_days(
    tmp_path: Path, numbers: tuple[int, int], days: tuple[str, str], key: str
) -> None:
    """Section 11."""
    files = {
        f"qualifications/{name}.yaml": version(number, day)
        for name, number, day in zip("ab", numbers, days, strict=True)
    }
    assert [(p.file, p.key) for p in faults(write(tmp_path, files))] == [
        ("qualifications/b.yaml", key)
    ]


@pytest.mark.parametrize(
    ("name", "change", "key", "said"),
    [
        (AWARD, put("colour", to="red"), "colour", "not a key that is known here"),
        (AWARD, put("units", 0, "colour", to="red"), "units[0].colour", "not a key"),
        (AWARD, put("pathways", 0, "colour", to=1), "pathways[0].colour", "not a key"),
        (
            AWARD,
            rule(group="A", minimum=3),
            "pathways[0].rules[0].minimum",
            "not a key",
        ),
        (AWARD, drop("title"), "title", "is missing"),
        (AWARD, put("title", to=""), "title", "give a text"),
        (AWARD, put("title", to=7), "title", "in quotes"),
        (AWARD, put("reference", to="Q-1"), "reference", "Q- and ten digits"),
        (AWARD, put("version", to=0), "version", "whole number from 1"),
        (AWARD, put("level", to=9), "level", "0 (entry level) to 8"),
        (AWARD, put("level", to=True), "level", "whole number"),
        (AWARD, put("price", to=98.5), "price", "in quotes"),
        (AWARD, put("price", to="98"), "price", "pounds and pence"),
        (AWARD, drop("price"), "price", "is missing"),
        (AWARD, put("number", to="60/3450/1"), "number", "such as 601/3450/1"),
        (AWARD, drop("number"), "number", "is missing"),
        (AWARD, put("from", to="soon"), "from", "a date such as"),
        (
            AWARD,
            put("certification_ends", to="2020-09-01"),
            "certification_ends",
            "before",
        ),
        (
            AWARD,
            put("registration", "closes", to="2019-01-01"),
            "registration.closes",
            "before",
        ),
        (AWARD, put("registration", to="always"), "registration", "give its keys"),
        (AWARD, put("grading", "kind", to="stars"), "grading.kind", "pass or points"),
        (AWARD, points(thresholds=None), "grading.thresholds", "is missing"),
        (AWARD, points(points_per_credit=None), "grading", "have one of"),
        (AWARD, points(points_per_60_glh={"P": 6}), "grading", "only one"),
        (
            AWARD,
            points(points_per_credit={"P": -1}),
            "grading.points_per_credit.P",
            "whole number from 0",
        ),
        (
            AWARD,
            by_points(put("units", 0, "grades", to=["P", "M"])),
            "units[0].grades",
            "has M, for which grading.points_per_credit gives no points",
        ),
        (
            AWARD,
            points(points_per_credit={"P": 7, "U": 1}),
            "units[1].achieving",
            "leaves out U",
        ),
        (
            AWARD,
            thresholds(("P", 7), ("M", 7)),
            "grading.thresholds[1].points",
            "lowest first",
        ),
        (
            AWARD,
            thresholds(("P", 7), ("P", 8)),
            "grading.thresholds[1].grade",
            "another threshold's",
        ),
        (AWARD, thresholds(("P", 0)), "grading.thresholds[0].points", "from 1"),
        (
            AWARD,
            thresholds(("P", 64)),
            "grading.thresholds[0].points",
            "come to 63 points on one pathway",
        ),
        (
            AWARD,
            thresholds(("P", 63), ("M", 64)),
            "grading.thresholds[1].points",
            "come to 63 points.",
        ),
        (AWARD, points(colour="red"), "grading.colour", "not a key"),
        (AWARD, put("units", to=[]), "units", "something in it"),
        (AWARD, put("units", 0, to="one"), "units[0]", "give its keys"),
        (
            AWARD,
            put("units", 0, "reference", to="506/1788"),
            "units[0].reference",
            "such as L/506",
        ),
        (
            AWARD,
            put("units", 1, "reference", to="L/506/1788"),
            "units[1].reference",
            "unit 1's too",
        ),
        (AWARD, put("units", 1, "number", to=1), "units[1].number", "L/506/1788 too"),
        (
            AWARD,
            put("units", 0, "credits", to=-1),
            "units[0].credits",
            "whole number from 0",
        ),
        (
            AWARD,
            put("units", 0, "grades", to=["U"]),
            "units[0].grades",
            "no grade that achieves",
        ),
        (AWARD, put("units", 0, "grades", to="P"), "units[0].grades", "list of texts"),
        (AWARD, put("units", 0, "grades", to=["P", "P"]), "units[0].grades", "P twice"),
        (
            AWARD,
            put("units", 0, "achieving", to=["M"]),
            "units[0].achieving",
            "not one of",
        ),
        (
            AWARD,
            put("units", 0, "assessment", to="oral"),
            "units[0].assessment",
            "internal or test",
        ),
        (
            AWARD,
            put("units", 0, "minutes", to=60),
            "units[0].minutes",
            "assessed by test",
        ),
        (AWARD, drop("units", 1, "delivery"), "units[1].delivery", "is missing"),
        (
            AWARD,
            put("units", 1, "delivery", to=["Post"]),
            "units[1].delivery",
            "Onscreen or Paper",
        ),
        (AWARD, put("pathways", to=[]), "pathways", "something in it"),
        (AWARD, drop("pathways", 0, "rules"), "pathways[0].rules", "is missing"),
        (
            AWARD,
            put("pathways", 0, "groups", to={"X": ["F/506/1934"]}),
            "pathways[0].groups.X",
            "no unit F/506/1934",
        ),
        (
            AWARD,
            rule(group="Z", all_units=True),
            "pathways[0].rules[0].group",
            "no group Z",
        ),
        (
            AWARD,
            rule(groups=["A", "Z"], counts_at_most=3),
            "pathways[0].rules[0].groups",
            "no group Z",
        ),
        (
            AWARD,
            rule(units=["F/506/1934"], all_units=True),
            "pathways[0].rules[0].units",
            "no unit F/506/1934",
        ),
        (
            AWARD,
            rule(all_units=True),
            "pathways[0].rules[0]",
            "one of group, groups or units",
        ),
        (
            AWARD,
            rule(group="A", groups=["B"], all_units=True),
            "pathways[0].rules[0]",
            "only one",
        ),
        (AWARD, rule(group="A"), "pathways[0].rules[0]", "asks for nothing"),
        (
            AWARD,
            rule(group="A", all_units="yes"),
            "pathways[0].rules[0].all_units",
            "true or false",
        ),
        (
            AWARD,
            rule(group="A", all_units=True, at_or_above_level=2),
            "pathways[0].rules[0].at_or_above_level",
            "there is none",
        ),
        (
            AWARD,
            rule(group="A", at_most_one=True),
            "pathways[0].rules[0].at_most_one",
            "only one",
        ),
        (
            AWARD,
            rule(group="A", minimum_credits=5),
            "pathways[0].rules[0].minimum_credits",
            "is 5, but group A has no more than 4",
        ),
        (
            AWARD,
            rule(groups=["A", "B"], minimum_units=2, at_or_above_level=3),
            "pathways[0].rules[0].minimum_units",
            "no more than 1 at level 3 or above",
        ),
        (
            AWARD,
            rule(groups=["A", "B"], minimum_credits=5, counts_at_most=4),
            "pathways[0].rules",
            "cannot all be met",
        ),
        (
            FRAMEWORK,
            put("reference", to="Q-0000000001"),
            "reference",
            "another product's",
        ),
        (FRAMEWORK, put("colour", to="red"), "colour", "not a key"),
        (
            FRAMEWORK,
            put("qualifications", to=["Q-0000000001", "Q-0000000002"]),
            "qualifications[1]",
            "Q-0000000002 is no qualification",
        ),
        (FRAMEWORK, drop("qualifications"), "qualifications", "is missing"),
        (CENTRE, put("number", to="4821"), "number", "five digits"),
        (CENTRE, put("number", to=48213), "number", "in quotes"),
        (CENTRE, put("colour", to="red"), "colour", "not a key"),
        (CENTRE, put("approvals", to=["Q-0000000002"]), "approvals[0]", "no product"),
    ],
)
def test_a_fault_is_named_by_its_file_and_key(
    tmp_path: Path, name: str, change: Change, key: str, said: str
) -> None:
    """Section 11."""
    found = [
        problem
        for problem in faults(spoilt(tmp_path, name, change))
        if problem.file == name
    ]
    assert [problem.key for problem in found] == [key]
    assert said in found[0].message
    assert str(found[0]).startswith(f"{name}: {key}: ")


def test_every_fault_is_named_not_the_first_alone(tmp_path: Path) -> None:
    files = deepcopy(FILES)
    del files[AWARD]["title"]
    files[AWARD]["units"][0]["credits"] = "many"
    files[CENTRE]["number"] = "1"
    assert {(p.file, p.key) for p in faults(write(tmp_path, files))} >= {
        (AWARD, "title"),
        (AWARD, "units[0].credits"),
        (CENTRE, "number"),
    }


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("title: [", "is not YAML"),
        ("title: a\ntitle: b\n", "title is given twice"),
        ("? [a, b]\n: c\n", "is not YAML"),
        ("- one\n- two\n", "keys and values"),
        ("", "keys and values"),
    ],
)
def test_a_file_that_is_no_mapping_is_named(
    tmp_path: Path, text: str, said: str
) -> None:
    write(tmp_path, FILES)
    (tmp_path / "qualifications" / "odd.yml").write_text(text)
    (problem,) = faults(tmp_path)
    assert problem.file == "qualifications/odd.yml"
    assert said in problem.message
    assert str(problem).startswith("qualifications/odd.yml: ")


def test_a_file_that_cannot_be_read_is_named(tmp_path: Path) -> None:
    write(tmp_path, FILES)
    (tmp_path / "qualifications" / "folder.yaml").mkdir()
    (problem,) = faults(tmp_path)
    assert "cannot be read" in problem.message


def test_a_file_where_nothing_would_read_it_is_named(tmp_path: Path) -> None:
    write(tmp_path, FILES)
    (tmp_path / "award.yaml").write_text("title: lost\n")
    (problem,) = faults(tmp_path)
    assert (problem.file, "belongs in one of the folders" in problem.message) == (
        "award.yaml",
        True,
    )


def test_a_folder_that_is_not_there_or_empty_is_named(tmp_path: Path) -> None:
    assert "is not a folder" in faults(tmp_path / "nowhere")[0].message
    assert "no file of a qualification" in faults(tmp_path)[0].message


def test_other_files_are_left_alone(tmp_path: Path) -> None:
    write(tmp_path, FILES)
    (tmp_path / "qualifications" / "README.md").write_text("# How to")
    assert load(tmp_path).warnings == ()


def test_two_pathways_have_two_codes(tmp_path: Path) -> None:
    def change(document: Document) -> None:
        document["pathways"] *= 2

    (problem,) = [p for p in faults(spoilt(tmp_path, AWARD, change)) if p.file == AWARD]
    assert problem.key == "pathways[1].code"


def test_two_centres_have_two_numbers(tmp_path: Path) -> None:
    files = {**FILES, "centres/other.yaml": FILES[CENTRE]}
    (problem,) = faults(write(tmp_path, files))
    assert (problem.file, problem.key) == (CENTRE, "number")


def test_grading_by_points_is_read_and_told_in_sentences(tmp_path: Path) -> None:
    """Section 11."""
    change = thresholds(("P", 60), ("M", 63))
    award = load(spoilt(tmp_path, AWARD, change)).qualification("Q-0000000001")
    assert (award.grading.kind, award.grading.points) == ("points", {"P": 7})
    assert award.pathways[0].sentences[-2:] == (
        "Points for each credit: 7 for P.",
        "Overall grade: at least 60 points for P and 63 points for M.",
    )


@pytest.mark.parametrize(
    ("change", "key", "said"),
    [
        (put("number", to="600/8792/X"), "number", "should end in"),
        (
            put("units", 0, "reference", to="A/506/1788"),
            "units[0].reference",
            "begin with L",
        ),
    ],
)
def test_a_check_character_that_does_not_match_is_a_warning_only(
    tmp_path: Path, change: Change, key: str, said: str
) -> None:
    """Section 3."""
    (warning,) = load(spoilt(tmp_path, AWARD, change)).warnings
    assert (warning.file, warning.key, warning.severity) == (AWARD, key, "warning")
    assert said in warning.message


def test_a_pathway_may_group_the_units_in_its_own_way(tmp_path: Path) -> None:
    """Section 11."""

    def change(document: Document) -> None:
        document["pathways"][0] |= {
            "groups": {"X": ["L/506/1788", "T/506/1798"]},
            "rules": [
                {"group": "X", "minimum_units": 2},
                {"group": "B", "minimum_units": 1},
            ],
        }

    pathway = (
        load(spoilt(tmp_path, AWARD, change)).qualification("Q-0000000001").pathways[0]
    )
    assert [[unit.number for unit in rule.covers] for rule in pathway.rules] == [
        [1, 2],
        [2],
    ]
