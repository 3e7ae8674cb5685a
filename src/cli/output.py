"""The data that the command line prints, on stdout, in the form chosen."""

import csv
import json
import sys
from collections.abc import Iterable, Mapping, Sequence
from datetime import UTC, datetime
from enum import StrEnum
from typing import Any

import typer

from files.lists.csv_rows import csv_escape

WIDE = 240
"""The width of a table without a terminal, in characters."""


class Format(StrEnum):
    """The forms of printed data."""

    TABLE = "table"
    JSON = "json"
    CSV = "csv"


def show(
    rows: Iterable[Mapping[str, Any]], columns: Sequence[str], form: Format
) -> None:
    """Print rows as a table, a JSON array or CSV."""
    match form:
        case Format.JSON:
            typer.echo(json.dumps(list(rows), ensure_ascii=False, default=plain))
        case Format.CSV:
            writer = csv.writer(sys.stdout)
            writer.writerow(columns)
            for row in rows:
                writer.writerow([spreadsheet_cell(row[name]) for name in columns])
        case Format.TABLE:
            from rich.console import Console
            from rich.table import Table

            table = Table(*(name.replace("_", " ") for name in columns))
            for row in rows:
                table.add_row(*(in_a_cell(row[name]) for name in columns))
            wide = None if sys.stdout.isatty() else WIDE
            Console(width=wide, emoji=False).print(table, markup=False)


def spreadsheet_cell(value: object) -> str:
    """Write a value so that a spreadsheet reads it as what it is."""
    return csv_escape(value) if isinstance(value, str) else in_a_cell(value)


def in_a_cell(value: object) -> str:
    """Write a value as text: nothing for None, JSON for lists and objects."""
    if value is None:
        return ""
    if isinstance(value, dict | list | tuple):
        return json.dumps(value, ensure_ascii=False, default=plain)
    return plain(value)


def plain(value: object) -> str:
    """Write a value that JSON lacks: times as the API does, anything else as text."""
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, datetime):
        return value.astimezone(UTC).isoformat().replace("+00:00", "Z")
    return str(value)
