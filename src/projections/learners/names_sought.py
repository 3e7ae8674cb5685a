"""Finding rows by a learner: by name, ID or group, as people remember them (domain, section 3)."""

from collections.abc import Callable, Sequence
from typing import Any

from sqlalchemy import (
    Column,
    ColumnElement,
    Connection,
    Table,
    and_,
    func,
    or_,
    select,
)

from aggregates.orders.product_search import FEWEST_DIGITS
from aggregates.text import clean, words
from aggregates.text import fold as folded
from events.identifier import CHECK_LETTERS, Kind, stream_of
from projections.identifiers import equal_to, is_called, is_whole
from projections.learners.learners import (
    GROUPS,
    LEARNERS,
    MEMBERS,
    WORDS,
    digits_of,
)
from projections.paging import MOST_SORTED, Narrowed, as_check, count, has_row

LAST = "\U0010ffff"
NAMES = ("given_name", "family_name")


def is_named(
    text: str,
    begins: Callable[[str], ColumnElement[bool]],
    *columns: Column[str],
) -> list[ColumnElement[bool]]:
    """Find those of whose name a word begins so, for each word that is given.

    A name in which there is no word, as a dash, is that name itself in one of the
    columns. Nothing is asked by nothing.
    """
    if found := words(text):
        return [begins(word) for word in found]
    whole = clean(text)
    return [or_(*(column == whole for column in columns))] if whole else []


def has_word(column: ColumnElement[str]) -> Callable[[str], ColumnElement[bool]]:
    """Look for the start of a word in a column that ``in_words`` wrote."""

    def begins(word: str) -> ColumnElement[bool]:
        return column.contains(f" {word}", autoescape=True)

    return begins


def named_so(
    connection: Connection, text: str | None, names: Sequence[str] = NAMES
) -> Narrowed:
    """Find learners by the start of any word of one of these names, for each word.

    A word that few are called is looked up; one that many are is seen in each row. Nothing
    is asked by nothing.
    """
    sought: list[ColumnElement[bool]] = []
    checks: list[ColumnElement[bool]] = []
    for word in words(text or ""):
        found = select(WORDS.c.stream).where(
            WORDS.c.name.in_(names), begins(WORDS.c.word, word)
        )
        if count(connection, found, MOST_SORTED) <= MOST_SORTED:
            sought.append(LEARNERS.c.stream.in_(found))
        else:
            checks.append(or_(*(_has_word(name, word) for name in names)))
    if not sought and not checks and (whole := clean(text or "")):
        checks.append(or_(*(LEARNERS.c[name] == whole for name in names)))
    return Narrowed(sought=sought, checks=checks)


def _has_word(name: str, start: str) -> ColumnElement[bool]:
    """Tell whether a word of that name begins so, from the learner's row alone."""
    which = name.removesuffix("_name")
    others = func.coalesce(LEARNERS.c[f"{which}_others"], "")
    found_by = " " + LEARNERS.c[f"{which}_sorted"] + others
    return found_by.contains(f" {start}", autoescape=True)


def begins(column: Column[Any], start: str) -> ColumnElement[bool]:
    """Find what begins so in a column whose order is that of its letters' numbers."""
    return and_(column >= start, column < start + LAST)


def of_learner(
    connection: Connection, table: Table, centre: str | None, name: str
) -> Narrowed:
    """Find rows with a ``learner`` of that name, who is at that centre (None: any).

    Each word begins one of the given or the family name. Who has gone to another centre
    is not found by a name (L6).
    """
    named = named_so(connection, name)
    at = map(as_check, equal_to((LEARNERS.c.centre, centre)))
    found = select(LEARNERS.c.learner).where(*named.sought, *named.checks, *at)
    if named.sought:
        return Narrowed(sought=[table.c.learner.in_(found)])
    is_it = found.where(LEARNERS.c.learner == table.c.learner).correlate(table)
    return Narrowed(checks=[has_row(is_it)])


def in_group(
    connection: Connection, table: Table, centre: str | None, text: str
) -> Narrowed:
    """Find rows with a ``learner`` of the group of that number, or of that name.

    A group that was undone has none any more (U11).
    """
    number = clean(text).upper().removeprefix("G-")
    its = GROUPS.c
    named = or_(its.name == folded(text), its.stream == str(stream_of(f"G-{number}")))
    query = select(its.stream).where(named, *equal_to((its.centre, centre)))
    groups = [*connection.scalars(query)]
    members = select(MEMBERS.c.learner).where(MEMBERS.c.group_stream.in_(groups))
    if count(connection, members, MOST_SORTED) <= MOST_SORTED:
        return Narrowed(sought=[table.c.learner.in_(members)])
    is_one = members.where(MEMBERS.c.learner == table.c.learner).correlate(table)
    return Narrowed(checks=[has_row(is_one)])


def id_matches(text: str) -> ColumnElement[bool]:
    """Find by a learner ID, or its end, if that has three digits or more.

    The check letter may be left out.
    """
    whole = clean(text).upper()
    exact = LEARNERS.c.learner.in_([whole, f"L-{whole}"])
    called = whole.removeprefix("L-")
    letter = called[-1:] if called[-1:] in CHECK_LETTERS else ""
    digits = called.removesuffix(letter)
    if digits != digits_of(whole) or len(digits) < FEWEST_DIGITS:
        return exact
    ends = begins(LEARNERS.c.digits_backwards, digits[::-1])
    return and_(ends, LEARNERS.c.learner.endswith(letter)) if letter else ends


def is_learner(table: Table, text: str | None) -> Narrowed:
    """Find rows with the ``learner`` of that ID, or of that end of one; None asks nothing."""
    if text is None:
        return Narrowed()
    its = table.c.learner
    known = select(LEARNERS.c.learner).where(id_matches(text))
    whole = is_called(its, Kind.LEARNER, text)
    return Narrowed(sought=[whole if is_whole(whole) else its.in_(known)])
