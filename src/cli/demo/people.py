"""Invented people: a file of learners, the same for the same seed."""

import csv
from collections.abc import Iterator, Sequence
from datetime import date, timedelta
from io import StringIO
from random import Random

from files.template import TEMPLATE

GIVEN = (
    *("Amara", "Aoife", "Beatriz", "Chloë", "Daisy", "Ellie", "Fatima", "Grace"),
    *("Hannah", "Imani", "Jasmine", "Katie", "Leila", "Maya", "Niamh", "Olivia"),
    *("Arjun", "Ben", "Callum", "Daniel", "Ethan", "Femi", "George", "Hamza"),
    *("Ivan", "Jack", "Kofi", "Liam", "Mateusz", "Noah", "Owen", "Ravi"),
)
FAMILY = (
    *("Adeyemi", "Ahmed", "Bailey", "Begum", "Brown", "Chen", "Clarke", "D'Arcy"),
    *("Davies", "Evans", "Fernandes", "Green", "Hughes", "Hussain", "Jones", "Kaur"),
    *("Khan", "Kowalski", "Lewis", "MacDonald", "Mensah", "Müller", "Nguyen", "Nowak"),
    *("O'Brien", "Okafor", "Osei", "Patel", "Phiri", "Reid", "Rhys", "Singh"),
    *("Smith", "Taylor", "Thomas", "Walker", "Williams", "Wilson", "Wright", "Young"),
)
OTHERS = tuple(
    name
    for name in FAMILY
    if name not in {"D'Arcy", "Müller", "Nowak", "Okafor", "Reid"}
)
"""Family names that the README's journey does not search for."""
TOWNS = ("OX4 1AB", "RG1 4PN", "RG2 0QX", "SN1 2JG", "BS1 5TR")
YOUNGEST, OLDEST = 16 * 366, 45 * 365
WEIGHTS = range(10, 1, -1)


def learner_file(
    count: int, *, seed: int, today: date, family_names: Sequence[str] = FAMILY
) -> bytes:
    """Fill the template with so many learners, each with their own ULN."""
    chance = Random(seed)  # noqa: S311 - nothing is kept secret by it
    written = StringIO(newline="")
    writer = csv.writer(written)
    written.write(TEMPLATE)
    for number, uln in enumerate(_ulns(count, chance), start=1):
        born = today - timedelta(days=chance.randrange(YOUNGEST, OLDEST))
        writer.writerow(
            [
                chance.choice(GIVEN),
                chance.choice(family_names),
                born.isoformat(),
                chance.choice("FM"),
                uln,
                f"{seed}-{number:05}",
                f"{seed}.{number}@example.org",
                chance.choice(TOWNS),
            ]
        )
    return written.getvalue().encode()


def _ulns(count: int, chance: Random) -> Iterator[str]:
    """Draw different ULNs with correct check digits."""
    seen: set[int] = set()
    while len(seen) < count:
        number = chance.randrange(100_000_000, 1_000_000_000)
        digits = zip(WEIGHTS, str(number), strict=True)
        rest = sum(weight * int(digit) for weight, digit in digits) % 11
        if rest and number not in seen:
            seen.add(number)
            yield f"{number}{10 - rest}"
