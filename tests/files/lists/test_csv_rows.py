"""Rows as CSV: a spreadsheet takes nothing in them for a formula."""

import csv
from datetime import UTC, datetime
from io import StringIO

import pytest

from files.lists.csv_rows import FORMULA, csv_rows


@pytest.mark.parametrize("start", FORMULA)
def test_no_name_in_a_register_is_taken_for_a_formula(start: str) -> None:
    """B16."""
    name = f"{start}1+1"
    written = "".join(csv_rows(["name"], [{"name": name}, {"name": f"1{name}"}]))
    _, *rows = csv.reader(StringIO(written, newline=""))
    assert rows == [[f"'{name}"], [f"1{name}"]]


@pytest.mark.parametrize("amount", ["-98.00", "-14.5", "-7", "98.00"])
def test_a_number_stays_a_number_in_a_spreadsheet(amount: str) -> None:
    """B16, C4: a credit is worth what it says."""
    written = "".join(csv_rows(["amount"], [{"amount": amount}]))
    assert list(csv.reader(StringIO(written)))[1:] == [[amount]]


@pytest.mark.parametrize(
    "start", ["-2+3", "-1e5", "-", "--1", "-1\n", "+1", "-1.", "=-1"]
)
def test_what_only_begins_as_a_number_is_text(start: str) -> None:
    written = "".join(csv_rows(["name"], [{"name": start}]))
    assert list(csv.reader(StringIO(written, newline="")))[1:] == [[f"'{start}"]]


def test_a_moment_in_a_spreadsheet_is_written_as_json_has_it() -> None:
    """M13."""
    at = datetime(2026, 11, 30, 11, 5, 48, tzinfo=UTC)
    written = "".join(csv_rows(["issued_at"], [{"issued_at": at}]))
    assert written.splitlines()[1] == "2026-11-30T11:05:48Z"
