"""Unusual values in a learner's details: they are warned of, never refused (U6)."""

import re
from collections.abc import Mapping

from events.uploads.upload import Problem

GENDERS = ("M", "F", "X")
"""The genders offered for choice (d)."""

LRS_GENDERS = frozenset({"male", "female", "0", "1", "2", "9"})
"""The codes that the Learning Records Service uses: 0 not known, 9 not specified."""

MOST_ON_CERTIFICATE = 60
"""The most characters of a full name that fit on a certificate (d)."""

NAMES = ("given_name", "family_name")
_KNOWN_GENDERS = LRS_GENDERS | {each.casefold() for each in GENDERS}
_NOT_OF_A_NAME = re.compile(r'[0-9<>{}\[\]@#$%^*=+|\\/_~;:"!,&]')
_NO_NAMES = frozenset(
    {"not known", "unknown", "not applicable", "none", "nil", "null", "nan", "tbc"}
    | {"tba", "test", "test test", "testing", "undefined", "xxx"}
)
_ADDRESS = re.compile(r"[^@\s,;<>]+@[^@\s,;<>.]+(?:\.[^@\s,;<>.]+)+")


def unusual_values(values: Mapping[str, str]) -> list[Problem]:
    """Warn of unusual values in cleaned cells; blank ones are skipped."""
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
    """Whether the text is made of letters, unlike ``-``, ``123``, ``N/A`` and ``<b>x</b>``."""
    if text.casefold() in _NO_NAMES:
        return False
    if text.isalpha():  # most names
        return True
    has_letters = any(map(str.isalpha, text))
    return has_letters and not _NOT_OF_A_NAME.search(text)


def name_on_certificate(values: Mapping[str, str]) -> str:
    """Return the name as a certificate prints it."""
    return " ".join(values.get(name, "") for name in NAMES).strip()
