"""What is wrong with a qualification and its units is named by file and key."""

from pathlib import Path

import pytest

from catalogue import load
from tests.catalogue.reading.folders import (
    AWARD,
    Change,
    drop,
    put,
    require_fault,
    spoilt,
)


@pytest.mark.parametrize(
    ("change", "key", "said"),
    [
        (put("colour", to="red"), "colour", "not a key that is known here"),
        (drop("title"), "title", "is missing"),
        (put("title", to=""), "title", "give a text"),
        (put("title", to=7), "title", "in quotes"),
        (put("reference", to="Q-1"), "reference", "Q- and ten digits"),
        (put("version", to=0), "version", "whole number from 1"),
        (put("level", to=9), "level", "0 (entry level) to 8"),
        (put("level", to=True), "level", "whole number"),
        (put("price", to=98.5), "price", "in quotes"),
        (put("price", to="98"), "price", "pounds and pence"),
        (drop("price"), "price", "is missing"),
        (put("number", to="60/3450/1"), "number", "such as 601/3450/1"),
        (drop("number"), "number", "is missing"),
        (put("from", to="soon"), "from", "a date such as"),
        (put("certification_ends", to="2020-09-01"), "certification_ends", "before"),
        (
            put("registration", "closes", to="2019-01-01"),
            "registration.closes",
            "before",
        ),
        (put("registration", to="always"), "registration", "give its keys"),
    ],
)
def test_a_fault_of_a_qualification_is_named_by_its_file_and_key(
    tmp_path: Path, change: Change, key: str, said: str
) -> None:
    """Section 11."""
    require_fault(tmp_path, AWARD, change, key, said)


@pytest.mark.parametrize(
    "change",
    [
        put("level", to=0),
        put("level", to=8),
        put("registration", "closes", to="2020-09-01"),
        put("certification_ends", to="2035-08-31"),
    ],
)
def test_a_qualification_may_go_as_far_as_its_limits(
    tmp_path: Path, change: Change
) -> None:
    """Section 11: levels 0 to 8; one day to register; an end as registration closes."""
    load(spoilt(tmp_path, AWARD, change))


@pytest.mark.parametrize(
    ("change", "key", "said"),
    [
        (put("units", 0, "colour", to="red"), "units[0].colour", "not a key"),
        (put("units", to=[]), "units", "something in it"),
        (put("units", 0, to="one"), "units[0]", "give its keys"),
        (
            put("units", 0, "reference", to="506/1788"),
            "units[0].reference",
            "such as L/506",
        ),
        (
            put("units", 1, "reference", to="L/506/1788"),
            "units[1].reference",
            "unit 1's too",
        ),
        (put("units", 1, "number", to=1), "units[1].number", "L/506/1788 too"),
        (put("units", 0, "credits", to=-1), "units[0].credits", "whole number from 0"),
        (
            put("units", 0, "grades", to=["U"]),
            "units[0].grades",
            "no grade that achieves",
        ),
        (put("units", 0, "grades", to="P"), "units[0].grades", "list of texts"),
        (put("units", 0, "grades", to=["P", "P"]), "units[0].grades", "P twice"),
        (put("units", 0, "achieving", to=["M"]), "units[0].achieving", "not one of"),
        (
            put("units", 0, "grades", to=["P", "U"]),
            "units[0].grades",
            "has P achieve the unit but not U, which is better",
        ),
        (
            put("units", 0, "assessment", to="oral"),
            "units[0].assessment",
            "internal or test",
        ),
        (put("units", 0, "minutes", to=60), "units[0].minutes", "assessed by test"),
        (
            put("units", 0, "maximum_mark", to=60),
            "units[0].maximum_mark",
            "assessed by test",
        ),
        (drop("units", 1, "delivery"), "units[1].delivery", "is missing"),
        (
            put("units", 1, "delivery", to=["Post"]),
            "units[1].delivery",
            "Onscreen or Paper",
        ),
    ],
)
def test_a_fault_of_a_unit_is_named_by_its_file_and_key(
    tmp_path: Path, change: Change, key: str, said: str
) -> None:
    """Section 11."""
    require_fault(tmp_path, AWARD, change, key, said)
