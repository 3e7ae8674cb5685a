"""A file of 240 learners as a centre's own spreadsheet leaves it: damaged."""

from collections.abc import Mapping
from dataclasses import dataclass

from files.template import TEMPLATE
from tests.learner_examples import made_ulns

ROWS = 240
FIRST = 2
ULNS = made_ulns(ROWS)
NAMES = ("Irène Peña", "Bjørn Åkesson", "Zoë Müller", "Seán O'Brien", "Chloë D'Arcy")
BORN = "14/05/2006"


@dataclass(frozen=True, kw_only=True)
class Damage:
    """What is put into a row, what the check finds there, and what puts it right."""

    cells: Mapping[str, str]
    code: str
    right: Mapping[str, str]


EXPECTED_TWICE = 150
DAMAGE: Mapping[int, Damage] = {
    10: Damage(cells={"uln": "1.23E+09"}, code="uln-excel", right={"uln": ""}),
    20: Damage(
        cells={"date_of_birth": "3/9/06"},
        code="two-digit-year",
        right={"date_of_birth": "3/9/2006"},
    ),
    30: Damage(
        cells={"uln": ULNS[30][:-1]}, code="uln-malformed", right={"uln": ULNS[30]}
    ),
    40: Damage(
        cells={"date_of_birth": "31/02/2006"},
        code="not-a-real-date",
        right={"date_of_birth": "28/02/2006"},
    ),
    50: Damage(
        cells={"family_name": ""}, code="missing", right={"family_name": "Found"}
    ),
    60: Damage(cells={"uln": "1000102508"}, code="uln-check-digit", right={"uln": ""}),
    70: Damage(
        cells={"date_of_birth": "14/05/2031"},
        code="date-in-future",
        right={"date_of_birth": BORN},
    ),
    80: Damage(
        cells={"date_of_birth": "14/05/2020"},
        code="too-young",
        right={"date_of_birth": BORN},
    ),
    90: Damage(
        cells={"date_of_birth": "14/05/1900"},
        code="too-old",
        right={"date_of_birth": BORN},
    ),
    100: Damage(
        cells={"date_of_birth": "May"},
        code="not-a-date",
        right={"date_of_birth": BORN},
    ),
    EXPECTED_TWICE: Damage(
        cells={"uln": ULNS[EXPECTED_TWICE + 1]}, code="uln-twice", right={"uln": ""}
    ),
    # What LRS says, as its simulated file has these learners.
    160: Damage(
        cells={
            "given_name": "Edith",
            "family_name": "Moss",
            "date_of_birth": "15/05/2006",
            "uln": "7000000030",
        },
        code="lrs-similar",
        right={"family_name": "Lane"},
    ),
    170: Damage(
        cells={
            "given_name": "Ivan",
            "family_name": "Petrov",
            "date_of_birth": "17/05/2006",
            "uln": "7000000049",
        },
        code="lrs-differs",
        right={"date_of_birth": "16/05/2006"},
    ),
    180: Damage(cells={"uln": "7000000057"}, code="lrs-not-found", right={"uln": ""}),
    190: Damage(
        cells={
            "given_name": "Roza",
            "family_name": "Marsh",
            "date_of_birth": "14/05/2006",
            "gender": "F",
            "uln": "7000000014",
        },
        code="lrs-similar",
        right={"given_name": "Rosa"},
    ),
}
"""What is wrong, by row of the file, the template's own row being 1."""

WARNED: Mapping[int, tuple[Mapping[str, str], str]] = {
    200: ({"given_name": "?ukasz", "family_name": "Kowal"}, "letter-lost"),
    210: ({"centre_reference": "1.2E+05"}, "reference-excel"),
    220: ({"uln": "9999999999"}, "uln-temporary"),
}
"""What is odd and can stay, by row."""


def rows() -> list[dict[str, str]]:
    """Make the rows, all different people, with what is wrong put in."""
    made = []
    for row in range(FIRST, FIRST + ROWS):
        given, family = NAMES[row % len(NAMES)].split(" ", 1)
        cells = {
            "given_name": given,
            "family_name": f"{family} {spelt(row)}",
            "date_of_birth": BORN,
            "uln": ULNS[row] if row % 2 and row < ROWS else "",
            "centre_reference": f"RIV-{row:05}",
        }
        if row == EXPECTED_TWICE + 1:
            cells["uln"] = ULNS[row]
        if row in DAMAGE:
            cells |= DAMAGE[row].cells
        if row in WARNED:
            cells |= WARNED[row][0]
        made.append(cells)
    return made


def spelt(number: int) -> str:
    """Write a number in letters, so that it can be part of a name."""
    return "".join(chr(ord("a") + int(digit)) for digit in f"{number:03}").title()


def as_text() -> str:
    columns = (
        "given_name",
        "family_name",
        "date_of_birth",
        "gender",
        "uln",
        "centre_reference",
        "email",
        "postcode",
    )
    lines = (",".join(row.get(name, "") for name in columns) for row in rows())
    return TEMPLATE + "".join(f"{line}\r\n" for line in lines)
