"""A registration is cancelled as something comes of it: never both, on both databases."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta
from decimal import Decimal
from functools import partial
from typing import TypeAlias

import pytest

from aggregates.bookings.sitting import Attendance
from aggregates.registrations.registration import Registration
from commands.bookings.booking import CancelBooking, ReportOutcome
from commands.bookings.entry_order import BeginEntryOrder, ConfirmEntryOrder
from commands.registrations.cancellation import CancelRegistration
from events.bookings.entry_order import Entry
from repositories.aggregate_types import ENTRY_ORDER
from repositories.repository import load
from store import EventStore
from tests.claim_examples import REFERENCE, TESTED, award
from tests.clock import Clock
from tests.commands.claim_centre import ADMINISTRATOR, COLLEAGUE, SERVICE, ClaimCentre
from tests.commands.claims.test_claim_races import at_once
from tests.commands.life.world import CATALOGUE

TRIES = [4, pytest.param(200, marks=pytest.mark.prove)]
STANDING_IN_THE_WAY = {Attendance.BOOKED, Attendance.TAKEN}


@dataclass(frozen=True, kw_only=True)
class RacedRegistration:
    """A learner on a registration of a centre that makes claims."""

    claim_centre: ClaimCentre
    learner: str
    registration: str

    def cancel(self) -> None:
        self.claim_centre.send(
            CancelRegistration(
                by=COLLEAGUE,
                at=self.claim_centre.now(),
                registration=self.registration,
                reason="Registered by mistake",
            )
        )

    def enter(self) -> str:
        """Put an order of a test together that can be sat at once."""
        entry = Entry(
            learner=self.learner,
            qualification=REFERENCE,
            unit=TESTED,
            delivery="Onscreen",
            mode="Online",
            starts=self.claim_centre.now() + timedelta(hours=2),
        )
        command = BeginEntryOrder(
            by=ADMINISTRATOR, at=self.claim_centre.now(), entries=(entry,)
        )
        return self.claim_centre.send(command).created_id

    def book(self, order: str) -> None:
        self.claim_centre.send(
            ConfirmEntryOrder(
                by=ADMINISTRATOR,
                at=self.claim_centre.now(),
                order=order,
                total=Decimal("14.50"),
            )
        )

    def state(self) -> Registration:
        return self.claim_centre.registration(self.registration)


Acts: TypeAlias = tuple[Callable[[], object], Callable[[], object]]


def a_booking(place: RacedRegistration) -> Acts:
    """Confirm the order of a test."""
    return partial(place.book, place.enter()), place.cancel


def an_outcome(place: RacedRegistration) -> Acts:
    """Report a test as taken, as its booking is cancelled and the registration too."""
    order = place.enter()
    place.book(order)
    confirmed = load(
        ENTRY_ORDER, order, store=place.claim_centre.context.store, reader=ADMINISTRATOR
    )[1].confirmed
    assert confirmed
    booking = confirmed.entries[0].booking
    now = place.claim_centre.now()
    taken = ReportOutcome(
        by=SERVICE, at=now, booking=booking, attendance=Attendance.TAKEN
    )

    def give_up() -> None:
        place.claim_centre.send(CancelBooking(by=COLLEAGUE, at=now, booking=booking))
        place.cancel()

    return partial(place.claim_centre.send, taken), give_up


def a_claim(place: RacedRegistration) -> Acts:
    """Save grades and submit them."""
    nothing = {place.learner: award("Interim", grades={})}
    claim = place.claim_centre.begin(nothing)

    def submit() -> None:
        place.claim_centre.save(claim, {place.learner: award("Interim")})
        place.claim_centre.submit(claim)

    return submit, place.cancel


@pytest.mark.parametrize("tries", TRIES)
@pytest.mark.parametrize("race", [a_booking, an_outcome, a_claim])
def test_a_registration_is_cancelled_or_something_comes_of_it_and_never_both(
    any_store: EventStore,
    clock: Clock,
    race: Callable[[RacedRegistration], Acts],
    tries: int,
) -> None:
    """C2: decided on the registration, under optimistic concurrency."""
    claim_centre = ClaimCentre(store=any_store, now=clock, catalogue=CATALOGUE)
    claim_centre.open()
    won = set()
    for number in range(tries):
        place = RacedRegistration(
            claim_centre=claim_centre,
            learner=f"L-000001{number:04}A",
            registration=f"R-000001{number:04}",
        )
        claim_centre.register(place.learner, place.registration)
        at_once(race(place)[:: 1 if number % 2 else -1])
        state = place.state()
        standing = {sitting.attendance for sitting in state.sittings.values()}
        came_of_it = standing & STANDING_IN_THE_WAY or state.awards or state.outcomes
        assert bool(came_of_it) != state.is_cancelled
        won.add(state.is_cancelled)
    assert len(won) == 2 or tries < 200, "no race: the same one always wins"
