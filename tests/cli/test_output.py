"""Data to stdout: a table for people, JSON and CSV for programs."""

import csv
import json
import os
import subprocess
import sys
from datetime import UTC, datetime
from decimal import Decimal
from io import StringIO
from typing import Any

import pytest

from cli.output import Format, show
from files.lists.csv_rows import FORMULA

AT = datetime(2026, 11, 24, 9, 30, tzinfo=UTC)
ROWS: list[dict[str, Any]] = [
    {"name": "Chloë [bold]D'Arcy[/bold] :smile:", "at": AT, "grades": {"A": "P"}},
    {"name": None, "at": None, "grades": {}},
]
COLUMNS = ("name", "at", "grades")


def test_json_is_an_array_of_what_there_is(capsys: pytest.CaptureFixture[str]) -> None:
    show(ROWS, COLUMNS, Format.JSON)
    printed = capsys.readouterr()
    assert json.loads(printed.out) == [
        {**ROWS[0], "at": "2026-11-24T09:30:00Z"},
        ROWS[1],
    ]
    assert "Chloë" in printed.out
    assert printed.err == ""


def test_csv_has_a_header_and_a_value_in_each_cell(
    capsys: pytest.CaptureFixture[str],
) -> None:
    show(ROWS, COLUMNS, Format.CSV)
    printed = list(csv.reader(StringIO(capsys.readouterr().out)))
    assert printed == [
        ["name", "at", "grades"],
        [ROWS[0]["name"], "2026-11-24T09:30:00Z", '{"A": "P"}'],
        ["", "", "{}"],
    ]


@pytest.mark.parametrize("first", FORMULA)
def test_no_spreadsheet_takes_a_value_for_a_formula(
    first: str, capsys: pytest.CaptureFixture[str]
) -> None:
    show([{"name": f"{first}1+1"}, {"name": f"1{first}"}], ("name",), Format.CSV)
    _, *cells = csv.reader(StringIO(capsys.readouterr().out, newline=""))
    assert cells == [[f"'{first}1+1"], [f"1{first}"]]


def test_a_table_shows_text_as_it_is_and_in_no_colour_where_there_is_no_terminal(
    capsys: pytest.CaptureFixture[str],
) -> None:
    show(ROWS, COLUMNS, Format.TABLE)
    printed = capsys.readouterr().out
    assert "Chloë [bold]D'Arcy[/bold] :smile:" in printed
    assert '{"A": "P"}' in printed
    assert "\x1b" not in printed


@pytest.mark.parametrize("amount", [Decimal("-98.00"), "-98.00"])
def test_a_negative_amount_stays_a_number(
    amount: object, capsys: pytest.CaptureFixture[str]
) -> None:
    show([{"amount": amount}], ("amount",), Format.CSV)
    assert capsys.readouterr().out.splitlines() == ["amount", "-98.00"]


@pytest.mark.parametrize("form", [Format.CSV, Format.TABLE])
def test_what_is_true_is_written_as_json_has_it(
    form: Format, capsys: pytest.CaptureFixture[str]
) -> None:
    show([{"is_eligible": True}], ("is_eligible",), form)
    assert "true" in capsys.readouterr().out


@pytest.mark.parametrize("colour", ["FORCE_COLOR", "NO_COLOR"])
def test_help_is_plain_text_whatever_is_said_of_colour(colour: str) -> None:
    done = subprocess.run(
        [sys.executable, "-m", "cli.main", "call", "--help"],
        env={**os.environ, colour: "1"},
        capture_output=True,
        text=True,
        check=True,
    )
    assert "GET, POST, PUT, PATCH or DELETE." in done.stdout
    assert "\x1b" not in done.stdout
