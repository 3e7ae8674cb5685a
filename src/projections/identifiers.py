"""Finding rows by values, and by identifiers as people write them (domain, section 3)."""

from collections.abc import Collection, Iterator
from typing import Any

from sqlalchemy import Column, ColumnElement

from aggregates.orders.product_search import FEWEST_DIGITS
from aggregates.text import clean
from events.identifier import CHECK_LETTERS, Kind

_LETTER = "_"
"""Stands for any one letter where something is like it."""


def is_called(column: Column[str], kind: Kind, text: str) -> ColumnElement[bool]:
    """Find by an identifier whole, without its prefix, or by its last digits.

    The check letter of one that has it may be left out.
    """
    called = clean(text).upper().removeprefix(f"{kind}-")
    letter = _LETTER if kind.has_check_letter else ""
    digits, ending = called, letter
    if letter and called[-1:] in CHECK_LETTERS:
        digits, ending = called[:-1], called[-1:]
    is_end = digits.isascii() and digits.isdigit() and len(digits) >= FEWEST_DIGITS
    return column.like(f"%{digits}{ending}") if is_end else column == f"{kind}-{called}"


def as_called(
    *wanted: tuple[Column[str], Kind, str | None],
) -> Iterator[ColumnElement[bool]]:
    """Say what each identifier asks for, as ``is_called`` does; None asks nothing."""
    for column, kind, text in wanted:
        if text is not None:
            yield is_called(column, kind, text)


def equal_to(
    *wanted: tuple[ColumnElement[Any], Any],
) -> Iterator[ColumnElement[bool]]:
    """Say which value each column is to have, or one of which; None asks nothing."""
    for column, value in wanted:
        if isinstance(value, Collection) and not isinstance(value, str):
            yield column.in_(value)
        elif value is not None:
            yield column == value
