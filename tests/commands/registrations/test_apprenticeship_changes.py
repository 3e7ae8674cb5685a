"""Cancelling, reopening and another pathway, where a registration has parts."""

from functools import partial

import pytest

from aggregates.registrations.cancellation import CannotCancel, NotActive
from aggregates.registrations.invoice_line import InvoiceStatus
from aggregates.registrations.registration_refusals import IsOnApprenticeship
from aggregates.registrations.registration_state import Status
from commands.command import CommandResult
from commands.registrations.cancellation import (
    CancelRegistration,
    ChangePathway,
    RegisteredAgain,
    ReopenRegistration,
)
from commands.registrations.invoice import ReportInvoiceStatus
from events.registrations.registration import (
    PartReopened,
    RegistrationCancelled,
    RegistrationMade,
)
from store import EventStore
from tests.clock import Clock
from tests.commands.claim_centre import ADMINISTRATOR, SERVICE
from tests.commands.claims.test_apprenticeship_claims import happened_to, statuses
from tests.commands.claims.test_claim_races import at_once
from tests.commands.frameworks import Provider
from tests.commands.order_centre import APPRENTICESHIP, SEVERAL, SINGLE
from tests.order_examples import ANN

ACTIVE, COMPLETED, CANCELLED = Status.ACTIVE, Status.COMPLETED, Status.CANCELLED


@pytest.fixture
def provider(store: EventStore, clock: Clock) -> Provider:
    return Provider.open(store, clock)


def cancel(provider: Provider, made: RegistrationMade) -> CommandResult:
    return provider.claim_centre.send(
        CancelRegistration(
            by=ADMINISTRATOR,
            at=provider.claim_centre.now(),
            registration=made.registration,
            reason="Registered by mistake",
        )
    )


def reopen(provider: Provider, made: RegistrationMade) -> CommandResult:
    return provider.claim_centre.send(
        ReopenRegistration(
            by=SERVICE,
            at=provider.claim_centre.now(),
            registration=made.registration,
            reason="Claimed too early",
        )
    )


def test_an_apprenticeship_is_cancelled_with_all_of_its_parts(
    provider: Provider,
) -> None:
    """C1, C3, O7: in one append, the charge as it stands of the whole."""
    made = provider.register(ANN)
    report = ReportInvoiceStatus(
        by=SERVICE,
        at=provider.claim_centre.now(),
        line=made[0].registration,
        status=InvoiceStatus.INVOICED,
    )
    provider.claim_centre.send(report)
    cancel(provider, made[0])
    assert statuses(provider, made) == [CANCELLED] * 3
    for each in made:
        (cancelled,) = happened_to(provider, each)[-1:]
        assert isinstance(cancelled, RegistrationCancelled)
        assert cancelled.charge_stands
    assert statuses(provider, provider.register(ANN)) == [ACTIVE] * 3


def test_a_part_is_not_cancelled_alone(provider: Provider) -> None:
    """C1, O7: the registration to cancel is named."""
    made = provider.register(ANN)
    with pytest.raises(CannotCancel, match=made[0].registration):
        cancel(provider, made[1])
    assert statuses(provider, made) == [ACTIVE] * 3


def test_what_came_of_one_part_keeps_the_whole_from_being_cancelled(
    provider: Provider,
) -> None:
    """C2, O7."""
    made = provider.register(ANN)
    claim = provider.claim(SEVERAL, ANN, kind="Interim")
    with pytest.raises(CannotCancel, match=claim):
        cancel(provider, made[0])
    provider.claim_centre.withdraw(claim)
    cancel(provider, made[0])
    assert statuses(provider, made) == [CANCELLED] * 3


def test_a_completed_apprenticeship_is_not_cancelled(provider: Provider) -> None:
    """C2, O7."""
    made = provider.register(ANN)
    for qualification in (SINGLE, SEVERAL):
        provider.claim(qualification, ANN)
    with pytest.raises(NotActive, match="is Completed"):
        cancel(provider, made[0])


def test_a_part_reopened_makes_the_apprenticeship_active_again(
    provider: Provider,
) -> None:
    """M14, O7: which is not reopened by itself."""
    made = provider.register(ANN)
    for qualification in (SINGLE, SEVERAL):
        provider.claim_centre.process(provider.claim(qualification, ANN))
    with pytest.raises(IsOnApprenticeship, match=made[1].registration):
        reopen(provider, made[0])
    reopen(provider, made[1])
    assert statuses(provider, made) == [ACTIVE, ACTIVE, COMPLETED]
    assert happened_to(provider, made[0])[-1] == PartReopened(part=made[1].registration)
    provider.claim(SINGLE, ANN, kind="Fallback")
    assert statuses(provider, made) == [COMPLETED] * 3


def test_an_apprenticeship_registered_on_again_is_not_reopened_by_a_part(
    provider: Provider,
) -> None:
    """M14, O6, O7."""
    made = provider.register(ANN)
    for qualification in (SINGLE, SEVERAL):
        provider.claim_centre.process(provider.claim(qualification, ANN))
    provider.register(ANN)
    provider.claim(SINGLE, ANN)
    with pytest.raises(RegisteredAgain, match=APPRENTICESHIP):
        reopen(provider, made[1])
    assert statuses(provider, made) == [COMPLETED] * 3


def test_another_pathway_is_of_a_part(provider: Provider) -> None:
    """M11, O7."""
    made = provider.register(ANN)
    for each, is_refused in ((made[0], True), (made[2], False)):
        command = ChangePathway(
            by=SERVICE,
            at=provider.claim_centre.now(),
            registration=each.registration,
            pathway="MAIN",
            reason="Registered on the wrong one",
        )
        if is_refused:
            with pytest.raises(IsOnApprenticeship, match=made[2].registration):
                provider.claim_centre.send(command)
        else:
            provider.claim_centre.send(command)
    assert provider.claim_centre.registration(made[2].registration).pathway == "MAIN"


def test_cancelling_it_and_claiming_for_a_part_at_once_never_both_get_through(
    any_store: EventStore, clock: Clock
) -> None:
    """C2, O7."""
    provider = Provider.open(any_store, clock)
    made = provider.register(ANN)
    at_once(
        [
            partial(cancel, provider, made[0]),
            partial(provider.claim, SINGLE, ANN),
        ]
    )
    found = statuses(provider, made)
    is_claimed = provider.claim_centre.registration(made[1].registration).outcomes
    assert found == ([ACTIVE, COMPLETED, ACTIVE] if is_claimed else [CANCELLED] * 3)
