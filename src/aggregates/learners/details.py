"""A learner's details as cells of text, and the checks on them."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date

from aggregates.learners.date_of_birth import ERASED as ERASED_BIRTH
from aggregates.learners.date_of_birth import birth_fault, read_date, read_otherwise
from aggregates.learners.uln import EXCEL_NUMBER, TEMPORARY_ULN, read_uln, uln_fault
from aggregates.text import clean, words
from aggregates.uploads.unusual_values import unusual_values
from events.event import ERASED as ERASED_TEXT
from events.uploads.upload import Problem

COLUMNS: Mapping[str, str] = {
    "given_name": "Given name*",
    "family_name": "Family name*",
    "date_of_birth": "Date of birth*",
    "gender": "Gender",
    "uln": "ULN",
    "centre_reference": "Centre reference",
    "email": "Email",
    "postcode": "Postcode",
}
"""The titles of the template's columns, by our names, in order (U2)."""

MANDATORY = ("given_name", "family_name", "date_of_birth")
LONGEST = 200
_EXCEL_REFERENCE = re.compile(
    rf"{EXCEL_NUMBER.pattern}|[0-9]{{4}}-[0-9]{{2}}-[0-9]{{2}}|[0-9]{{1,2}}-[A-Z][a-z]{{2}}",
    re.IGNORECASE,
)
OVERFLOW = "overflow"
"""The key for the surplus cells of a row that has more cells than the template."""


@dataclass(frozen=True, kw_only=True)
class Details:
    """A learner's details."""

    given_name: str
    family_name: str
    date_of_birth: date
    gender: str | None = None
    uln: str | None = None
    centre_reference: str | None = None
    email: str | None = None
    postcode: str | None = None

    @property
    def identity(self) -> tuple[str, str, date]:
        """The details of identity, which a centre may amend once (L2)."""
        return self.given_name, self.family_name, self.date_of_birth

    @property
    def others(self) -> tuple[str | None, ...]:
        """The details that a centre may amend freely (L2)."""
        return (
            self.gender,
            self.uln,
            self.centre_reference,
            self.email,
            self.postcode,
        )

    @property
    def cells(self) -> dict[str, str]:
        """The details as cells of text, by column."""
        return {
            "given_name": self.given_name,
            "family_name": self.family_name,
            "date_of_birth": self.date_of_birth.isoformat(),
            "gender": self.gender or "",
            "uln": self.uln or "",
            "centre_reference": self.centre_reference or "",
            "email": self.email or "",
            "postcode": self.postcode or "",
        }

    @property
    def likeness(self) -> str:
        """A key that is equal for two people with the same name and date of birth (U6)."""
        return likeness_of(*self.identity)


ERASED = Details(
    given_name=ERASED_TEXT, family_name=ERASED_TEXT, date_of_birth=ERASED_BIRTH
)
"""The details of a learner whose data were erased (H6)."""


@dataclass(frozen=True, kw_only=True)
class Checked:
    """The result of a check; there are details only if there are no problems."""

    details: Details | None
    problems: tuple[Problem, ...]
    warnings: tuple[Problem, ...]


def given_uln(cells: Mapping[str, str]) -> str | None:
    """Return the cells' ULN if it is valid; no two learners may share one."""
    uln = read_uln(clean(cells.get("uln", "")))
    return uln if uln and uln != TEMPORARY_ULN and not uln_fault(uln) else None


def likeness_of(given_name: str, family_name: str, born: date) -> str:
    """Make a key that is equal for two people with the same name and date of birth (U6).

    Case, accents, apostrophes, hyphens and spaces do not matter.
    """
    name = f"{' '.join(words(given_name))}, {' '.join(words(family_name))}"
    return f"{name} {born.isoformat()}"


def given_likeness(cells: Mapping[str, str]) -> str | None:
    """Return the likeness of the cells, even if other cells are wrong; None if unknown."""
    given, family = cells.get("given_name", ""), cells.get("family_name", "")
    born = read_date(clean(cells.get("date_of_birth", "")))
    if isinstance(born, str) or not (clean(given) and clean(family)):
        return None
    return likeness_of(given, family, born)


def read_as(cells: Mapping[str, str]) -> dict[str, str]:
    """Say how cells in an unusual form were read, by column (U4)."""
    written = clean(cells.get("uln", ""))
    found = {
        "date_of_birth": read_otherwise(clean(cells.get("date_of_birth", ""))),
        "uln": uln if (uln := read_uln(written)) != written else None,
    }
    return {column: read for column, read in found.items() if read}


def check_details(cells: Mapping[str, str], *, today: date | None) -> Checked:
    """Check everything that the cells alone show (U4, U6, L1), and report all faults at once.

    ``cells`` are by the names of ``COLUMNS``; a missing one is blank. Without ``today`` the
    age is not checked, because it was checked before.
    """
    values = {column: clean(cells.get(column, "")) for column in COLUMNS}
    values["uln"] = read_uln(values["uln"])
    problems = [
        *(Problem(column=c, code="missing") for c in MANDATORY if not values[c]),
        *(Problem(column=c, code="too-long") for c in COLUMNS if _too_long(values[c])),
    ]
    warnings = [
        Problem(column=column, code="letter-lost")
        for column in ("given_name", "family_name")
        if "?" in values[column]
    ]
    if _EXCEL_REFERENCE.fullmatch(values["centre_reference"]):
        warnings.append(Problem(column="centre_reference", code="reference-excel"))
    warnings += unusual_values(values)
    if cells.get(OVERFLOW):
        problems.append(Problem(column=OVERFLOW, code="too-many-cells"))
    born = _check_birth_date(values["date_of_birth"], today)
    if isinstance(born, str):
        problems.append(Problem(column="date_of_birth", code=born))
    if values["uln"] == TEMPORARY_ULN:
        warnings.append(Problem(column="uln", code="uln-temporary"))
        values["uln"] = ""
    elif values["uln"] and (fault := uln_fault(values["uln"])):
        problems.append(Problem(column="uln", code=fault))
    if problems or not isinstance(born, date):
        return Checked(details=None, problems=tuple(problems), warnings=tuple(warnings))
    details = Details(
        given_name=values["given_name"],
        family_name=values["family_name"],
        date_of_birth=born,
        gender=values["gender"] or None,
        uln=values["uln"] or None,
        centre_reference=values["centre_reference"] or None,
        email=values["email"] or None,
        postcode=values["postcode"] or None,
    )
    return Checked(details=details, problems=(), warnings=tuple(warnings))


def _too_long(value: str) -> bool:
    return len(value) > LONGEST


def _check_birth_date(text: str, today: date | None) -> date | str | None:
    """Read the date of birth: the day, or the code of its fault; None if blank."""
    if not text:
        return None
    born = read_date(text)
    if isinstance(born, str) or today is None:
        return born
    return birth_fault(born, today) or born
