"""Cancelling, reopening and another pathway, with all that goes with each."""

import pytest

from aggregates.claims.claim_status import ClaimStatus
from aggregates.errors import NotFound
from aggregates.registrations.cancellation import CannotCancel
from aggregates.registrations.invoice_line import CREDIT, InvoiceStatus
from aggregates.registrations.registration import Status
from commands.command import ReasonMissing
from commands.registrations.cancellation import (
    CancelRegistration,
    ChangePathway,
    NotProcessedYet,
    RegisteredAgain,
    ReopenRegistration,
)
from commands.registrations.invoice import ReportInvoiceStatus
from events.registrations.registration import RegistrationCancelled
from store import EventStore
from tests.claim_examples import ANN, ANNS, B2, CENTRE, ENOUGH, award
from tests.clock import Clock
from tests.commands.claim_centre import ADMINISTRATOR, SERVICE, STRANGER, ClaimCentre


@pytest.fixture
def office(any_store: EventStore, clock: Clock) -> ClaimCentre:
    office = ClaimCentre(store=any_store, now=clock)
    office.open()
    office.register(ANN, ANNS)
    return office


def cancel(office: ClaimCentre, *, reason: str = "Registered by mistake") -> None:
    office.send(
        CancelRegistration(
            by=ADMINISTRATOR, at=office.now(), registration=ANNS, reason=reason
        )
    )


def report(office: ClaimCentre, line: str, status: InvoiceStatus) -> None:
    office.send(
        ReportInvoiceStatus(by=SERVICE, at=office.now(), line=line, status=status)
    )


def last(office: ClaimCentre) -> RegistrationCancelled:
    event = office.store.log(after=office.store.head() - 1)[0].event
    assert isinstance(event, RegistrationCancelled)
    return event


def test_a_cancelled_registration_frees_the_learner_to_be_registered_again(
    office: ClaimCentre,
) -> None:
    """C1, O6."""
    cancel(office)
    assert office.status(ANNS) is Status.CANCELLED
    assert office.holder(ANN) is None
    office.register(ANN, "R-0000000099")
    assert office.status("R-0000000099") is Status.ACTIVE


@pytest.mark.parametrize(
    ("reported", "stands"),
    [
        ([], False),
        ([InvoiceStatus.INVOICED], True),
        ([InvoiceStatus.INVOICED, InvoiceStatus.PAID], True),
        ([InvoiceStatus.INVOICED, InvoiceStatus.CREDITED], False),
    ],
)
def test_the_charge_is_decided_on_what_was_invoiced_at_that_moment_and_is_recorded(
    office: ClaimCentre,
    reported: list[InvoiceStatus],
    stands: bool,  # noqa: FBT001 - a case of the table
) -> None:
    """C3."""
    for status in reported:
        report(office, ANNS, status)
    cancel(office)
    assert last(office).charge_stands == stands
    assert last(office).invoice_status == (
        reported[-1] if reported else InvoiceStatus.NOT_INVOICED
    )


def test_a_credit_can_be_reported_on_only_where_there_is_one(
    office: ClaimCentre,
) -> None:
    """C3, C4."""
    with pytest.raises(NotFound):
        report(office, ANNS + CREDIT, InvoiceStatus.CREDITED)
    cancel(office)
    report(office, ANNS + CREDIT, InvoiceStatus.CREDITED)


def test_what_was_credited_before_it_was_cancelled_is_not_credited_twice(
    office: ClaimCentre,
) -> None:
    """C3, C4."""
    report(office, ANNS, InvoiceStatus.INVOICED)
    report(office, ANNS, InvoiceStatus.CREDITED)
    cancel(office)
    with pytest.raises(NotFound):
        report(office, ANNS + CREDIT, InvoiceStatus.CREDITED)


def test_a_draft_claim_does_not_stand_in_the_way_and_is_kept_back_afterwards(
    office: ClaimCentre,
) -> None:
    """C2, M10."""
    claim = office.begin({ANN: award("Full", grades={})})
    cancel(office)
    office.save(claim, {ANN: award("Full", grades=ENOUGH)})
    office.submit(claim)
    assert office.standings(claim) == {ANN: ClaimStatus.UNSUBMITTED}
    (why,) = office.claim(claim).learners[ANN].withheld.reasons  # type: ignore[union-attr] # it was
    assert why.code == "registration-cancelled"
    assert office.registration(ANNS).outcomes == {}


def test_grades_saved_in_a_claim_stand_in_the_way_until_they_are_taken_out(
    office: ClaimCentre,
) -> None:
    """C2."""
    claim = office.begin({ANN: award("Full", grades=ENOUGH)})
    with pytest.raises(CannotCancel, match=claim):
        cancel(office)
    office.save(claim, {ANN: award("Full", grades={})})
    cancel(office)


def test_a_reason_is_wanted_and_another_centre_finds_nothing(
    office: ClaimCentre,
) -> None:
    """C1, and section 2."""
    with pytest.raises(ReasonMissing):
        cancel(office, reason=" ")
    command = CancelRegistration(
        by=STRANGER, at=office.now(), registration=ANNS, reason="x"
    )
    with pytest.raises(NotFound):
        office.send(command)


# Reopening, and another pathway


def reopen(office: ClaimCentre, reason: str = "Claimed too early") -> None:
    office.send(
        ReopenRegistration(
            by=SERVICE, at=office.now(), registration=ANNS, reason=reason
        )
    )


def test_a_reopened_registration_can_be_claimed_for_again(office: ClaimCentre) -> None:
    """M14."""
    first = office.processed({ANN: award("Full", grades=ENOUGH)})
    assert office.status(ANNS) is Status.COMPLETED
    reopen(office)
    assert office.status(ANNS) is Status.ACTIVE
    second = office.begin({ANN: award("Full", grades={**ENOUGH, B2: "P"})})
    office.submit(second)
    assert office.standings(second) == {ANN: ClaimStatus.SUBMITTED}
    assert set(office.registration(ANNS).awards) == {first, second}


def test_what_is_not_processed_yet_is_withdrawn_rather_than_reopened(
    office: ClaimCentre,
) -> None:
    """M14, M16: else a certificate would be issued after all; then claimed anew in it."""
    claim = office.begin({ANN: award("Full", grades=ENOUGH)})
    office.submit(claim)
    with pytest.raises(NotProcessedYet, match=f"withdraw {claim} for the learner"):
        reopen(office)
    office.withdraw(claim, ANN)
    assert office.status(ANNS) is Status.ACTIVE
    office.choose(claim, [ANN])
    office.save(claim, {ANN: award("Full", grades=ENOUGH)})
    office.submit(claim)
    assert office.status(ANNS) is Status.COMPLETED
    assert office.holder(ANN) is None


def test_who_was_registered_again_since_cannot_have_the_earlier_one_reopened(
    office: ClaimCentre,
) -> None:
    """O6, M14."""
    office.processed({ANN: award("Full", grades=ENOUGH)})
    office.register(ANN, "R-0000000099")
    with pytest.raises(RegisteredAgain):
        reopen(office)
    with pytest.raises(ReasonMissing):
        reopen(office, reason="")


def test_another_pathway_is_what_the_learner_is_assessed_by_from_then_on(
    office: ClaimCentre,
) -> None:
    """M11."""
    rules = office.catalogue.qualification(office.registration(ANNS).product)
    other = next(p.code for p in rules.pathways if p.code != "MAIN")
    office.send(
        ChangePathway(
            by=SERVICE,
            at=office.now(),
            registration=ANNS,
            pathway=other,
            reason="Registered on the wrong one",
        )
    )
    assert office.registration(ANNS).pathway == other
    assert office.registration(ANNS).centre == CENTRE
