"""The data that the command line prints, on stdout, in the form asked for."""

import csv
import json
import sys
from collections.abc import Iterable, Mapping, Sequence
from enum import StrEnum
from typing import Any

import typer
from rich.console import Console
from rich.table import Table

from api.sheets import harmless

WIDE = 240
"""How wide a table may be where there is no terminal, in characters."""


class Format(StrEnum):
    """How data is printed."""

    TABLE = "table"
    JSON = "json"
    CSV = "csv"


def show(
    rows: Iterable[Mapping[str, Any]], columns: Sequence[str], form: Format
) -> None:
    """Print rows as a table, a JSON array or CSV."""
    match form:
        case Format.JSON:
            typer.echo(json.dumps(list(rows), ensure_ascii=False, default=str))
        case Format.CSV:
            writer = csv.writer(sys.stdout)
            writer.writerow(columns)
            writer.writerows([harmless(row[name]) for name in columns] for row in rows)
        case Format.TABLE:
            table = Table(*(name.replace("_", " ") for name in columns))
            for row in rows:
                values = (row[name] for name in columns)
                table.add_row(*("" if v is None else str(v) for v in values))
            wide = None if sys.stdout.isatty() else WIDE
            Console(width=wide).print(table, markup=False)
