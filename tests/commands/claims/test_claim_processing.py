"""Claims processed: each certificate is issued once, in its time."""

from datetime import timedelta

import pytest

from aggregates.claims.claim_status import ClaimStatus
from commands.claims.certificate import RecordPrinting
from commands.claims.claim_submission import ProcessClaim
from commands.command import CommandContext, handle
from events.claims.certificate import CertificateIssued, CertificatePrinted
from events.identifier import Kind, stream_of
from tests.claim_examples import ANN, ANNS, BEN, award
from tests.commands.claim_centre import SERVICE, ClaimCentre

A_MOMENT = timedelta(microseconds=1)


@pytest.mark.parametrize(
    ("award_type", "kind"),
    [
        ("Full", "Full certificate"),
        ("Interim", "Notification of performance"),
        ("Fallback", "Unit certificate"),
    ],
)
def test_processing_issues_a_numbered_certificate(
    office: ClaimCentre, award_type: str, kind: str
) -> None:
    """M13."""
    claim = office.begin({ANN: award(award_type)})
    office.submit(claim)
    office.process(claim)
    number = office.claim(claim).learners[ANN].certificate
    assert number is not None
    (issued,) = office.store.open(stream_of(number)).events
    assert isinstance(issued, CertificateIssued)
    assert (issued.kind, issued.certificate) == (kind, number)
    assert (issued.claim, issued.learner) == (claim, ANN)
    assert issued.registration == ANNS


def test_processing_twice_issues_one_certificate(office: ClaimCentre) -> None:
    """M13."""
    claim = office.begin({ANN: award()})
    office.submit(claim)
    office.process(claim)
    assert office.process(claim).position is None


def test_nobody_is_processed_before_their_time(office: ClaimCentre) -> None:
    """M13: the delay is counted from the submission."""
    claim = office.begin({ANN: award()})
    office.submit(claim)
    submitted_at = office.store.open(stream_of(claim)).history[-1].recorded_at
    early = office.process(claim, submitted_by=submitted_at - A_MOMENT)
    assert early.position is None
    assert office.process(claim, submitted_by=submitted_at).position is not None


def test_two_certificates_never_have_one_number(office: ClaimCentre) -> None:
    """M13: a number that is taken is drawn again."""
    numbers = iter(["C-1", "C-1", "C-2"])
    claims = [office.begin({who: award()}) for who in (ANN, BEN)]
    context = CommandContext(
        store=office.store,
        catalogue=office.catalogue,
        new_identifier=lambda kind: next(numbers) if kind is Kind.CERTIFICATE else "",
    )
    for claim in claims:
        office.submit(claim)
        command = ProcessClaim(
            by=SERVICE, at=office.now(), claim=claim, submitted_by=office.now()
        )
        handle(command, context)
    issued = [
        place.certificate
        for claim in claims
        for place in office.claim(claim).learners.values()
    ]
    assert issued == ["C-1", "C-2"]


def test_who_was_withdrawn_and_left_out_does_not_hold_up_the_others(
    office: ClaimCentre,
) -> None:
    """M13, M16."""
    claim = office.begin({ANN: award(), BEN: award()})
    office.submit(claim)
    office.withdraw(claim, ANN)
    office.choose(claim, [BEN, ANN])
    office.choose(claim, [BEN])
    office.process(claim)
    assert office.standings(claim) == {BEN: ClaimStatus.PROCESSED}


def test_printing_is_recorded_once(office: ClaimCentre) -> None:
    """M13."""
    claim = office.begin({ANN: award()})
    office.submit(claim)
    office.process(claim)
    number = office.claim(claim).learners[ANN].certificate or ""
    command = RecordPrinting(by=SERVICE, at=office.now(), certificate=number)
    assert handle(command, office.context).position is not None
    assert handle(command, office.context).position is None
    assert office.store.open(stream_of(number)).events[1:] == (CertificatePrinted(),)
