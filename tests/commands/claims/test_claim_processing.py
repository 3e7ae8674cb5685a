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
    claim_centre: ClaimCentre, award_type: str, kind: str
) -> None:
    """M13."""
    claim = claim_centre.begin({ANN: award(award_type)})
    claim_centre.submit(claim)
    claim_centre.process(claim)
    number = claim_centre.claim(claim).learners[ANN].certificate
    assert number is not None
    (issued,) = claim_centre.store.open(stream_of(number)).events
    assert isinstance(issued, CertificateIssued)
    assert (issued.kind, issued.certificate) == (kind, number)
    assert (issued.claim, issued.learner) == (claim, ANN)
    assert issued.registration == ANNS


def test_processing_twice_issues_one_certificate(claim_centre: ClaimCentre) -> None:
    """M13."""
    claim = claim_centre.begin({ANN: award()})
    claim_centre.submit(claim)
    claim_centre.process(claim)
    assert claim_centre.process(claim).position is None


def test_nobody_is_processed_before_their_time(claim_centre: ClaimCentre) -> None:
    """M13: the delay is counted from the submission."""
    claim = claim_centre.begin({ANN: award()})
    claim_centre.submit(claim)
    submitted_at = claim_centre.store.open(stream_of(claim)).history[-1].recorded_at
    early = claim_centre.process(claim, submitted_by=submitted_at - A_MOMENT)
    assert early.position is None
    assert claim_centre.process(claim, submitted_by=submitted_at).position is not None


def test_two_certificates_never_have_one_number(claim_centre: ClaimCentre) -> None:
    """M13: a number that is taken is drawn again."""
    numbers = iter(["C-1", "C-1", "C-2"])
    claims = [claim_centre.begin({who: award()}) for who in (ANN, BEN)]
    context = CommandContext(
        store=claim_centre.store,
        catalogue=claim_centre.catalogue,
        new_identifier=lambda kind: next(numbers) if kind is Kind.CERTIFICATE else "",
    )
    for claim in claims:
        claim_centre.submit(claim)
        command = ProcessClaim(
            by=SERVICE,
            at=claim_centre.now(),
            claim=claim,
            submitted_by=claim_centre.now(),
        )
        handle(command, context)
    issued = [
        place.certificate
        for claim in claims
        for place in claim_centre.claim(claim).learners.values()
    ]
    assert issued == ["C-1", "C-2"]


def test_who_was_withdrawn_and_left_out_does_not_hold_up_the_others(
    claim_centre: ClaimCentre,
) -> None:
    """M13, M16."""
    claim = claim_centre.begin({ANN: award(), BEN: award()})
    claim_centre.submit(claim)
    claim_centre.withdraw(claim, ANN)
    claim_centre.choose(claim, [BEN, ANN])
    claim_centre.choose(claim, [BEN])
    claim_centre.process(claim)
    assert claim_centre.standings(claim) == {BEN: ClaimStatus.PROCESSED}


def test_printing_is_recorded_once(claim_centre: ClaimCentre) -> None:
    """M13."""
    claim = claim_centre.begin({ANN: award()})
    claim_centre.submit(claim)
    claim_centre.process(claim)
    number = claim_centre.claim(claim).learners[ANN].certificate or ""
    command = RecordPrinting(by=SERVICE, at=claim_centre.now(), certificate=number)
    assert handle(command, claim_centre.context).position is not None
    assert handle(command, claim_centre.context).position is None
    assert claim_centre.store.open(stream_of(number)).events[1:] == (
        CertificatePrinted(),
    )
