"""What is wrong with the files of a catalogue, its apprenticeships and its centres."""

from copy import deepcopy
from pathlib import Path

import pytest

from catalogue import load
from tests.catalogue.reading.folders import (
    AWARD,
    FILES,
    FRAMEWORK,
    RIVERSIDE,
    Change,
    drop,
    faults,
    put,
    require_fault,
    write,
)


@pytest.mark.parametrize(
    ("change", "key", "said"),
    [
        (put("reference", to="Q-0000000001"), "reference", "another product's"),
        (put("colour", to="red"), "colour", "not a key"),
        (
            put("qualifications", to=["Q-0000000001", "Q-0000000002"]),
            "qualifications[1]",
            "Q-0000000002 is no qualification",
        ),
        (drop("qualifications"), "qualifications", "is missing"),
    ],
)
def test_a_fault_of_an_apprenticeship_is_named_by_its_file_and_key(
    tmp_path: Path, change: Change, key: str, said: str
) -> None:
    """Section 11."""
    require_fault(tmp_path, FRAMEWORK, change, key, said)


@pytest.mark.parametrize(
    ("change", "key", "said"),
    [
        (put("number", to="4821"), "number", "five digits"),
        (put("number", to=48213), "number", "in quotes"),
        (put("colour", to="red"), "colour", "not a key"),
        (put("approvals", to=["Q-0000000002"]), "approvals[0]", "no product"),
    ],
)
def test_a_fault_of_a_centre_is_named_by_its_file_and_key(
    tmp_path: Path, change: Change, key: str, said: str
) -> None:
    """Section 11."""
    require_fault(tmp_path, RIVERSIDE, change, key, said)


def test_two_centres_have_two_numbers(tmp_path: Path) -> None:
    files = {**FILES, "centres/other.yaml": FILES[RIVERSIDE]}
    (problem,) = faults(write(tmp_path, files))
    assert (problem.file, problem.key) == (RIVERSIDE, "number")


def test_every_fault_is_named_not_the_first_alone(tmp_path: Path) -> None:
    files = deepcopy(FILES)
    del files[AWARD]["title"]
    files[AWARD]["units"][0]["credits"] = "many"
    files[RIVERSIDE]["number"] = "1"
    assert {(p.file, p.key) for p in faults(write(tmp_path, files))} >= {
        (AWARD, "title"),
        (AWARD, "units[0].credits"),
        (RIVERSIDE, "number"),
    }


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("title: [", "is not YAML"),
        ("title: a\ntitle: b\n", "title is given twice"),
        ("? [a, b]\n: c\n", "is not YAML"),
        ("a: b\ncloses: 2035-06-31\n", "2035-06-31 is not a day that exists"),
        ("a: b\ncloses: 2035-06-31\n", "line 2, column 9"),
        ("a:\n  - b: 2026-02-30T10:00:00Z\n", "line 2"),
        ("2026-13-01: a\n", "2026-13-01 is not a day that exists"),
        (f"a: {'9' * 5000}\n", "line 1"),
        ("a: !!int b\n", "b is not what YAML calls int"),
        ("a: !!int ''\n", "is not what YAML calls int"),
        ("a: !!bool b\n", "b is not what YAML calls bool"),
        ("a: !!timestamp b\n", "b is not a day that exists"),
        ("- one\n- two\n", "keys and values"),
        ("", "keys and values"),
        (f"a:\n  {'[' * 200_000}", "is nested more than 100 deep at line 2"),
        (f"a: b\nc:\n  {'- ' * 200_000}", "more than 100 deep at line 3"),
        (f"{'{a: ' * 200_000}", "more than 100 deep at line 1"),
        (f"a: {'[' * 100}b{']' * 100}\n", "more than 100 deep"),
        (f"- {'[' * 99}b{']' * 99}\n", "keys and values"),
    ],
    ids=lambda text: text[:40],
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
