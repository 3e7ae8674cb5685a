"""Unusual values in a learner's details: warned of, never refused (U6)."""

import re
from collections.abc import Mapping

from events.uploads.upload import Problem

GENDERS = ("M", "F", "X")
"""What is offered for gender (d)."""

LRS_GENDERS = frozenset({"male", "female", "0", "1", "2", "9"})
"""What the Learning Records Service calls genders: 0 is not known, 9 not specified."""

MOST_ON_CERTIFICATE = 60
"""How many characters of a name, given and family, a certificate has room for (d)."""

NAMES = ("given_name", "family_name")
_KNOWN_GENDERS = LRS_GENDERS | {each.casefold() for each in GENDERS}
_NOT_OF_A_NAME = re.compile(r'[0-9<>{}\[\]@#$%^*=+|\\/_~;:"!,&]')
_NO_NAMES = frozenset(
    {"not known", "unknown", "not applicable", "none", "nil", "null", "nan", "tbc"}
    | {"tba", "test", "test test", "testing", "undefined", "xxx"}
)
_ADDRESS = re.compile(r"[^@\s,;<>]+@[^@\s,;<>.]+(?:\.[^@\s,;<>.]+)+")


def unusual_values(values: Mapping[str, str]) -> list[Problem]:
    """Warn of what is unusual in cells that were cleaned; blank ones are passed over."""
    found = [
        Problem(column=column, code="name-unusual")
        for column in NAMES
        if values[column] and not looks_like_name(values[column])
    ]
    length = len(values["given_name"]) + 1 + len(values["family_name"])
    if length > MOST_ON_CERTIFICATE:
        found.append(Problem(column="family_name", code="name-too-long-to-print"))
    if values["gender"] and values["gender"].casefold() not in _KNOWN_GENDERS:
        found.append(Problem(column="gender", code="gender-unknown"))
    email = values["email"]
    if email and not _ADDRESS.fullmatch(email):
        is_many = email.count("@") > 1
        code = "email-many" if is_many else "email-unusual"
        found.append(Problem(column="email", code=code))
    return found


def looks_like_name(text: str) -> bool:
    """Tell a name from ``-``, ``123``, ``N/A`` and ``<b>x</b>``: it is made of letters."""
    if text.casefold() in _NO_NAMES:
        return False
    if text.isalpha():  # as most names are
        return True
    has_letters = any(map(str.isalpha, text))
    return has_letters and not _NOT_OF_A_NAME.search(text)


def name_on_certificate(values: Mapping[str, str]) -> str:
    """Give the name as a certificate has it."""
    return " ".join(values.get(name, "") for name in NAMES).strip()
