"""What is said of who has no Active registration: what became of it, what to do (M4, B2)."""

from collections.abc import Callable
from datetime import timedelta

import pytest

from aggregates.bookings.booking_refusals import NotRegisteredForTest
from aggregates.claims.claim_refusals import NotRegistered
from aggregates.errors import Refusal
from commands.bookings.entry_order import BeginEntryOrder
from commands.claims.certificate import RevokeCertificate
from commands.registrations.cancellation import CancelRegistration
from events.bookings.entry_order import Entry
from store import EventStore
from tests.claim_examples import TESTED, award
from tests.clock import Clock
from tests.commands.claim_centre import ADMINISTRATOR, SPECIALIST
from tests.commands.frameworks import WHOLE, Provider
from tests.commands.order_centre import SINGLE
from tests.order_examples import ANN


@pytest.fixture
def provider(store: EventStore, clock: Clock) -> Provider:
    return Provider.open(store, clock)


def begin_claim(provider: Provider) -> None:
    provider.claim_centre.begin({ANN: award("Full", grades={})}, qualification=SINGLE)


def enter(provider: Provider) -> None:
    entry = Entry(
        learner=ANN,
        qualification=SINGLE,
        unit=TESTED,
        delivery="Onscreen",
        starts=provider.order_centre.now() + timedelta(days=2),
        mode="Online",
    )
    command = BeginEntryOrder(
        by=ADMINISTRATOR, at=provider.order_centre.now(), entries=(entry,)
    )
    provider.order_centre.send(command)


BOTH = [(begin_claim, NotRegistered), (enter, NotRegisteredForTest)]


@pytest.mark.parametrize(("ask", "refusal"), BOTH)
def test_what_completed_a_registration_is_named_and_who_reopens_it(
    provider: Provider, ask: Callable[[Provider], None], refusal: type[Refusal]
) -> None:
    """M4, M14, M16, M18, B2: not that another be ordered, which costs money."""
    provider.order_centre.confirm(provider.order_centre.ready(ANN))
    (made,) = provider.order_centre.made()
    claim = provider.claim_centre.begin(
        {ANN: award("Full", grades=dict(WHOLE))}, qualification=SINGLE
    )
    provider.claim_centre.submit(claim)
    with pytest.raises(refusal) as completed:
        ask(provider)
    said = str(completed.value)
    assert f"{made.registration} of {ANN} on {SINGLE} is Completed" in said
    assert f"by the Full award of {claim}. Withdraw {claim} if" in said
    assert "ask an Account Specialist to reopen the registration" in said
    assert "Order" not in said
    provider.claim_centre.process(claim)
    provider.order_centre.send(
        RevokeCertificate(
            by=SPECIALIST,
            at=provider.order_centre.now(),
            certificate=provider.claim_centre.certificate(claim, ANN),
            reason="Wrong",
        )
    )
    with pytest.raises(refusal, match=f"{claim}, which was revoked. Ask an Account"):
        ask(provider)


@pytest.mark.parametrize(("ask", "refusal"), BOTH)
def test_a_registration_that_was_cancelled_is_named(
    provider: Provider, ask: Callable[[Provider], None], refusal: type[Refusal]
) -> None:
    """M4, B2, C1: one that never was is ordered, as before."""
    with pytest.raises(refusal, match=r"no Active registration .* Order one"):
        ask(provider)
    provider.order_centre.confirm(provider.order_centre.ready(ANN))
    (made,) = provider.order_centre.made()
    provider.order_centre.send(
        CancelRegistration(
            by=ADMINISTRATOR,
            at=provider.order_centre.now(),
            registration=made.registration,
            reason="By mistake",
        )
    )
    with pytest.raises(
        refusal, match=f"{made.registration} .* is Cancelled. Order another"
    ):
        ask(provider)
