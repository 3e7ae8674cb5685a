"""Find rows of a period, given by days in London or by moments."""

from collections.abc import Iterator
from datetime import date, datetime
from typing import Any

from sqlalchemy import Column, ColumnElement

from aggregates.errors import FieldPath, Malformed
from aggregates.uk_time import midnight


class DatesAreReversed(Malformed):
    code = "dates-are-reversed"
    message = "The first date is after the last one. Exchange them."


class MomentsAreReversed(Malformed):
    code = "moments-are-reversed"
    message = "The first moment is after the last one. Exchange them."


def within_days(
    column: Column[Any], first: date | None, last: date | None, *, path: FieldPath
) -> Iterator[ColumnElement[bool]]:
    """Match moments from a day in London to another, both included.

    ``path`` is the first day's place in the request. Raises DatesAreReversed.
    """
    if first and last and first > last:
        raise DatesAreReversed(path=path)
    if first:
        yield column >= midnight(first)
    if last:
        yield column < midnight(last, days=1)


def within_moments(
    column: Column[Any],
    since: datetime | None,
    before: datetime | None,
    *,
    path: FieldPath,
) -> Iterator[ColumnElement[bool]]:
    """Match moments from ``since`` on, and before ``before``. Raises MomentsAreReversed."""
    require_in_order(since, before, path=path)
    if since:
        yield column >= since
    if before:
        yield column < before


def require_in_order(
    first: datetime | None, last: datetime | None, *, path: FieldPath
) -> None:
    """Raise MomentsAreReversed, at the path, if the first is after the last."""
    if first and last and first > last:
        raise MomentsAreReversed(path=path)
