"""A centre, its people and a store where many lives are lived one after the other."""

from collections.abc import Callable, Generator, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from datetime import date
from decimal import Decimal
from functools import partial
from itertools import count
from pathlib import Path
from uuid import UUID

from catalogue import Catalogue, Window
from commands.command import CommandContext
from commands.orders.order import Dating
from events.centres.user import Role
from events.identifier import Kind, identifier
from events.orders.order import CourseDates
from projections.bookings import booking_rows
from projections.database import open_database
from projections.learners import learners
from projections.read_models import ReadModels
from projections.registrations import invoice_lines, registration_rows
from store import Actor, EventStore, open_store
from subscriptions.feed import EventFeed
from tests.claim_examples import CENTRE, TESTED, UNITS, qualification
from tests.clock import Clock
from tests.commands.erasing import naming
from tests.commands.life.model import APPRENTICESHIP, PARTS, SEVERAL, SINGLE
from tests.commands.order_centre import CATALOGUE as ORDERED
from tests.commands.order_centre import OrderCentre

EVER = Window(opens=date(2014, 9, 1), closes=date(9000, 1, 1))
RULES = replace(
    qualification(
        reference=SEVERAL,
        units=tuple(
            replace(unit, credits=4, delivery=("Onscreen", "Paper"))
            if unit.reference == TESTED
            else unit
            for unit in UNITS
        ),
        certification_ends=EVER.closes,
    ),
    registration=EVER,
)
CATALOGUE = Catalogue(
    all_versions={
        SEVERAL: (RULES,),
        SINGLE: (replace(RULES, reference=SINGLE, pathways=RULES.pathways[:1]),),
    },
    apprenticeships={
        APPRENTICESHIP: replace(
            ORDERED.apprenticeships[APPRENTICESHIP],
            qualifications=PARTS,
            registration=EVER,
        )
    },
)
PRICES = {
    SINGLE: Decimal("98.00"),
    SEVERAL: Decimal("98.00"),
    APPRENTICESHIP: Decimal("140.00"),
}
OTHER_CENTRE = "50107"
CENTRES = (CENTRE, OTHER_CENTRE)
DATING = Dating(dates=CourseDates(starts=date(2026, 9, 1), ends=date(2027, 7, 1)))


def user(name: str, role: Role, centre: str | None = None) -> Actor:
    return Actor(user=name, role=role, centre=centre, channel="api")


USERS = {
    each.user: each
    for each in (
        user("first", Role.CENTRE_ADMINISTRATOR, CENTRE),
        user("second", Role.CENTRE_ADMINISTRATOR, CENTRE),
        user("assessor", Role.ASSESSOR, CENTRE),
        user("specialist", Role.ACCOUNT_SPECIALIST),
        user("invoicing", Role.INVOICING),
        user("assessment", Role.ASSESSMENT),
        user("service", Role.SERVICE),
        user("auditor", Role.AUDITOR),
        user("stranger", Role.CENTRE_ADMINISTRATOR, OTHER_CENTRE),
    )
}


@dataclass(frozen=True, kw_only=True)
class World:
    """Where lives are lived; the clock and the identifiers go on from one to the next.

    What is made later has the higher number, so that a life that is lived again finds
    everything in the same order.
    """

    store: EventStore
    clock: Clock
    models: ReadModels
    naming: Callable[[str], Sequence[UUID]]
    """Finds every stream that names a learner."""
    numbers: Iterator[int] = field(default_factory=partial(count, 1_000_000))

    @property
    def context(self) -> CommandContext:
        return CommandContext(
            store=self.store, catalogue=CATALOGUE, new_identifier=self.new_identifier
        )

    def new_identifier(self, kind: Kind) -> str:
        return identifier(kind, next(self.numbers))


@contextmanager
def opened(url: str, keys: Path) -> Generator[World]:
    """Open two centres that are approved for all there is."""
    clock = Clock()
    store = open_store(url, keys=keys, clock=clock)
    for centre in CENTRES:
        OrderCentre(store=store, now=clock).open(centre)
    database = open_database(url)
    models = (
        learners.READ_MODEL,
        registration_rows.READ_MODEL,
        booking_rows.READ_MODEL,
        invoice_lines.READ_MODEL,
    )
    read = ReadModels(database, EventFeed(store), store, models)
    try:
        yield World(store=store, clock=clock, models=read, naming=naming(store))
    finally:
        read.stop()
        database.close()
        store.close()
