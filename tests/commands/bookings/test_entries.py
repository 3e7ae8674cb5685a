"""Tests entered on real registrations, alone and with an apprenticeship."""

from decimal import Decimal

import pytest

from aggregates.bookings.booking_refusals import (
    NotRegisteredForTest,
    NotThroughApprenticeship,
    ThroughApprenticeship,
    UnitBooked,
)
from aggregates.bookings.sitting import Attendance
from commands.bookings.entry_order import BeginEntryOrder, ConfirmEntryOrder
from commands.registrations.cancellation import CancelRegistration
from events.bookings.entry_order import ConfirmedEntry, Entry
from events.registrations.registration import RegistrationMade
from repositories.aggregate_types import ENTRY_ORDER
from repositories.repository import load
from store import EventStore
from tests.claim_examples import TESTED
from tests.clock import Clock
from tests.commands.claim_centre import ADMINISTRATOR
from tests.commands.frameworks import Provider
from tests.commands.order_centre import APPRENTICESHIP, SINGLE
from tests.order_examples import ANN, BEN


@pytest.fixture
def provider(any_store: EventStore, clock: Clock) -> Provider:
    return Provider.open(any_store, clock)


def begin(provider: Provider, learner: str, through: str | None) -> str:
    clock = provider.order_centre.now()
    entry = Entry(
        learner=learner,
        qualification=SINGLE,
        apprenticeship=through,
        unit=TESTED,
        delivery="Onscreen",
        starts=clock.replace(hour=12),
        mode="Online",
    )
    command = BeginEntryOrder(by=ADMINISTRATOR, at=clock, entries=(entry,))
    return provider.order_centre.send(command).created_id


def confirm(provider: Provider, order: str) -> ConfirmedEntry:
    """Confirm an order, twice; give the one booking that comes of it."""
    context, at = provider.order_centre.context, provider.order_centre.now()
    for _ in range(2):
        provider.order_centre.send(
            ConfirmEntryOrder(
                by=ADMINISTRATOR, at=at, order=order, total=Decimal("14.50")
            )
        )
    confirmed = load(ENTRY_ORDER, order, store=context.store, reader=ADMINISTRATOR)[
        1
    ].confirmed
    assert confirmed is not None
    (entry,) = confirmed.entries
    return entry


def cancel(provider: Provider, made: RegistrationMade) -> None:
    provider.order_centre.send(
        CancelRegistration(
            by=ADMINISTRATOR,
            at=provider.order_centre.now(),
            registration=made.registration,
            reason="By mistake",
        )
    )


def test_who_came_through_an_apprenticeship_is_booked_on_that_part_of_it(
    provider: Provider,
) -> None:
    """B2, O7: through it and not as stand-alone, and the other way round."""
    _, single, several = provider.register(ANN)
    provider.order_centre.confirm(provider.order_centre.ready(BEN))
    with pytest.raises(ThroughApprenticeship, match=APPRENTICESHIP):
        begin(provider, ANN, None)
    with pytest.raises(NotThroughApprenticeship):
        begin(provider, BEN, APPRENTICESHIP)
    booked = confirm(provider, begin(provider, ANN, APPRENTICESHIP))
    assert booked.registration == single.registration
    (sitting,) = provider.claim_centre.registration(
        single.registration
    ).sittings.values()
    assert (sitting.unit, sitting.attendance) == (TESTED, Attendance.BOOKED)
    assert provider.claim_centre.registration(several.registration).sittings == {}
    with pytest.raises(UnitBooked):
        confirm(provider, begin(provider, ANN, APPRENTICESHIP))
    assert confirm(provider, begin(provider, BEN, None)).registration not in {
        single.registration,
        several.registration,
    }


def test_who_is_not_registered_any_more_is_not_booked_though_they_were_entered(
    provider: Provider,
) -> None:
    """B2, C1: decided on what is so when it is confirmed."""
    whole, *_ = provider.register(ANN)
    order = begin(provider, ANN, APPRENTICESHIP)
    cancel(provider, whole)
    with pytest.raises(NotRegisteredForTest, match=ANN):
        confirm(provider, order)
    with pytest.raises(NotRegisteredForTest):
        begin(provider, ANN, APPRENTICESHIP)
