"""A catalogue is read as its files say, in the version that was in force."""

from copy import deepcopy
from datetime import date
from decimal import Decimal
from pathlib import Path

import pytest

from catalogue import QualificationNotInCatalogue, load
from tests.catalogue.reading.folders import (
    AWARD,
    FILES,
    QUALIFICATION,
    Change,
    Document,
    faults,
    put,
    spoilt,
    write,
)


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
    with pytest.raises(QualificationNotInCatalogue, match="has no Q-0000000002"):
        catalogue.qualification("Q-0000000002")
    with pytest.raises(
        QualificationNotInCatalogue, match="has no version 7 of Q-0000000001"
    ):
        catalogue.qualification("Q-0000000001", version=7)
    with pytest.raises(QualificationNotInCatalogue, match="has no Q-0000000002"):
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
