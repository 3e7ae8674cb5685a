"""Dates of birth in requests, in the same forms as in files of learners (U4)."""

from datetime import date
from typing import Annotated

from pydantic import BeforeValidator, WithJsonSchema

from aggregates.learners.date_of_birth import read_date
from aggregates.text import clean
from aggregates.uploads.problem import sentence
from events.uploads.upload import Problem


def _parse_birth_date(text: object) -> object:
    """Parse a date as in a file of learners. Raises ValueError with the same message."""
    if not isinstance(text, str):
        return text
    written = clean(text)
    read = read_date(written)
    if isinstance(read, date):
        return read
    problem = Problem(column="date_of_birth", code=read)
    raise ValueError(sentence(problem, {"date_of_birth": written or "This"}))


BirthDate = Annotated[
    date,
    BeforeValidator(_parse_birth_date),
    WithJsonSchema(
        {
            "type": "string",
            "maxLength": 40,
            "description": "As 27/3/2006, 27 March 2006 or 2006-03-27.",
            "examples": ["27/3/2006"],
        }
    ),
]
