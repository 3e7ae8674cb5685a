"""The catalogue from the command line: checked, and asked who is eligible."""

import json
from pathlib import Path
from shutil import copytree

import pytest

from tests.catalogue.reading.folders import FILES, write
from tests.cli.conftest import CATALOGUE, Run

TEAM_LEADING = "Q-0005001227"
CASE = {"name": "both units", "grades": {"L/506/1788": "P"}, "eligible": True}
CASES = "qualifications/award.cases.yaml"
REQUEST = {"qualification": TEAM_LEADING, "grades": {"L/506/1788": "P"}}


def test_a_catalogue_in_order_is_counted(run: Run) -> None:
    done = run("check-catalogue", CATALOGUE, "--format", "csv")
    assert done.exit_code == 0
    assert done.stdout.startswith("severity,file,key,message")
    assert "qualifications" in done.stderr
    assert "are in order" in done.stderr


def test_everything_that_is_wrong_is_told_by_file_and_key(
    run: Run, tmp_path: Path
) -> None:
    folder = copytree(CATALOGUE, tmp_path / "catalogue")
    file = folder / "qualifications" / "team-leading-2.yaml"
    file.write_text(
        file.read_text()
        .replace("credits: 4, glh: 18", "credits: four, glh: 18")
        .replace("credits: 4, glh: 23", "credits: four, glh: 23")
    )
    done = run("check-catalogue", folder, "--format", "json")
    assert done.exit_code == 3
    problems = json.loads(done.stdout)
    found = {(p["file"], p["key"]) for p in problems}
    here = "qualifications/team-leading-2.yaml"
    assert {(here, "units[0].credits"), (here, "units[1].credits")} <= found
    assert done.stderr == f"Problems found: {len(problems)}.\n"
    refused = run("--catalogue", folder, "followers")
    assert (refused.exit_code, refused.stdout) == (3, "")
    assert "The catalogue cannot be used:" in refused.stderr


def test_worked_cases_are_counted_when_they_hold(run: Run, tmp_path: Path) -> None:
    """Section 11."""
    fails = {"eligible": False, "reasons": ["credits-short"]}
    folder = write(tmp_path, {**FILES, CASES: {"cases": [CASE | fails]}})
    done = run("check-catalogue", folder)
    assert done.exit_code == 0
    assert "1 qualification, 1 apprenticeship and 1 centre" in done.stderr
    assert "1 worked case holds" in done.stderr


def test_a_worked_case_that_fails_is_named_with_its_file(
    run: Run, tmp_path: Path
) -> None:
    """Section 11."""
    folder = write(tmp_path, {**FILES, CASES: {"cases": [CASE]}})
    done = run("check-catalogue", folder, "--format", "csv")
    assert done.exit_code == 3
    assert f'error,{CASES},cases[0],"both units: should be eligible' in done.stdout
    assert "Problems found in 1 worked case: 1." in done.stderr


def test_requests_are_answered_in_order_with_no_service_and_nothing_recorded(
    run: Run, tmp_path: Path
) -> None:
    file = tmp_path / "requests.json"
    file.write_text(json.dumps([REQUEST, {**REQUEST, "award_type": "Interim"}]))
    done = run("eligibility", "--requests", file)
    assert (done.exit_code, done.stderr) == (0, "")
    assert [answer["eligible"] for answer in json.loads(done.stdout)] == [False, True]
    assert not (tmp_path / "data").exists()
    assert not (tmp_path / "keys").exists()


@pytest.mark.parametrize("given", ["option", "before"])
def test_requests_are_read_from_stdin_and_the_catalogue_named(
    run: Run, given: str
) -> None:
    words = ["eligibility", "--requests", "-"]
    where = ["--catalogue", CATALOGUE]
    whole = [*words, *where] if given == "option" else [*where, *words]
    done = run(*whole, typed=json.dumps([REQUEST]))
    assert done.exit_code == 0
    assert len(json.loads(done.stdout)) == 1


def test_a_request_that_makes_no_sense_is_told_in_its_place(run: Run) -> None:
    asked = [{"qualification": "Q-1", "grades": {}}, REQUEST]
    done = run("eligibility", "--requests", "-", typed=json.dumps(asked))
    assert done.exit_code == 3
    wrong, right = json.loads(done.stdout)
    assert wrong["errors"][0]["pointer"] == "/qualification"
    assert right["eligible"] is False
    assert done.stderr == "Requests that make no sense: 1 of 2. See errors.\n"


@pytest.mark.parametrize(
    "text",
    [
        "",
        "{",
        '{"qualification": "Q-1"}',
        "\xff",
        "[5]",
        "[" * 100_000,
        '[{"grades": {"U/1": "P", "U/1": "M"}}]',
    ],
    ids=lambda text: text[:20],
)
def test_what_is_no_array_of_requests_is_a_slip(run: Run, text: str) -> None:
    done = run("eligibility", "--requests", "-", typed=text.encode("latin-1"))
    assert (done.exit_code, done.stdout) == (2, "")
    assert done.stderr.startswith("- ")


def test_a_file_of_requests_that_is_not_there_is_a_slip(run: Run) -> None:
    done = run("eligibility", "--requests", "/nowhere.json")
    assert (done.exit_code, done.stdout) == (2, "")


def test_a_learner_and_a_qualification_go_together(run: Run) -> None:
    done = run("eligibility", "L-0000000001K")
    assert (done.exit_code, done.stdout) == (2, "")
    assert "or give --requests FILE" in done.stderr


def test_a_learner_is_assessed_on_the_grades_recorded_so_far(filled: Run) -> None:
    """M7, M8."""
    rows = json.loads(filled("export", "results", "--format", "json").stdout)
    kinds = {(row["award_type"], row["is_eligible"]): row for row in rows}
    assert set(kinds) == {("Full", True), ("Full", False), ("Interim", True)}
    for row in kinds.values():
        done = filled("eligibility", row["learner"], TEAM_LEADING)
        assert (done.exit_code, done.stderr) == (0, "")
        is_full = row["award_type"] == "Full" and row["is_eligible"]
        assert json.loads(done.stdout)["eligible"] is is_full
    interim = ["--award-type", "Interim"]
    done = filled("eligibility", rows[0]["learner"], TEAM_LEADING, *interim)
    assert json.loads(done.stdout)["eligible"]


def test_a_learner_who_is_not_registered_is_not_assessed(filled: Run) -> None:
    done = filled("eligibility", "L-0000000001K", TEAM_LEADING)
    assert (done.exit_code, done.stdout) == (1, "")
    assert "is not registered on Q-0005001227" in done.stderr
