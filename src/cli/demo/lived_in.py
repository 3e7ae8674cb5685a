"""A centre in the middle of its year: some work done, some waiting, some due tomorrow."""

import csv
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, time, timedelta
from decimal import Decimal
from io import StringIO

from aggregates.orders.order_linking import PathwayChoice
from aggregates.uk_time import LONDON
from catalogue import AwardType
from cli.demo.filling import PATIENCE, PRODUCT, Filling
from cli.demo.people import OTHERS, learner_file
from cli.demo.users import USERS
from cli.session import CHANNEL, get_user
from commands.bookings.booking import AmendBooking
from commands.bookings.entry_lines import EntryLine
from commands.bookings.entry_order import BeginEntryOrder, ConfirmEntryOrder
from commands.claims.claim import BeginClaim
from commands.learners.learner import AmendLearner
from commands.orders.order import BeginOrder, Dating
from commands.orders.order_linking import Linking
from commands.registrations.cancellation import CancelRegistration
from events.bookings.entry_order import Entry
from events.orders.order import CourseDates
from projections.learners import learner_search
from repositories.aggregate_types import ENTRY_ORDER, ORDER
from repositories.repository import load
from service import Service
from store import Actor

LEARNERS, NEWCOMERS = 24, 8
TEST_UNIT, TEST_PRICE, EXTRA_TIME = "F/506/1934", Decimal("14.50"), 25
OTHER_PRODUCT, OTHER_PATHWAY = "Q-0005001568", "FOOD"
SLIPS = ((1, "Date of birth*", "31/02/2007"), (4, "ULN", "1000102508"))
"""The mistakes in the second file: the learner, the column and the value."""


@dataclass(frozen=True, kw_only=True)
class LivedIn(Filling):
    """An administrator and an assessor of a centre, at work."""

    assessor: Actor

    def fill_year(self) -> None:
        """Leave learners, orders, a test tomorrow, claims, and mistakes to correct."""
        learners = self.submit(
            self.upload("Autumn starters", "autumn-starters.csv", self.people(0))
        )
        order = self.order_products(learners)
        self.book_test(learners[:4])
        self.claim_for(learners[4:12])
        self.begin_claim(learners[12:16])
        self.begin_order(learners[16:19])
        self.change_email(learners[19])
        self.cancel_registration(order, learners[20])
        self.upload(
            "Spring starters", "spring-starters.csv", with_slips(self.people(1))
        )
        self.service.read_models.wait_for(self.service.store.head(), PATIENCE)

    def people(self, file: int) -> bytes:
        count = NEWCOMERS if file else LEARNERS
        seed = self.seed + file
        return learner_file(count, seed=seed, today=self.today, family_names=OTHERS)

    def book_test(self, learners: Sequence[str]) -> None:
        """Book a test for tomorrow morning, and give one learner extra time."""
        day, at = self.today + timedelta(days=1), self.service.clock()
        test = Entry(
            learner="",
            qualification=PRODUCT,
            unit=TEST_UNIT,
            delivery="Onscreen",
            mode="Online",
            starts=datetime.combine(day, time(10), tzinfo=LONDON),
        )
        line = EntryLine(test=test, learners=tuple(learners))
        order = self.send(BeginEntryOrder(by=self.by, at=at, lines=(line,)))
        total = TEST_PRICE * len(learners)
        self.send(ConfirmEntryOrder(by=self.by, at=at, order=order, total=total))
        _, booked = load(ENTRY_ORDER, order, store=self.service.store, reader=self.by)
        assert booked.confirmed is not None  # noqa: S101 - just confirmed
        booking = booked.confirmed.entries[-1].booking
        self.send(
            AmendBooking(by=self.by, at=at, booking=booking, extra_time=EXTRA_TIME)
        )

    def claim_for(self, learners: Sequence[str]) -> None:
        """Claim certificates; two of the learners still lack a unit."""
        ways = self.enough()
        achieved = {
            learner: way if place > 1 else way[:-1]
            for place, (learner, way) in enumerate(zip(learners, ways, strict=False))
        }
        self.process(self.claim(achieved, AwardType.FULL))

    def begin_claim(self, learners: Sequence[str]) -> None:
        """Begin a claim without grades."""
        units, at = self.enough()[0], self.service.clock()
        begin = BeginClaim(
            by=self.by,
            at=at,
            qualification=PRODUCT,
            units=tuple(sorted(units)),
            learners=tuple(learners),
        )
        self.send(begin)

    def begin_order(self, learners: Sequence[str]) -> None:
        """Begin an order that only needs to be checked and confirmed."""
        today, pathway = self.today, PathwayChoice(pathway=OTHER_PATHWAY)
        dates = CourseDates(starts=today, ends=today + timedelta(days=300))
        begin = BeginOrder(
            by=self.by,
            at=self.service.clock(),
            products=(OTHER_PRODUCT,),
            linkings=(Linking(learners=dict.fromkeys(learners, pathway)),),
            datings=(Dating(dates=dates),),
        )
        self.send(begin)

    def change_email(self, learner: str) -> None:
        amend = AmendLearner(
            by=self.assessor,
            at=self.service.clock(),
            learner=learner,
            cells={"email": "new.address@example.org"},
            alike=learner_search.finder(self.service.read_models.connection),
        )
        self.send(amend)

    def cancel_registration(self, order: str, learner: str) -> None:
        _, ordered = load(ORDER, order, store=self.service.store, reader=self.by)
        assert ordered.confirmed is not None  # noqa: S101 - just confirmed
        registration = ordered.confirmed.lines[0].registrations[learner]
        cancel = CancelRegistration(
            by=self.by,
            at=self.service.clock(),
            registration=registration,
            reason="Left before the course began.",
        )
        self.send(cancel)


def fill_centre(service: Service) -> None:
    """Fill the demo's first centre with the work of two users, so that no page is empty."""
    administrator, assessor = (
        get_user(service, user.name).actor(CHANNEL) for user in USERS[:2]
    )
    LivedIn(service=service, by=administrator, assessor=assessor, seed=1).fill_year()


def with_slips(content: bytes) -> bytes:
    """Put typing mistakes into a file of learners."""
    rows = list(csv.DictReader(StringIO(content.decode())))
    for learner, column, slip in SLIPS:
        rows[learner][column] = slip
    written = StringIO(newline="")
    writer = csv.DictWriter(written, rows[0].keys())
    writer.writeheader()
    writer.writerows(rows)
    return written.getvalue().encode()
