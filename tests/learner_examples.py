"""One canonical learner, record, file and upload, to be varied by what matters."""

from collections.abc import Mapping
from datetime import date
from itertools import islice
from typing import Any
from uuid import UUID

from aggregates.learners.details import COLUMNS, Details
from aggregates.learners.uln import uln_fault
from events.identifier import Kind, identifier
from events.learners.learner import LearnerCreated
from events.uploads.upload import RecordRead, UploadReceived
from files.template import TEMPLATE

TODAY = date(2026, 11, 24)
CENTRE = "48213"
GROUP = identifier(Kind.GROUP, 42)
CHLOE = identifier(Kind.LEARNER, 17)
ZOE = identifier(Kind.LEARNER, 18)
PERSON = UUID("5eed0000-0000-4000-8000-000000000001")
ULN, OTHER_ULN, THIRD_ULN = "1000102504", "1026893096", "1174112637"

CELLS: Mapping[str, str] = {
    "given_name": "Chloë",
    "family_name": "D'Arcy",
    "date_of_birth": "27/3/2006",
    "gender": "F",
    "uln": ULN,
    "centre_reference": "RIV-1",
    "email": "chloe@example.org",
    "postcode": "OX4 1AB",
}
DETAILS = Details(
    given_name="Chloë",
    family_name="D'Arcy",
    date_of_birth=date(2006, 3, 27),
    gender="F",
    uln=ULN,
    centre_reference="RIV-1",
    email="chloe@example.org",
    postcode="OX4 1AB",
)


def made_ulns(many: int) -> list[str]:
    """Make so many ULNs that pass the check digit."""
    digits = (f"{number}" for number in range(1_000_200_000, 10**10))
    return list(islice((uln for uln in digits if not uln_fault(uln)), many))


def cells(**changed: str) -> dict[str, str]:
    """Make the cells of a good row, but for those changed."""
    return {**CELLS, **changed}


def strangers(*rows: Mapping[str, str]) -> list[dict[str, str]]:
    """Give each of the rows a given name of its own: A, B and so on after it."""
    letters = (chr(65 + at % 26) * (1 + at // 26) for at in range(len(rows)))
    names = (f"{row['given_name']} {x}" for row, x in zip(rows, letters, strict=True))
    return [{**row, "given_name": name} for row, name in zip(rows, names, strict=True)]


def csv_file(*rows: Mapping[str, str], header: str = TEMPLATE) -> bytes:
    """Make a file of those rows, in UTF-8."""
    lines = (",".join(row.get(column, "") for column in COLUMNS) for row in rows)
    return (header + "".join(f"{line}\r\n" for line in lines)).encode()


def learner_created(**changed: Any) -> LearnerCreated:
    told: dict[str, Any] = {
        "learner": CHLOE,
        "centre": CENTRE,
        "group": None,
        "person_id": PERSON,
        **vars(DETAILS),
    }
    return LearnerCreated(**(told | changed))


def upload_received(**changed: Any) -> UploadReceived:
    told: dict[str, Any] = {
        "group": GROUP,
        "centre": CENTRE,
        "user": "admin.riverside",
        "name": "Autumn 2026",
        "file_name": "learners.csv",
        "size": 1000,
        "sha256": "0" * 64,
        "file": "f" * 32,
        "encoding": "utf-8",
        "rows": 4,
        "accented": (2,),
    }
    return UploadReceived(**(told | changed))


def record_read(**changed: Any) -> RecordRead:
    told: dict[str, Any] = {
        "group": GROUP,
        "row": 2,
        "person_id": PERSON,
        "cells": dict(CELLS),
        "problems": (),
        "warnings": (),
    }
    return RecordRead(**(told | changed))
