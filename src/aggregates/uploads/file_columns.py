"""The columns of a file of learners: the template's, another known layout's, or unknown."""

import re
from collections.abc import Mapping, Sequence

from aggregates.errors import Refusal, raise_all
from aggregates.learners.details import COLUMNS, MANDATORY
from aggregates.text import clean, fold
from aggregates.uploads.file_refusals import MOST_COLUMNS, are_alike
from aggregates.uploads.upload_refusals import ColumnNeeded, ColumnNotThere, ColumnTwice
from events.uploads.upload import FileProblem

OTHER_NAMES: Mapping[str, Sequence[str]] = {
    "given_name": ("Given names", "First name", "First names", "Forename", "Forenames"),
    "family_name": ("Surname", "Last name"),
    "date_of_birth": ("DOB", "Birth date", "Birthday"),
    "gender": ("Sex",),
    "uln": ("Unique learner number",),
    "centre_reference": (
        "LearnRefNumber",
        "Learner reference",
        "Learner reference number",
        "Learner ref",
        "Candidate reference",
        "Student ID",
        "Student number",
    ),
    "email": ("Email address",),
    "postcode": ("Postal code",),
}
"""Other layouts' names of our columns, such as the ILR's (U3)."""

KEY = "Record (leave as it is)"
"""The hidden column that identifies the record of a row to correct (U6)."""


def _key(name: str) -> str:
    """Reduce a column's name to its letters: ``GivenNames`` and "given names" are equal."""
    return re.sub(r"[\W_]", "", fold(name))


_FIELDS: Mapping[str, str] = {
    _key(name): field
    for field, title in COLUMNS.items()
    for name in (title, *OTHER_NAMES[field])
}
_STARRED = frozenset(COLUMNS[field] for field in MANDATORY)


def name_columns(header: Sequence[str]) -> Sequence[str]:
    """Return the columns' names as people see them, without empty ones at the end."""
    found = [clean(cell) for cell in header[:MOST_COLUMNS]]
    while found and not found[-1]:
        found.pop()
    return found


def columns_by_name(names: Sequence[str]) -> Mapping[str, str]:
    """Find our columns in the file by name; the first of equal names is taken (U3)."""
    found: dict[str, str] = {}
    for name in names:
        field = _FIELDS.get(_key(name))
        if field is not None:
            found.setdefault(field, name)
    return found


def propose_mapping(names: Sequence[str]) -> Mapping[str, str] | None:
    """Propose which column is which, in a layout that uses other known names (U3).

    Return None for any other layout: if a mandatory column is not found, or if columns have
    the template's stars, because then the template itself was changed.
    """
    if _STARRED & set(names):
        return None
    found = columns_by_name(names)
    return found if all(field in found for field in MANDATORY) else None


def repeated_columns(names: Sequence[str]) -> tuple[FileProblem, ...]:
    """Report each column that cannot be chosen because another has the same name (U3)."""
    twice = sorted({name for name in names if name and names.count(name) > 1})
    return tuple(FileProblem(code="column-repeated", column=name) for name in twice)


def settle_columns(
    names: Sequence[str], chosen: Mapping[str, str | None]
) -> tuple[dict[str, str], list[str]]:
    """Settle which of the file's columns is which of ours, and which are ignored (U3).

    ``chosen`` is by our names. Raises ColumnNotThere, ColumnTwice, ColumnNeeded.
    """
    mapping: dict[str, str] = {}
    refusals: list[Refusal] = []
    for field in COLUMNS:
        column, path = chosen.get(field), (field,)
        if column is None:
            if field in MANDATORY:
                needed = COLUMNS[field].removesuffix("*").lower()
                refusals.append(ColumnNeeded(path=path, title=f"the {needed}"))
            continue
        if column not in names:
            there = ", ".join(f"“{name}”" for name in names if name)
            refusals.append(ColumnNotThere(path=path, column=column, columns=there))
        elif column in mapping.values():
            first = next(COLUMNS[f] for f, name in mapping.items() if name == column)
            refusals.append(
                ColumnTwice(path=path, column=column, first=first.removesuffix("*"))
            )
        mapping[field] = column
    raise_all(refusals)
    ignored = [name for name in names if name and name not in mapping.values()]
    return mapping, ignored


def column_problems(found: Sequence[str]) -> tuple[FileProblem, ...]:
    """Report each column that was removed, added, renamed, repeated or moved (U3)."""
    wanted = list(COLUMNS.values())
    if found == wanted:
        return ()
    if not set(found) & set(wanted):
        return (FileProblem(code="no-columns"),)
    missing = [column for column in wanted if column not in found]
    strange = [(at, column) for at, column in enumerate(found) if column not in wanted]
    problems = []
    for is_in_place in (False, True):  # nearly equal names come first
        for column in list(missing):
            for at, name in strange:
                stands = is_in_place and wanted.index(column) == at
                if _is_renamed(column, name, is_in_place=stands):
                    problems.append(
                        FileProblem(code="column-renamed", column=column, found=name)
                    )
                    missing.remove(column)
                    strange.remove((at, name))
                    break
    problems.sort(key=lambda problem: wanted.index(problem.column or ""))
    problems += [FileProblem(code="column-removed", column=name) for name in missing]
    problems += [FileProblem(code="column-added", found=name) for _, name in strange]
    problems += [
        FileProblem(code="column-repeated", column=name)
        for name in wanted
        if found.count(name) > 1
    ]
    if not problems:
        problems = [
            FileProblem(code="column-moved", column=is_there, found=belongs)
            for is_there, belongs in zip(found, wanted, strict=True)
            if is_there != belongs
        ]
    return tuple(problems)


def _is_renamed(column: str, name: str, *, is_in_place: bool) -> bool:
    """Whether a name is a renamed column, and not an unrelated one."""
    return bool(name) and (is_in_place or are_alike(column, name))
