"""Problems with a learner's details, in sentences for the API, the pages and the terminal."""

from collections.abc import Mapping

from aggregates.learners.date_of_birth import OLDEST, YOUNGEST, centuries, why_not_real
from aggregates.learners.details import COLUMNS, LONGEST, OVERFLOW
from aggregates.uploads.unusual_values import (
    GENDERS,
    MOST_ON_CERTIFICATE,
    name_on_certificate,
)
from events.uploads.upload import Problem

SENTENCES: Mapping[str, str] = {
    "missing": "{title} is missing. Every learner needs one.",
    "too-long": "{title} is longer than {longest} characters. Shorten it.",
    "too-many-cells": (
        "This row has more cells than the template has columns. Look for a comma inside"
        " a value, and put that value in quotation marks."
    ),
    "not-a-date": "{value} is not a date. Enter a date like 27/3/2006.",
    "not-a-real-date": "{impossible} Enter a date like 27/3/2006.",
    "two-digit-year": (
        "Is the year of {value} {earlier} or {later}? Enter all four digits, as in"
        " 27/3/2006."
    ),
    "date-in-future": "{value} is in the future. Check the year.",
    "too-young": (
        "A learner born on {value} is not yet {youngest} years old. Check the year."
    ),
    "too-old": (
        "A learner born on {value} is more than {oldest} years old. Check the year."
    ),
    "uln-excel": (
        "{value} is what Excel makes of a long number, and the ULN is lost. Format the"
        " column as text and enter the ULN again, or leave it blank."
    ),
    "uln-malformed": (
        "ULN must be ten digits. {value} is not: check it, or leave it blank."
    ),
    "uln-check-digit": (
        "ULN must pass the check digit. {value} does not: check for a swapped digit, or"
        " leave it blank."
    ),
    "uln-twice": (
        "ULN {value} is in {rows} as well. A ULN belongs to one person: correct it,"
        " leave it blank, or remove the record."
    ),
    "uln-held": (
        "ULN {value} belongs to learner {learners} of your centre already. Correct it,"
        " leave it blank, or say that this is the same person."
    ),
    "uln-temporary": (
        "{value} stands for no ULN, so the learner is added without one."
    ),
    "letter-lost": (
        "{value} has a question mark in it, which Excel writes for a letter that it"
        " cannot save. Check the name, and save the file as CSV UTF-8 next time."
    ),
    "name-unusual": (
        "{value} does not look like a name. It is kept, and printed on certificates, as"
        " it is written. Check it."
    ),
    "name-too-long-to-print": (
        "{name} is {length} characters long, and a certificate has room for {most_printed}."
        " Shorten it, or what is printed is cut."
    ),
    "gender-unknown": (
        "{value} is kept as it is written. The Learning Records Service compares M and"
        " F alone; {genders} are the usual ones."
    ),
    "email-unusual": "{value} does not look like an e-mail address. Check it.",
    "email-many": (
        "{value} is more than one e-mail address, and a learner has one. Keep one of"
        " them."
    ),
    "row-hidden": (
        "This row is hidden or filtered out in the workbook, and was read all the same."
        " Remove the record if it does not belong."
    ),
    "lrs-differs": (
        "{title} is not what the Learning Records Service has for ULN {uln}. Correct"
        " it, or correct the ULN."
    ),
    "lrs-similar": (
        "{title} is like what the Learning Records Service has for ULN {uln}, and not"
        " the same. Correct its spelling, or correct the ULN."
    ),
    "lrs-no-match": (
        "The Learning Records Service has ULN {uln} for another person. Correct it, or"
        " leave it blank."
    ),
    "lrs-not-found": (
        "The Learning Records Service does not know ULN {uln}. Correct it, or leave it"
        " blank."
    ),
    "lrs-linked": (
        "The Learning Records Service links ULN {uln} to master ULN {master}, which is"
        " the learner's as well. Consider giving that one."
    ),
    "reference-excel": (
        "{value} looks like what Excel makes of a reference that it takes for a number"
        " or a date. Check it, and format the column as text next time."
    ),
    "like-row": (
        "The name and date of birth are those of {rows} as well. Remove the record if it"
        " is the same person, or say that it is a different one."
    ),
    "different-row": (
        "The name and date of birth are those of {rows} as well. It is said that the"
        " person of this row is a different one."
    ),
    "like-learner": (
        "The name and date of birth are those of {people} of your centre."
        " Say whether this is the same person or a different one."
    ),
}


def title(column: str) -> str:
    """Return a column's title without the star of the mandatory ones."""
    return "Row" if column == OVERFLOW else COLUMNS[column].removesuffix("*")


def sentence(problem: Problem, cells: Mapping[str, str]) -> str:
    """Say what is wrong and what to do, with the values that the person typed (U6)."""
    value = cells.get(problem.column, "").strip()
    is_impossible = problem.code == "not-a-real-date"
    earlier, later = centuries(value)
    name = name_on_certificate(cells)
    return SENTENCES[problem.code].format(
        title=title(problem.column),
        value=value,
        uln=cells.get("uln", "").strip(),
        master=cells.get("master_uln", ""),
        longest=LONGEST,
        youngest=YOUNGEST,
        oldest=OLDEST,
        earlier=earlier,
        later=later,
        impossible=why_not_real(value) if is_impossible else "",
        name=name,
        length=len(name),
        most_printed=MOST_ON_CERTIFICATE,
        genders=_join_names(list(GENDERS)),
        rows=_name_fields("row", "rows", [str(row) for row in problem.rows]),
        learners=_join_names(list(problem.learners)),
        people=_name_fields("learner", "learners", list(problem.learners)),
    )


def _name_fields(one: str, many: str, names: list[str]) -> str:
    return f"{one if len(names) == 1 else many} {_join_names(names)}"


def _join_names(names: list[str]) -> str:
    *most, last = names or [""]
    return f"{', '.join(most)} and {last}" if most else last
