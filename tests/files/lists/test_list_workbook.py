"""Lists as workbooks."""

from collections.abc import Mapping, Sequence
from datetime import UTC, date, datetime
from decimal import Decimal
from io import BytesIO

import pytest
from python_calamine import load_workbook

from files.lists import list_workbook
from files.lists.list_workbook import TooLongForWorkbook, write_list

ROWS: list[dict[str, object]] = [
    {
        "name": "=SUM(A1:A9)",
        "uln": "0123456789",
        "born": date(2006, 3, 27),
        "at": datetime(2026, 7, 1, 9, 30, tzinfo=UTC),
        "price": Decimal("98.50"),
        "more": None,
    },
    {
        "name": "https://example.org",
        "uln": "",
        "born": None,
        "at": None,
        "price": Decimal(-3),
        "more": ["L/506/1788"],
    },
]


def written(rows: Sequence[Mapping[str, object]]) -> Sequence[Sequence[object]]:
    content = BytesIO()
    write_list(content, list(ROWS[0]), rows)
    content.seek(0)
    return load_workbook(content).get_sheet_by_index(0).to_python()


def test_text_stays_text_and_days_moments_and_amounts_are_what_they_are() -> None:
    heads, first, second = written(ROWS)
    assert heads == ["name", "uln", "born", "at", "price", "more"]
    assert first == [
        *("=SUM(A1:A9)", "0123456789", date(2006, 3, 27)),
        *(datetime(2026, 7, 1, 9, 30), 98.5, ""),  # noqa: DTZ001 - workbooks know no zones
    ]
    assert second == ["https://example.org", "", "", "", -3.0, "['L/506/1788']"]


def test_a_list_that_is_longer_than_a_sheet_is_refused(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(list_workbook, "MOST_ROWS", 1)
    with pytest.raises(TooLongForWorkbook, match="Download it as CSV"):
        written(ROWS)


def test_a_cell_holds_as_much_as_it_can() -> None:
    _, row = written([{**ROWS[0], "name": "a" * 40_000}])
    assert row[0] == "a" * list_workbook.LONGEST
