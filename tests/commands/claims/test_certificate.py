"""What is asked of a certificate: that it was printed, by who may know of it."""

from dataclasses import replace

import pytest

from aggregates.errors import NotFound
from commands.claims.certificate import RecordPrinting
from commands.command import CommandResult
from events.centres.user import Role
from events.claims.certificate import CertificatePrinted
from repositories.aggregate_types import CERTIFICATE
from repositories.repository import Stale, load
from store import Actor
from tests.claim_examples import A1, A2, ANN, B1, award
from tests.commands.claim_centre import ADMINISTRATOR, STRANGER, ClaimCentre

SPECIALIST = replace(
    ADMINISTRATOR, user="specialist", role=Role.ACCOUNT_SPECIALIST, centre=None
)


@pytest.fixture
def certificate(claim_centre: ClaimCentre) -> str:
    """Claim for Ann, and give the number of the certificate that came of it."""
    grades = dict.fromkeys((A1, A2, B1), "P")
    claim = claim_centre.begin({ANN: award("Full", grades=grades)})
    claim_centre.submit(claim)
    claim_centre.process(claim)
    number = claim_centre.claim(claim).learners[ANN].certificate
    assert number is not None
    return number


def printed(
    claim_centre: ClaimCentre,
    certificate: str,
    by: Actor = SPECIALIST,
    expect: int | None = None,
) -> CommandResult:
    command = RecordPrinting(
        by=by, at=claim_centre.now(), certificate=certificate, expect=expect
    )
    return claim_centre.send(command)


def test_that_it_was_printed_is_recorded_once(
    claim_centre: ClaimCentre, certificate: str
) -> None:
    """M13."""
    assert printed(claim_centre, certificate, expect=1).created_id == certificate
    stream, _ = load(
        CERTIFICATE, certificate, store=claim_centre.context.store, reader=ADMINISTRATOR
    )
    assert isinstance(stream.events[1], CertificatePrinted)
    assert printed(claim_centre, certificate).position is None


def test_it_is_recorded_of_the_certificate_that_was_looked_at(
    claim_centre: ClaimCentre, certificate: str
) -> None:
    with pytest.raises(Stale):
        printed(claim_centre, certificate, expect=2)


@pytest.mark.parametrize("number", ["", "C-0000000001D"])
def test_another_centres_certificate_is_as_unknown_as_none(
    claim_centre: ClaimCentre, certificate: str, number: str
) -> None:
    """Section 2."""
    name = number or certificate
    with pytest.raises(NotFound) as refusal:
        load(CERTIFICATE, name, store=claim_centre.context.store, reader=STRANGER)
    assert str(refusal.value).startswith(f"There is no certificate {name} here.")
