"""Find rows by values, and by identifiers as people write them (domain, section 3)."""

from collections.abc import Collection, Iterator
from operator import eq
from typing import Any

from sqlalchemy import BinaryExpression, Column, ColumnElement

from aggregates.orders.product_search import FEWEST_DIGITS
from aggregates.text import clean
from events.identifier import CHECK_LETTERS, DIGITS, Kind, check_letter
from projections.paging import Narrowed

_LETTER = "_"
"""The SQL wildcard for any one character."""


def is_called(column: Column[str], kind: Kind, text: str) -> ColumnElement[bool]:
    """Match an identifier that is whole, without its prefix, or given by its last digits.

    A check letter may be left out.
    """
    called = clean(text).upper().removeprefix(f"{kind}-")
    letter = _LETTER if kind.has_check_letter else ""
    digits, ending = called, letter
    if letter and called[-1:] in CHECK_LETTERS:
        digits, ending = called[:-1], called[-1:]
    is_number = digits.isascii() and digits.isdigit()
    if is_number and len(digits) == DIGITS and ending == _LETTER:
        called = f"{digits}{check_letter(digits)}"
    elif is_number and FEWEST_DIGITS <= len(digits) < DIGITS:
        return column.like(f"%{digits}{ending}")
    return column == f"{kind}-{called}"


def as_called(*wanted: tuple[Column[str], Kind, str | None]) -> Narrowed:
    """Make the condition of each identifier, as ``is_called`` does; None has no condition.

    A whole identifier is looked up by index; last digits are checked in each row.
    """
    asked = [
        is_called(column, kind, text)
        for column, kind, text in wanted
        if text is not None
    ]
    return Narrowed(
        sought=[each for each in asked if is_whole(each)],
        checks=[each for each in asked if not is_whole(each)],
    )


def is_whole(condition: ColumnElement[bool]) -> bool:
    """Whether the condition asks for one whole identifier, not for its last digits."""
    return isinstance(condition, BinaryExpression) and condition.operator is eq


def equal_to(
    *wanted: tuple[ColumnElement[Any], Any],
) -> Iterator[ColumnElement[bool]]:
    """Yield a condition for each column: one value or one of several; None has none."""
    for column, value in wanted:
        if isinstance(value, Collection) and not isinstance(value, str):
            yield column.in_(value)
        elif value is not None:
            yield column == value
