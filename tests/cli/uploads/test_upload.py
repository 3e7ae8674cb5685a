"""Uploading from the command line, and checking a file without uploading it."""

import json
from pathlib import Path

import pytest

from tests.cli.conftest import CATALOGUE, Run
from tests.learner_examples import cells, csv_file

FILE = CATALOGUE.parent / "examples" / "learners.csv"
BY = ["--as", "admin"]
FOUND = {
    ("E6", "ULN"),
    ("E12", "ULN"),
    ("C18", "Date of birth"),
    ("E27", "ULN"),
    ("B35", "Family name"),
    ("E43", "ULN"),
}


def found(stdout: str) -> set[tuple[str, str]]:
    rows = json.loads(stdout)
    return {(row["cell"], row["column"]) for row in rows if row["kind"] == "problem"}


def recorded(run: Run) -> int:
    followers = json.loads(run("followers", "--format", "json").stdout)
    return int(followers[0]["head"])


def test_a_file_is_only_checked_where_that_is_wanted(staffed: Run) -> None:
    """U6."""
    before = recorded(staffed)
    done = staffed("upload", FILE, *BY, "--dry-run", "--format", "json")
    assert done.exit_code == 3
    assert found(done.stdout) == FOUND
    assert "Read as UTF-8: 60 rows, 6 to correct." in done.stderr
    assert "Nothing was recorded." in done.stderr
    assert recorded(staffed) == before


def test_a_file_in_which_nothing_is_wrong_ends_well(
    staffed: Run, tmp_path: Path
) -> None:
    good = tmp_path / "good.csv"
    good.write_text("".join(FILE.read_text().splitlines(keepends=True)[:3]))
    done = staffed("upload", good, *BY, "--dry-run", "--format", "csv")
    assert (done.exit_code, len(done.stdout.splitlines())) == (0, 1)


@pytest.mark.parametrize("words", [["--dry-run"], ["--group", "Autumn 2026"]])
def test_an_upload_says_how_unusual_forms_were_read(
    staffed: Run, tmp_path: Path, words: list[str]
) -> None:
    """U4: with one example of each."""
    file = tmp_path / "learners.csv"
    told = {"date_of_birth": "27-03-2006", "uln": "100 010 2504"}
    other = cells(given_name="Ben", date_of_birth="1 Feb 2004", uln="")
    file.write_bytes(csv_file(cells(**told), other))
    done = staffed("upload", file, *BY, *words)
    assert done.exit_code == 0, done.stderr
    said = " ".join(done.stderr.split())
    assert "27-03-2006 was read as 27 March 2006, and 1 more in an unusual form" in said
    assert "ULN: 100 010 2504 was read as 1000102504." in said


def test_an_upload_says_what_is_wrong_and_what_is_next(staffed: Run) -> None:
    """U1, U6."""
    words = ["upload", FILE, *BY, "--group", "Autumn 2026"]
    done = staffed(*words, "--format", "json")
    assert done.exit_code == 0, done.stderr
    assert found(done.stdout) == FOUND
    assert "Group Autumn 2026 is G-" in done.stderr
    assert "Next: learner-management call POST /learner-groups/G-" in done.stderr
    again = staffed(*words)
    assert (again.exit_code, again.stdout) == (1, "")
    assert "Autumn 2026" in again.stderr


def test_a_file_that_fails_as_a_whole_is_refused_with_every_fault(
    staffed: Run, tmp_path: Path
) -> None:
    """U3."""
    wrong = tmp_path / "wrong.csv"
    wrong.write_text("Given name*,Shoe size\nAnn,38\n")
    for dry in ([], ["--dry-run"]):
        done = staffed("upload", wrong, *BY, "--group", "Wrong", *dry)
        assert (done.exit_code, done.stdout) == (3, "")
        assert (
            "“Shoe size” stands where the column “Family name*” belongs" in done.stderr
        )
        assert "“Date of birth*” is missing" in done.stderr


@pytest.mark.parametrize("dry", [[], ["--dry-run"]])
def test_a_role_that_may_not_upload_may_not_check_either(
    staffed: Run, dry: list[str]
) -> None:
    done = staffed("upload", FILE, "--as", "specialist", "--group", "Mine", *dry)
    assert (done.exit_code, done.stdout) == (1, "")
    assert "Ask a Centre Administrator or an Assessor." in done.stderr


def test_nobody_uploads_without_saying_who_they_are(staffed: Run) -> None:
    assert staffed("upload", FILE, "--group", "Mine").exit_code == 2


def test_a_file_that_is_not_there_is_a_slip(staffed: Run, tmp_path: Path) -> None:
    done = staffed("upload", tmp_path / "none.csv", *BY)
    assert (done.exit_code, done.stdout) == (2, "")
    assert "none.csv cannot be read: No such file or directory." in done.stderr


def test_other_columns_are_proposed_accepted_or_said(
    staffed: Run, tmp_path: Path
) -> None:
    """U3: nothing is uploaded before."""
    file = tmp_path / "others.csv"
    file.write_text("Forename,Surname,DOB,Pet\nZoë,,1/1/2000,Rex\n")
    words = ["upload", file, *BY, "--format", "json"]
    asked = staffed(*words, "--group", "Others")
    assert (asked.exit_code, asked.stdout) == (3, "")
    assert "Given name: Forename" in asked.stderr
    assert "Ignored: Pet." in asked.stderr
    assert "--accept-mapping" in asked.stderr
    dry = staffed(*words, "--dry-run", "--mapping", "gender=Pet")
    assert "Gender: Pet" in dry.stderr
    assert found(dry.stdout) == {("B2", "Family name")}
    assert staffed(*words, "--mapping", "pet=Pet").exit_code == 2
    done = staffed(*words, "--group", "Others", "--accept-mapping")
    assert "1 row, 1 to correct" in done.stderr
    assert [row["learner"] for row in json.loads(done.stdout)] == ["Zoë"]


def test_the_encoding_may_be_said(staffed: Run, tmp_path: Path) -> None:
    """U4."""
    file = tmp_path / "mac.csv"
    text = csv_file(cells(given_name="Zoë", family_name="")).decode()
    file.write_bytes(text.encode("mac-roman"))
    words = ["upload", file, *BY, "--format", "json", "--dry-run"]
    done = staffed(*words, "--encoding", "mac-roman")
    assert "Read as Mac Roman" in done.stderr
    assert [row["learner"] for row in json.loads(done.stdout)] == ["Zoë"]
