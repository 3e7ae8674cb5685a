"""Checking a catalogue from the command line."""

from pathlib import Path

from typer.testing import CliRunner

from cli.main import app
from tests.catalogue.folders import FILES, write

CASE = {"name": "both units", "grades": {"L/506/1788": "P"}, "eligible": True}
CASES = "qualifications/award.cases.yaml"


def test_a_catalogue_in_order_is_counted_with_its_worked_cases(tmp_path: Path) -> None:
    """Section 11."""
    fails = {"eligible": False, "reasons": ["credits-short"]}
    folder = write(tmp_path, {**FILES, CASES: {"cases": [CASE | fails]}})
    done = CliRunner().invoke(app, ["check-catalogue", str(folder)])
    assert done.exit_code == 0
    assert "1 qualifications, 1 apprenticeships and 1 centres" in done.stderr
    assert "1 worked cases hold" in done.stderr


def test_a_worked_case_that_fails_is_named_with_its_file(tmp_path: Path) -> None:
    """Section 11."""
    folder = write(tmp_path, {**FILES, CASES: {"cases": [CASE]}})
    done = CliRunner().invoke(app, ["check-catalogue", str(folder), "--format", "csv"])
    assert done.exit_code == 3
    assert f'error,{CASES},cases[0],"both units: should be eligible' in done.stdout
    assert "1 problems found in 1 worked cases" in done.stderr
