"""Cancelling, reopening and another pathway, with all that goes with each."""

import pytest

from aggregates.claims.claim_status import ClaimStatus
from aggregates.errors import NotFound
from aggregates.reason import ReasonMissing
from aggregates.registrations.cancellation import CannotCancel
from aggregates.registrations.invoice_line import CREDIT, InvoiceStatus
from aggregates.registrations.registration_state import Status
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
def claim_centre(any_store: EventStore, clock: Clock) -> ClaimCentre:
    claim_centre = ClaimCentre(store=any_store, now=clock)
    claim_centre.open()
    claim_centre.register(ANN, ANNS)
    return claim_centre


def cancel(claim_centre: ClaimCentre, *, reason: str = "Registered by mistake") -> None:
    claim_centre.send(
        CancelRegistration(
            by=ADMINISTRATOR, at=claim_centre.now(), registration=ANNS, reason=reason
        )
    )


def report(claim_centre: ClaimCentre, line: str, status: InvoiceStatus) -> None:
    claim_centre.send(
        ReportInvoiceStatus(by=SERVICE, at=claim_centre.now(), line=line, status=status)
    )


def last(claim_centre: ClaimCentre) -> RegistrationCancelled:
    event = claim_centre.store.log(after=claim_centre.store.head() - 1)[0].event
    assert isinstance(event, RegistrationCancelled)
    return event


def test_a_cancelled_registration_frees_the_learner_to_be_registered_again(
    claim_centre: ClaimCentre,
) -> None:
    """C1, O6."""
    cancel(claim_centre)
    assert claim_centre.status(ANNS) is Status.CANCELLED
    assert claim_centre.holder(ANN) is None
    claim_centre.register(ANN, "R-0000000099")
    assert claim_centre.status("R-0000000099") is Status.ACTIVE


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
    claim_centre: ClaimCentre,
    reported: list[InvoiceStatus],
    stands: bool,  # noqa: FBT001 - a case of the table
) -> None:
    """C3."""
    for status in reported:
        report(claim_centre, ANNS, status)
    cancel(claim_centre)
    assert last(claim_centre).charge_stands == stands
    assert last(claim_centre).invoice_status == (
        reported[-1] if reported else InvoiceStatus.NOT_INVOICED
    )


def test_a_credit_can_be_reported_on_only_where_there_is_one(
    claim_centre: ClaimCentre,
) -> None:
    """C3, C4."""
    with pytest.raises(NotFound):
        report(claim_centre, ANNS + CREDIT, InvoiceStatus.CREDITED)
    cancel(claim_centre)
    report(claim_centre, ANNS + CREDIT, InvoiceStatus.CREDITED)


def test_what_was_credited_before_it_was_cancelled_is_not_credited_twice(
    claim_centre: ClaimCentre,
) -> None:
    """C3, C4."""
    report(claim_centre, ANNS, InvoiceStatus.INVOICED)
    report(claim_centre, ANNS, InvoiceStatus.CREDITED)
    cancel(claim_centre)
    with pytest.raises(NotFound):
        report(claim_centre, ANNS + CREDIT, InvoiceStatus.CREDITED)


def test_a_draft_claim_does_not_stand_in_the_way_and_is_kept_back_afterwards(
    claim_centre: ClaimCentre,
) -> None:
    """C2, M10."""
    claim = claim_centre.begin({ANN: award("Full", grades={})})
    cancel(claim_centre)
    claim_centre.save(claim, {ANN: award("Full", grades=ENOUGH)})
    claim_centre.submit(claim)
    assert claim_centre.standings(claim) == {ANN: ClaimStatus.UNSUBMITTED}
    (why,) = claim_centre.claim(claim).learners[ANN].withheld.reasons  # type: ignore[union-attr] # it was
    assert why.code == "registration-cancelled"
    assert claim_centre.registration(ANNS).outcomes == {}


def test_grades_saved_in_a_claim_stand_in_the_way_until_they_are_taken_out(
    claim_centre: ClaimCentre,
) -> None:
    """C2."""
    claim = claim_centre.begin({ANN: award("Full", grades=ENOUGH)})
    with pytest.raises(CannotCancel, match=claim):
        cancel(claim_centre)
    claim_centre.save(claim, {ANN: award("Full", grades={})})
    cancel(claim_centre)


def test_a_reason_is_wanted_and_another_centre_finds_nothing(
    claim_centre: ClaimCentre,
) -> None:
    """C1, and section 2."""
    with pytest.raises(ReasonMissing):
        cancel(claim_centre, reason=" ")
    command = CancelRegistration(
        by=STRANGER, at=claim_centre.now(), registration=ANNS, reason="x"
    )
    with pytest.raises(NotFound):
        claim_centre.send(command)


# Reopening, and another pathway


def reopen(claim_centre: ClaimCentre, reason: str = "Claimed too early") -> None:
    claim_centre.send(
        ReopenRegistration(
            by=SERVICE, at=claim_centre.now(), registration=ANNS, reason=reason
        )
    )


def test_a_reopened_registration_can_be_claimed_for_again(
    claim_centre: ClaimCentre,
) -> None:
    """M14."""
    first = claim_centre.processed({ANN: award("Full", grades=ENOUGH)})
    assert claim_centre.status(ANNS) is Status.COMPLETED
    reopen(claim_centre)
    assert claim_centre.status(ANNS) is Status.ACTIVE
    second = claim_centre.begin({ANN: award("Full", grades={**ENOUGH, B2: "P"})})
    claim_centre.submit(second)
    assert claim_centre.standings(second) == {ANN: ClaimStatus.SUBMITTED}
    assert set(claim_centre.registration(ANNS).awards) == {first, second}


def test_what_is_not_processed_yet_is_withdrawn_rather_than_reopened(
    claim_centre: ClaimCentre,
) -> None:
    """M14, M16: else a certificate would be issued after all; then claimed anew in it."""
    claim = claim_centre.begin({ANN: award("Full", grades=ENOUGH)})
    claim_centre.submit(claim)
    with pytest.raises(NotProcessedYet, match=f"withdraw {claim} for the learner"):
        reopen(claim_centre)
    claim_centre.withdraw(claim, ANN)
    assert claim_centre.status(ANNS) is Status.ACTIVE
    claim_centre.choose(claim, [ANN])
    claim_centre.save(claim, {ANN: award("Full", grades=ENOUGH)})
    claim_centre.submit(claim)
    assert claim_centre.status(ANNS) is Status.COMPLETED
    assert claim_centre.holder(ANN) is None


def test_who_was_registered_again_since_cannot_have_the_earlier_one_reopened(
    claim_centre: ClaimCentre,
) -> None:
    """O6, M14."""
    claim_centre.processed({ANN: award("Full", grades=ENOUGH)})
    claim_centre.register(ANN, "R-0000000099")
    with pytest.raises(RegisteredAgain):
        reopen(claim_centre)
    with pytest.raises(ReasonMissing):
        reopen(claim_centre, reason="")


def test_another_pathway_is_what_the_learner_is_assessed_by_from_then_on(
    claim_centre: ClaimCentre,
) -> None:
    """M11."""
    rules = claim_centre.catalogue.qualification(
        claim_centre.registration(ANNS).product
    )
    other = next(p.code for p in rules.pathways if p.code != "MAIN")
    claim_centre.send(
        ChangePathway(
            by=SERVICE,
            at=claim_centre.now(),
            registration=ANNS,
            pathway=other,
            reason="Registered on the wrong one",
        )
    )
    assert claim_centre.registration(ANNS).pathway == other
    assert claim_centre.registration(ANNS).centre == CENTRE
