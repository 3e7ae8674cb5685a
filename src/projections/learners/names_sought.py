"""Find rows by a learner's name, ID or group, as people remember them (domain, section 3)."""

from collections.abc import Callable, Iterator, Sequence
from functools import lru_cache
from typing import Any

from sqlalchemy import (
    Column,
    ColumnElement,
    Connection,
    Select,
    Table,
    and_,
    bindparam,
    func,
    not_,
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
from projections.paging import (
    MOST_SORTED,
    Narrowed,
    as_check,
    count,
    counting,
    few,
    has_row,
)

LAST = "\U0010ffff"
NAMES = ("given_name", "family_name")


def is_named(
    text: str,
    begins: Callable[[str], ColumnElement[bool]],
    *columns: Column[str],
) -> list[ColumnElement[bool]]:
    """For each given word, require a word of the name that begins with it.

    If the text has no words, such as a dash, it must equal a whole name in one of the
    columns. An empty text restricts nothing.
    """
    if found := words(text):
        return [begins(word) for word in found]
    whole = clean(text)
    return [or_(*(column == whole for column in columns))] if whole else []


def has_word(column: ColumnElement[str]) -> Callable[[str], ColumnElement[bool]]:
    """Make a condition on a column written by ``in_words``: some word begins so."""

    def begins(word: str) -> ColumnElement[bool]:
        return column.contains(f" {word}", autoescape=True)

    return begins


def named_so(
    connection: Connection,
    text: str | None,
    names: Sequence[str] = NAMES,
    *,
    by: Column[Any] | None = None,
) -> Narrowed:
    """For each given word, require that a word of one of these names begins with it.

    A rare word is looked up by index; a common one is checked in each row. If the list is
    sorted ``by`` a name, the rows whose name begins with the word are adjacent there, and
    are read separately from the others. An empty text restricts nothing.
    """
    sought: list[ColumnElement[bool]] = []
    checks: list[ColumnElement[bool]] = []
    apart: list[Sequence[Narrowed]] = []
    leading = {f"{by.key.removesuffix('_sorted')}_name"} if by is not None else set()
    its_words = [*dict.fromkeys(words(text or ""))]
    every_kind = [*names, *map(_more, names)]
    for word, found in _looked_up(connection, its_words, every_kind):
        if found is not None:
            sought.append(found)
            continue
        is_so = or_(*(_has_word(name, word) for name in names))
        if by is not None and leading.intersection(names):
            apart.append(
                _split_by(
                    connection,
                    word,
                    is_so,
                    by,
                    [k for k in every_kind if k not in leading],
                )
            )
        else:
            checks.append(is_so)
    is_few = bool(sought)
    if not its_words and (whole := clean(text or "")):
        checks.append(or_(*(LEARNERS.c[name] == whole for name in names)))
    return Narrowed(sought=sought, checks=checks, apart=apart, is_few=is_few or None)


def _more(name: str) -> str:
    return f"{name.removesuffix('_name')}_more"


def _looked_up(
    connection: Connection, its_words: Sequence[str], kinds: Sequence[str]
) -> Iterator[tuple[str, ColumnElement[bool] | None]]:
    """Yield each word with its index condition; None if more than a thousand have the word."""
    if not its_words:
        return
    statement = _counting(tuple(kinds), len(its_words), MOST_SORTED)
    counts = connection.execute(statement, bounds_of(its_words)).one()
    for word, counted in zip(its_words, counts, strict=True):
        its = WORDS.c
        found = select(its.stream).where(its.name.in_(kinds), begins(its.word, word))
        is_rare = counted <= MOST_SORTED
        yield word, LEARNERS.c.stream.in_(few(found)) if is_rare else None


@lru_cache(100)
def _counting(kinds: Sequence[str], number: int, most: int) -> Select[Any]:
    """Count the learners with each of some words; built once, used by each search."""
    return counting([_having_word(kinds, n) for n in range(number)], most)


def _having_word(kinds: Sequence[str], number: int) -> Select[Any]:
    """Select the learners who have a word between ``start`` and ``end`` of that number."""
    its = WORDS.c
    return select(its.stream).where(
        its.name.in_(kinds),
        its.word >= bindparam(f"start{number}", type_=its.word.type),
        its.word < bindparam(f"end{number}", type_=its.word.type),
    )


def rarely_named(names: Sequence[str], most: int) -> Narrowed:
    """Find learners with a word of these names from ``start0``, if at most ``most`` have one.

    If more have one, nothing is found. ``bounds_of`` gives the values of ``start0`` and
    ``end0``.
    """
    every_kind = [*names, *map(_more, names)]
    found = _having_word(every_kind, 0).limit(most + 1).cte("found")
    number = select(func.count()).select_from(found).scalar_subquery()
    its = LEARNERS.c.stream
    return Narrowed(sought=[its.in_(select(found.c.stream)), number <= most])


def bounds_of(words: Sequence[str]) -> dict[str, str]:
    """Return the bound values for statements that search words."""
    starts = {f"start{n}": word for n, word in enumerate(words)}
    return starts | {f"end{n}": word + LAST for n, word in enumerate(words)}


def _split_by(
    connection: Connection,
    word: str,
    is_so: ColumnElement[bool],
    by: Column[Any],
    kinds: Sequence[str],
) -> Sequence[Narrowed]:
    """Separate learners whose name begins with a word, who are adjacent, from the others."""
    is_first = begins(by, word)
    is_other = as_check(not_(is_first))
    ((_, found),) = _looked_up(connection, [word], kinds)
    if found is None:
        return (Narrowed(within=[is_first]), Narrowed(checks=[is_so, is_other]))
    return (Narrowed(within=[is_first]), Narrowed(sought=[found], checks=[is_other]))


def _has_word(name: str, start: str) -> ColumnElement[bool]:
    """Whether a word of that name begins so, by the learner's row alone."""
    which = name.removesuffix("_name")
    others = func.coalesce(LEARNERS.c[f"{which}_others"], "")
    found_by = " " + LEARNERS.c[f"{which}_sorted"] + others
    return found_by.contains(f" {start}", autoescape=True)


def begins(column: Column[Any], start: str) -> ColumnElement[bool]:
    """Match the beginning of a column that is sorted by code points."""
    return and_(column >= start, column < start + LAST)


def of_learner(
    connection: Connection,
    table: Table,
    centre: str | None,
    name: str,
    *,
    by: Column[Any] | None = None,
) -> Narrowed:
    """Find rows whose ``learner`` has that name and is at that centre (None: any).

    Each given word must begin a word of the given or the family name. A learner who left
    for another centre is not found by name (L6). A list that is sorted ``by`` a name must
    join learners.
    """
    at = [*map(as_check, equal_to((LEARNERS.c.centre, centre)))]
    if by is not None and by.table is LEARNERS:
        return named_so(connection, name, by=by).also(Narrowed(checks=at))
    named = named_so(connection, name)
    found = select(LEARNERS.c.learner).where(*named.sought, *named.checks, *at)
    if named.sought:
        return Narrowed(sought=[table.c.learner.in_(found)])
    is_it = found.where(LEARNERS.c.learner == table.c.learner).correlate(table)
    return Narrowed(checks=[has_row(is_it)])


def in_group(
    connection: Connection, table: Table, centre: str | None, text: str
) -> Narrowed:
    """Find rows whose ``learner`` is in the group with that number or name.

    An undone group has no learners (U11).
    """
    number = clean(text).upper().removeprefix("G-")
    its = GROUPS.c
    named = or_(its.name == folded(text), its.stream == str(stream_of(f"G-{number}")))
    query = select(its.stream).where(named, *equal_to((its.centre, centre)))
    groups = [*connection.scalars(query)]
    members = select(MEMBERS.c.learner).where(MEMBERS.c.group_stream.in_(groups))
    if count(connection, members, MOST_SORTED) <= MOST_SORTED:
        return Narrowed(sought=[table.c.learner.in_(few(members))])
    is_one = members.where(MEMBERS.c.learner == table.c.learner).correlate(table)
    return Narrowed(checks=[has_row(is_one)])


def id_matches(text: str) -> ColumnElement[bool]:
    """Match a learner ID, or its last three or more digits.

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
    """Find rows with that learner ID, or its last digits; None restricts nothing."""
    if text is None:
        return Narrowed()
    its = table.c.learner
    known = select(LEARNERS.c.learner).where(id_matches(text))
    whole = is_called(its, Kind.LEARNER, text)
    return Narrowed(sought=[whole if is_whole(whole) else its.in_(known)])
