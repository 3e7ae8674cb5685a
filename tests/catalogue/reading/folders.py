"""A small catalogue in a folder, to be spoilt in one way at a time."""

from collections.abc import Callable
from copy import deepcopy
from pathlib import Path
from typing import Any

import pytest
import yaml

from catalogue import InvalidCatalogue, load
from catalogue.catalogue import CatalogueProblem

Document = dict[str, Any]

QUALIFICATION: Document = {
    "reference": "Q-0000000001",
    "version": 1,
    "from": "2020-09-01",
    "number": "601/3450/1",
    "title": "Level 2 Award",
    "suite": "Work-based learning",
    "subject_area": "Business",
    "level": 2,
    "price": "98.00",
    "registration": {"opens": "2020-09-01", "closes": "2035-08-31"},
    "certification_ends": "2038-08-31",
    "grading": {"kind": "pass"},
    "units": [
        {
            "number": 1,
            "reference": "L/506/1788",
            "title": "Manage performance",
            "group": "A",
            "level": 2,
            "credits": 4,
            "glh": 18,
            "assessment": "internal",
        },
        {
            "number": 2,
            "reference": "T/506/1798",
            "title": "Communicate",
            "group": "B",
            "level": 3,
            "credits": 5,
            "glh": 23,
            "assessment": "test",
            "grades": ["U", "P"],
            "delivery": ["Onscreen", "Paper"],
            "minutes": 60,
            "price": "14.50",
        },
    ],
    "pathways": [
        {
            "code": "MAIN",
            "title": "Award",
            "rules": [
                {"group": "A", "all_units": True},
                {"groups": ["A", "B"], "minimum_credits": 9},
            ],
        }
    ],
}
APPRENTICESHIP: Document = {
    "reference": "Q-0000000009",
    "title": "Apprenticeship",
    "price": "140.00",
    "registration": {"opens": "2020-09-01", "closes": "2035-08-31"},
    "qualifications": ["Q-0000000001"],
}
CENTRE: Document = {
    "number": "48213",
    "name": "Riverside Training",
    "approvals": ["Q-0000000001", "Q-0000000009"],
}
AWARD = "qualifications/award.yaml"
FRAMEWORK = "apprenticeships/award.yaml"
RIVERSIDE = "centres/riverside.yaml"
FILES = {AWARD: QUALIFICATION, FRAMEWORK: APPRENTICESHIP, RIVERSIDE: CENTRE}

Change = Callable[[Document], object]


def write(folder: Path, files: dict[str, Document]) -> Path:
    """Write documents as the files of a catalogue."""
    for name, document in files.items():
        path = folder / name
        path.parent.mkdir(exist_ok=True, parents=True)
        # Dates are texts above, so that nothing need be imported to write them.
        text = yaml.safe_dump(document, sort_keys=False)
        for day in ("2020-09-01", "2035-08-31", "2038-08-31", "2019-01-01"):
            text = text.replace(f"'{day}'", day)
        path.write_text(text)
    return folder


def spoilt(folder: Path, name: str, change: Change) -> Path:
    """Write the catalogue with one of its files changed."""
    files = deepcopy(FILES)
    change(files[name])
    return write(folder, files)


def faults(folder: Path) -> tuple[CatalogueProblem, ...]:
    """Load a catalogue that is not right, and give all that is found wrong with it."""
    with pytest.raises(InvalidCatalogue) as refused:
        load(folder)
    return refused.value.problems


def only_fault(folder: Path, name: str, change: Change) -> CatalogueProblem:
    """Spoil one file, and give the one thing that is found wrong with it."""
    (problem,) = [p for p in faults(spoilt(folder, name, change)) if p.file == name]
    return problem


def require_fault(folder: Path, name: str, change: Change, key: str, said: str) -> None:
    """Require a spoilt file to be refused for this key alone, in such words."""
    fault = only_fault(folder, name, change)
    assert fault.key == key
    assert said in fault.message
    assert str(fault).startswith(f"{name}: {key}: ")


def put(*path: str | int, to: object) -> Change:
    """Make a change that sets what is at the path."""

    def change(document: Document) -> None:
        within: Any = document
        for step in path[:-1]:
            within = within[step]
        within[path[-1]] = to

    return change


def drop(*path: str | int) -> Change:
    """Make a change that removes what is at the path."""

    def change(document: Document) -> None:
        within: Any = document
        for step in path[:-1]:
            within = within[step]
        del within[path[-1]]

    return change


def rule(**keys: object) -> Change:
    """Make a change that leaves one rule: this one."""
    return put("pathways", 0, "rules", to=[keys])
