"""What people type into fields, read as what it means."""

import re
from collections.abc import Sequence
from datetime import date
from enum import StrEnum
from typing import NamedTuple, TypeVar

from aggregates.errors import Malformed, Refusal
from aggregates.learners.date_of_birth import read_date
from aggregates.text import clean
from aggregates.uploads.problem import sentence
from events.uploads.upload import Problem
from web.http.context import PageContext

E = TypeVar("E", bound=StrEnum)


PASTED = "pasted"
"""The field that lines of a spreadsheet are pasted into."""
PIN_DIGITS = re.compile(r"[0-9]{4}", re.ASCII)
WHOLE_NUMBER = re.compile(r"[0-9]{1,9}", re.ASCII)


class VersionMissing(Malformed):
    code = "version-missing"
    message = (
        "This form does not say what it was filled in on, so nothing was done. Open the"
        " page again, and send it from there."
    )


class DayUnreadable(Malformed):
    code = "day-unreadable"
    message = "{why}"


class ChoiceUnknown(Malformed):
    code = "choice-unknown"
    message = "{given} is none of the choices. Choose one of those shown."


def read_day(given: str | None, name: str) -> date | None:
    """Read a day as in a file of learners; None if nothing was typed.

    Raises DayUnreadable at the field of that name, with the same sentence.
    """
    if not given:
        return None
    written = clean(given)
    read = read_date(written)
    if isinstance(read, date):
        return read
    problem = Problem(column="date_of_birth", code=read)
    why = sentence(problem, {"date_of_birth": written or "This"})
    raise DayUnreadable(path=(name,), why=why)


def read_choice(kind: type[E], given: str | None, name: str) -> E | None:
    """Read one of the choices; None if none was made. Raises ChoiceUnknown."""
    if not given:
        return None
    try:
        return kind(given)
    except ValueError:
        raise ChoiceUnknown(path=(name,), given=given) from None


def read_number(given: str | None) -> int | None:
    """Read a whole number of up to nine digits; None if it is none."""
    return int(given) if given and WHOLE_NUMBER.fullmatch(given) else None


def read_version(given: str) -> int:
    """Read the version that a form was shown at. Raises VersionMissing."""
    version = read_number(given)
    if version is None:
        raise VersionMissing
    return version


class PinUnreadable(Malformed):
    code = "pin-unreadable"
    message = "A PIN is four digits. Type yours."


def read_pin(context: PageContext, name: str) -> str:
    """Read a PIN from its field (B14). Raises PinUnreadable."""
    pin = context.form.text(name)
    if not PIN_DIGITS.fullmatch(pin):
        raise PinUnreadable(path=(name,))
    return pin


class NothingPasted(Malformed):
    code = "nothing-pasted"
    message = (
        "Nothing was pasted, so nothing was saved. Copy the rows of a spreadsheet, and"
        " paste them here."
    )


class LineUnreadable(Malformed):
    code = "line-unreadable"
    message = "Line {line}: {why}"


class SaidTwice(Malformed):
    code = "said-twice"
    message = "{who} is on line {first} as well. Leave one of the two out."


class PastedLine(NamedTuple):
    """A line that is not empty; numbers begin with 1, as an editor counts."""

    number: int
    cells: Sequence[str]

    def fault(self, why: Refusal) -> LineUnreadable:
        """Say what is wrong with it, at the field of what was pasted."""
        return LineUnreadable(path=(PASTED,), line=self.number, why=str(why))


def read_pasted(context: PageContext) -> list[PastedLine]:
    """Read what was pasted; cells end at tabs, commas and semicolons. Raises NothingPasted."""
    written = "\n".join(context.form.all(PASTED)).splitlines()
    lines = [
        PastedLine(number, [cell.strip() for cell in re.split(r"[\t;,]", text)])
        for number, text in enumerate(written, start=1)
        if text.strip()
    ]
    if not lines:
        raise NothingPasted(path=(PASTED,))
    return lines
