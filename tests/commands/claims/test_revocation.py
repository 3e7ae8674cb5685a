"""Certificates taken out of force, and claimed for again: revoked, reopened, replaced."""

from itertools import permutations

import pytest

from aggregates.claims.certificate import Certificate, CertificateIsRevoked, NotInForce
from aggregates.claims.claim_refusals import AwardIsReliedOn
from aggregates.claims.claim_status import ClaimStatus
from aggregates.claims.earlier_awards import NOTHING_NEW
from aggregates.reason import ReasonMissing
from aggregates.registrations.registration_state import Status
from commands.claims.certificate import (
    RecordPrinting,
    ReissueCertificate,
    RevokeCertificate,
)
from events.identifier import stream_of
from events.registrations.registration import AwardRevoked
from repositories.aggregate_types import CERTIFICATE
from repositories.repository import load_known
from tests.claim_examples import A1, A2, ANN, ANNS, B1, B2, ENOUGH, award
from tests.commands.claim_centre import SPECIALIST, ClaimCentre


def certificate(claim_centre: ClaimCentre, number: str) -> Certificate:
    return load_known(CERTIFICATE, number, store=claim_centre.store)[1]


def in_force(claim_centre: ClaimCentre, *claims: str) -> list[bool]:
    """Say of the certificate that each claim earned Ann whether it is in force."""
    numbers = [claim_centre.certificate(claim, ANN) for claim in claims]
    return [certificate(claim_centre, number).is_in_force for number in numbers]


def interim(claim_centre: ClaimCentre, *units: str) -> str:
    return claim_centre.processed(
        {ANN: award("Interim", grades=dict.fromkeys(units, "P"))}
    )


@pytest.mark.parametrize("award_type", ["Full", "Fallback"])
def test_reopening_takes_the_certificate_out_of_force(
    claim_centre: ClaimCentre, award_type: str
) -> None:
    """M14, M18: its latest reissue; of two claims only the second is in force then."""
    first = claim_centre.processed({ANN: award(award_type)})
    reissued = claim_centre.send(
        ReissueCertificate(
            by=SPECIALIST,
            at=claim_centre.now(),
            certificate=claim_centre.certificate(first, ANN),
            reason="Lost",
        )
    ).created_id
    claim_centre.reopen(ANNS)
    assert not certificate(claim_centre, reissued).is_in_force
    second = claim_centre.processed(
        {ANN: award(award_type, grades={**ENOUGH, B2: "P"})}
    )
    assert in_force(claim_centre, first, second) == [False, True]


def test_the_grades_of_a_revoked_certificate_count_no_more(
    claim_centre: ClaimCentre,
) -> None:
    """M12, M18."""
    first = interim(claim_centre, A1, A2)
    number = claim_centre.certificate(first, ANN)
    claim_centre.revoke(number)
    assert not certificate(claim_centre, number).is_in_force
    assert claim_centre.registration(ANNS).every_grade == {}
    full = claim_centre.begin({ANN: award(grades={B1: "P"})})
    claim_centre.submit(full)
    assert claim_centre.standings(full) == {ANN: ClaimStatus.UNSUBMITTED}
    again = interim(claim_centre, A1, A2)
    assert in_force(claim_centre, again) == [True]


def test_a_revoked_full_certificate_leaves_its_registration_completed(
    claim_centre: ClaimCentre,
) -> None:
    """M14, M18: until it is reopened."""
    full = claim_centre.processed({ANN: award()})
    claim_centre.revoke(claim_centre.certificate(full, ANN))
    assert claim_centre.status(ANNS) is Status.COMPLETED
    claim_centre.reopen(ANNS)
    assert claim_centre.status(ANNS) is Status.ACTIVE


def test_a_certificate_that_a_later_award_counts_on_is_not_revoked(
    claim_centre: ClaimCentre,
) -> None:
    """M16, M18: nor is that undone by reopening, until the later one is revoked."""
    first = interim(claim_centre, A1)
    full = claim_centre.processed({ANN: award(grades={A2: "P", B1: "P"})})
    number, later = (claim_centre.certificate(each, ANN) for each in (first, full))
    expected = f"revoke {later} first"
    with pytest.raises(AwardIsReliedOn, match=expected):
        claim_centre.revoke(number)
    claim_centre.reopen(ANNS)
    with pytest.raises(AwardIsReliedOn, match=expected):
        claim_centre.revoke(number)
    claim_centre.revoke(later)
    claim_centre.revoke(number)
    happened = claim_centre.store.open(stream_of(ANNS)).events
    assert [e for e in happened if isinstance(e, AwardRevoked)] == [
        AwardRevoked(claim=full),
        AwardRevoked(claim=first),
    ]


def test_a_certificate_is_revoked_once_and_for_a_reason(
    claim_centre: ClaimCentre,
) -> None:
    """M18."""
    number = claim_centre.certificate(interim(claim_centre, A1), ANN)
    command = RevokeCertificate(
        by=SPECIALIST, at=claim_centre.now(), certificate=number, reason=" "
    )
    with pytest.raises(ReasonMissing):
        claim_centre.send(command)
    claim_centre.revoke(number)
    with pytest.raises(CertificateIsRevoked):
        claim_centre.revoke(number)


def test_the_later_of_two_notifications_is_in_force(claim_centre: ClaimCentre) -> None:
    """M8."""
    first, second = interim(claim_centre, A1), interim(claim_centre, A2)
    assert in_force(claim_centre, first, second) == [False, True]
    earlier, later = (claim_centre.certificate(each, ANN) for each in (first, second))
    assert certificate(claim_centre, earlier).superseded_by == later
    assert certificate(claim_centre, later).issued.supersedes == earlier
    reissue = ReissueCertificate(
        by=SPECIALIST, at=claim_centre.now(), certificate=earlier, reason="Lost"
    )
    with pytest.raises(NotInForce, match=f"Use {later}"):
        claim_centre.send(reissue)
    claim_centre.revoke(later)
    claim_centre.revoke(earlier)
    assert claim_centre.registration(ANNS).every_grade == {}


def reissue(claim_centre: ClaimCentre, number: str) -> str:
    command = ReissueCertificate(
        by=SPECIALIST, at=claim_centre.now(), certificate=number, reason="Lost"
    )
    return claim_centre.send(command).created_id


def test_an_award_whose_later_notification_was_revoked_is_certified_anew(
    claim_centre: ClaimCentre,
) -> None:
    """M8, M17, M18: by an Interim claim with nothing new, once."""
    first, second = interim(claim_centre, A1), interim(claim_centre, A2)
    claim_centre.revoke(claim_centre.certificate(second, ANN))
    assert in_force(claim_centre, first) == [False]
    again = interim(claim_centre)
    assert in_force(claim_centre, first, again) == [False, True]
    issued = certificate(claim_centre, claim_centre.certificate(again, ANN)).issued
    assert issued.units == {A1: "P"}
    kept_back(claim_centre, claim_centre.begin({ANN: award("Interim", grades={})}))


def test_a_refusal_names_the_certificate_in_force_or_says_that_there_is_none(
    claim_centre: ClaimCentre,
) -> None:
    """M13, M18: not one that was superseded or revoked itself."""
    claims = [interim(claim_centre, unit) for unit in (A1, A2, B1)]
    first, second, third = (claim_centre.certificate(each, ANN) for each in claims)
    fourth = reissue(claim_centre, third)
    for number in (first, second, third):
        with pytest.raises(NotInForce, match=f"Use {fourth}"):
            reissue(claim_centre, number)
        with pytest.raises(NotInForce, match=f"Use {fourth}"):
            claim_centre.send(
                RecordPrinting(by=SPECIALIST, at=claim_centre.now(), certificate=number)
            )
    with pytest.raises(NotInForce, match=f"Use {fourth}"):
        claim_centre.revoke(third)
    claim_centre.revoke(fourth)
    for number in (first, second, third):
        with pytest.raises(NotInForce, match="None is in force in its place"):
            reissue(claim_centre, number)


@pytest.mark.parametrize("order", [*permutations(range(3))])
def test_the_later_notification_is_in_force_whenever_each_is_processed(
    claim_centre: ClaimCentre, order: tuple[int, ...]
) -> None:
    """M8, M13."""
    claims = [
        claim_centre.submitted({ANN: award("Interim", grades={unit: "P"})})
        for unit in (A1, A2, B1)
    ]
    for each in order:
        claim_centre.process(claims[each])
    assert in_force(claim_centre, *claims) == [False, False, True]


def test_a_full_certificate_leaves_the_notification_in_force(
    claim_centre: ClaimCentre,
) -> None:
    """M8, M14."""
    first = interim(claim_centre, A1, A2, B1)
    full = claim_centre.processed({ANN: award(grades={})})
    assert in_force(claim_centre, first, full) == [True, True]


# Claimed again with nothing new


def kept_back(claim_centre: ClaimCentre, claim: str) -> str:
    """Give the one reason why Ann was kept back: that nothing is new."""
    claim_centre.submit(claim)
    ((code, message),) = claim_centre.why(claim, ANN)
    assert code == NOTHING_NEW
    return message


def test_an_interim_with_nothing_new_is_kept_back(claim_centre: ClaimCentre) -> None:
    """M17: whatever its date; said of the latest of those that count."""
    first = claim_centre.submitted({ANN: award("Interim", grades={A1: "P"})})
    again = claim_centre.begin({ANN: award("Interim", grades={A1: "P"})})
    message = kept_back(claim_centre, again)
    assert message.startswith(f"The Interim award by {first} has the same units")
    claim_centre.save(again, {ANN: award("Interim", grades={})})
    kept_back(claim_centre, again)
    claim_centre.save(again, {ANN: award("Interim", grades={A2: "P"})})
    claim_centre.submit(again)
    assert claim_centre.standings(again) == {ANN: ClaimStatus.SUBMITTED}


@pytest.mark.parametrize("award_type", ["Full", "Fallback"])
def test_a_full_award_claimed_again_with_nothing_new_is_kept_back(
    claim_centre: ClaimCentre, award_type: str
) -> None:
    """M17, M18: until what was wrong is changed, or the first is revoked."""
    first = claim_centre.processed({ANN: award(award_type)})
    claim_centre.reopen(ANNS)
    again = claim_centre.begin({ANN: award(award_type)})
    assert first in kept_back(claim_centre, again)
    claim_centre.revoke(claim_centre.certificate(first, ANN))
    claim_centre.submit(again)
    claim_centre.process(again)
    assert in_force(claim_centre, first, again) == [False, True]


def test_a_full_after_interims_of_all_units_is_always_allowed(
    claim_centre: ClaimCentre,
) -> None:
    """M14, M17."""
    interim(claim_centre, *ENOUGH)
    full = claim_centre.submitted({ANN: award(grades={})})
    assert claim_centre.standings(full) == {ANN: ClaimStatus.SUBMITTED}


def test_another_award_date_makes_another_full_certificate_and_is_warned_of(
    claim_centre: ClaimCentre,
) -> None:
    """M17."""
    first = claim_centre.processed({ANN: award()})
    claim_centre.reopen(ANNS)
    day_before = award().award_date
    assert day_before is not None
    again = claim_centre.submitted({ANN: award(award_date=day_before.replace(day=1))})
    granted = claim_centre.claim(again).learners[ANN].granted
    assert granted is not None
    (warning,) = granted.warnings
    assert warning.startswith("This adds no unit and no grade to the Full award")
    assert first in warning
