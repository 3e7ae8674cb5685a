"""What happens to many things at once is folded by as many questions as what happens to one."""

from collections.abc import Callable, Sequence
from contextlib import closing
from datetime import date
from typing import TypeAlias

import pytest
from sqlalchemy import event

from benchmarks.lists import CENTRE, QUALIFICATIONS, granted, recorded, registered
from events.claims.certificate import CertificateIssued, CertificatePrinted
from events.claims.claim import (
    ClaimBegun,
    ClaimQualificationChosen,
    ClaimSubmitted,
    Withheld,
)
from events.event import Event
from events.identifier import Kind, identifier
from events.registrations.registration import AwardClaimed
from projections.database import Database, open_database
from projections.projection_tables import ProjectionTables, prepare
from service import READ_MODELS

Facts: TypeAlias = list[tuple[str, Event]]

FEW, MANY = 2, 40
ON = date(2026, 11, 1)
CLAIM = identifier(Kind.CLAIM, 1)
BEGUN: Facts = [
    (CLAIM, ClaimBegun(claim=CLAIM, centre=CENTRE)),
    (CLAIM, ClaimQualificationChosen(qualification=QUALIFICATIONS[0])),
]


def people(count: int) -> list[tuple[str, str]]:
    """Give learners, each with the registration."""
    kinds = Kind.LEARNER, Kind.REGISTRATION
    return [(identifier(kinds[0], n), identifier(kinds[1], n)) for n in range(count)]


def registering(count: int) -> Facts:
    return [(name, registered(name, who, 0)) for who, name in people(count)]


def claiming(count: int) -> Facts:
    claimed = AwardClaimed(
        claim=CLAIM,
        award_type="Full",
        award_date=ON,
        grades={},
        overall_grade="Pass",
        rules_version=1,
    )
    awards = {who: granted(name) for who, name in people(count)}
    submitted = ClaimSubmitted(granted=awards, withheld={})
    return [(CLAIM, submitted), *((name, claimed) for _, name in people(count))]


def keeping_back(count: int) -> Facts:
    withheld = {
        who: Withheld(
            registration=name,
            award_type="Full",
            award_date=ON,
            grades={},
            rules_version=1,
            reasons=(),
        )
        for who, name in people(count)
    }
    return [(CLAIM, ClaimSubmitted(granted={}, withheld=withheld))]


def issuing(count: int) -> Facts:
    return [
        (
            f"C-{name}",
            CertificateIssued(
                certificate=f"C-{name}",
                kind="Certificate",
                claim=CLAIM,
                registration=name,
                learner=who,
                centre=CENTRE,
                qualification=QUALIFICATIONS[0],
                award_date=ON,
                overall_grade="Pass",
                units={},
                title="Of a test",
            ),
        )
        for who, name in people(count)
    ]


def printing(count: int) -> Facts:
    return [(f"C-{name}", CertificatePrinted()) for _, name in people(count)]


def reading(database: Database, *parts: Sequence[tuple[str, Event]]) -> int:
    """Fold each part into empty read models; count what is asked in the last one."""
    tables = [ProjectionTables(model, database) for model in READ_MODELS]
    prepare(database, tables)
    for each in tables:
        each.make_anew()
    asked: list[str] = []

    def note(_: object, __: object, statement: str, *___: object) -> None:
        if statement.startswith("SELECT"):
            asked.append(statement)

    position = 0
    with database.writing() as connection:
        event.listen(connection, "before_cursor_execute", note)
        for part in parts:
            asked.clear()
            batch = [recorded(position + n, *fact) for n, fact in enumerate(part, 1)]
            position += len(batch)
            for each in tables:
                handled = each.model.pick_handled(batch)
                each.model.fold_into(connection, handled, each.tables)
    return len(asked)


@pytest.mark.parametrize(
    "happening",
    [
        (registering, claiming),
        (registering, keeping_back, keeping_back),
        (registering, claiming, issuing, printing),
    ],
    ids=["claimed", "kept back", "printed"],
)
def test_many_are_asked_for_as_few_are(
    database_url: str, happening: tuple[Callable[[int], Facts], ...]
) -> None:
    counted = []
    for count in (FEW, MANY):
        with closing(open_database(database_url)) as database:
            parts = [happens(count) for happens in happening]
            counted.append(reading(database, parts[0], BEGUN, *parts[1:]))
    assert counted[0] == counted[1]
