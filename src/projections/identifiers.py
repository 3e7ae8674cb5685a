"""Finding rows by values, and by identifiers as people write them (domain, section 3)."""

from collections.abc import Collection, Iterator
from operator import eq
from typing import Any

from sqlalchemy import BinaryExpression, Column, ColumnElement

from aggregates.orders.product_search import FEWEST_DIGITS
from aggregates.text import clean
from events.identifier import CHECK_LETTERS, DIGITS, Kind, check_letter
from projections.paging import Narrowed

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
    is_number = digits.isascii() and digits.isdigit()
    if is_number and len(digits) == DIGITS and ending == _LETTER:
        called = f"{digits}{check_letter(digits)}"
    elif is_number and FEWEST_DIGITS <= len(digits) < DIGITS:
        return column.like(f"%{digits}{ending}")
    return column == f"{kind}-{called}"


def as_called(*wanted: tuple[Column[str], Kind, str | None]) -> Narrowed:
    """Say what each identifier asks for, as ``is_called`` does; None asks nothing.

    One that is given whole is looked up; the last digits of one are seen in each row.
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
    """Tell whether that asks for one identifier, and not for the end of one."""
    return isinstance(condition, BinaryExpression) and condition.operator is eq


def equal_to(
    *wanted: tuple[ColumnElement[Any], Any],
) -> Iterator[ColumnElement[bool]]:
    """Say which value each column is to have, or one of which; None asks nothing."""
    for column, value in wanted:
        if isinstance(value, Collection) and not isinstance(value, str):
            yield column.in_(value)
        elif value is not None:
            yield column == value
