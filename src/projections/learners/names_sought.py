"""Finding rows by a name, as people remember it (domain, section 3)."""

from collections.abc import Callable

from sqlalchemy import Column, ColumnElement, or_

from aggregates.text import clean, words


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
