"""Certificates taken out of force, and claimed for again: revoked, reopened, replaced."""

from itertools import permutations

import pytest

from aggregates.claims.certificate import Certificate, CertificateIsRevoked, NotInForce
from aggregates.claims.claim_refusals import AwardIsReliedOn
from aggregates.claims.claim_status import ClaimStatus
from aggregates.claims.earlier_awards import NOTHING_NEW
from aggregates.registrations.registration import Status
from commands.claims.certificate import (
    RecordPrinting,
    ReissueCertificate,
    RevokeCertificate,
)
from commands.command import ReasonMissing
from events.identifier import stream_of
from events.registrations.registration import AwardRevoked
from repositories.aggregate_types import CERTIFICATE
from repositories.repository import load_known
from tests.claim_examples import A1, A2, ANN, ANNS, B1, B2, ENOUGH, award
from tests.commands.claim_centre import SPECIALIST, ClaimCentre


def certificate(office: ClaimCentre, number: str) -> Certificate:
    return load_known(CERTIFICATE, number, store=office.store)[1]


def in_force(office: ClaimCentre, *claims: str) -> list[bool]:
    """Say of the certificate that each claim earned Ann whether it is in force."""
    numbers = [office.certificate(claim, ANN) for claim in claims]
    return [certificate(office, number).is_in_force for number in numbers]


def interim(office: ClaimCentre, *units: str) -> str:
    return office.processed({ANN: award("Interim", grades=dict.fromkeys(units, "P"))})


@pytest.mark.parametrize("award_type", ["Full", "Fallback"])
def test_reopening_takes_the_certificate_out_of_force(
    office: ClaimCentre, award_type: str
) -> None:
    """M14, M18: its latest reissue; of two claims only the second is in force then."""
    first = office.processed({ANN: award(award_type)})
    reissued = office.send(
        ReissueCertificate(
            by=SPECIALIST,
            at=office.now(),
            certificate=office.certificate(first, ANN),
            reason="Lost",
        )
    ).created_id
    office.reopen(ANNS)
    assert not certificate(office, reissued).is_in_force
    second = office.processed({ANN: award(award_type, grades={**ENOUGH, B2: "P"})})
    assert in_force(office, first, second) == [False, True]


def test_the_grades_of_a_revoked_certificate_count_no_more(office: ClaimCentre) -> None:
    """M12, M18."""
    first = interim(office, A1, A2)
    number = office.certificate(first, ANN)
    office.revoke(number)
    assert not certificate(office, number).is_in_force
    assert office.registration(ANNS).every_grade == {}
    full = office.begin({ANN: award(grades={B1: "P"})})
    office.submit(full)
    assert office.standings(full) == {ANN: ClaimStatus.UNSUBMITTED}
    again = interim(office, A1, A2)
    assert in_force(office, again) == [True]


def test_a_revoked_full_certificate_leaves_its_registration_completed(
    office: ClaimCentre,
) -> None:
    """M14, M18: until it is reopened."""
    full = office.processed({ANN: award()})
    office.revoke(office.certificate(full, ANN))
    assert office.status(ANNS) is Status.COMPLETED
    office.reopen(ANNS)
    assert office.status(ANNS) is Status.ACTIVE


def test_a_certificate_that_a_later_award_counts_on_is_not_revoked(
    office: ClaimCentre,
) -> None:
    """M16, M18: nor is that undone by reopening, until the later one is revoked."""
    first = interim(office, A1)
    full = office.processed({ANN: award(grades={A2: "P", B1: "P"})})
    number, later = (office.certificate(each, ANN) for each in (first, full))
    expected = f"revoke {later} first"
    with pytest.raises(AwardIsReliedOn, match=expected):
        office.revoke(number)
    office.reopen(ANNS)
    with pytest.raises(AwardIsReliedOn, match=expected):
        office.revoke(number)
    office.revoke(later)
    office.revoke(number)
    happened = office.store.open(stream_of(ANNS)).events
    assert [e for e in happened if isinstance(e, AwardRevoked)] == [
        AwardRevoked(claim=full),
        AwardRevoked(claim=first),
    ]


def test_a_certificate_is_revoked_once_and_for_a_reason(office: ClaimCentre) -> None:
    """M18."""
    number = office.certificate(interim(office, A1), ANN)
    command = RevokeCertificate(
        by=SPECIALIST, at=office.now(), certificate=number, reason=" "
    )
    with pytest.raises(ReasonMissing):
        office.send(command)
    office.revoke(number)
    with pytest.raises(CertificateIsRevoked):
        office.revoke(number)


def test_the_later_of_two_notifications_is_in_force(office: ClaimCentre) -> None:
    """M8."""
    first, second = interim(office, A1), interim(office, A2)
    assert in_force(office, first, second) == [False, True]
    earlier, later = (office.certificate(each, ANN) for each in (first, second))
    assert certificate(office, earlier).superseded_by == later
    assert certificate(office, later).issued.supersedes == earlier
    reissue = ReissueCertificate(
        by=SPECIALIST, at=office.now(), certificate=earlier, reason="Lost"
    )
    with pytest.raises(NotInForce, match=f"Use {later}"):
        office.send(reissue)
    office.revoke(later)
    office.revoke(earlier)
    assert office.registration(ANNS).every_grade == {}


def reissue(office: ClaimCentre, number: str) -> str:
    command = ReissueCertificate(
        by=SPECIALIST, at=office.now(), certificate=number, reason="Lost"
    )
    return office.send(command).created_id


def test_an_award_whose_later_notification_was_revoked_is_certified_anew(
    office: ClaimCentre,
) -> None:
    """M8, M17, M18: by an Interim claim with nothing new, once."""
    first, second = interim(office, A1), interim(office, A2)
    office.revoke(office.certificate(second, ANN))
    assert in_force(office, first) == [False]
    again = interim(office)
    assert in_force(office, first, again) == [False, True]
    issued = certificate(office, office.certificate(again, ANN)).issued
    assert issued.units == {A1: "P"}
    kept_back(office, office.begin({ANN: award("Interim", grades={})}))


def test_a_refusal_names_the_certificate_in_force_or_says_that_there_is_none(
    office: ClaimCentre,
) -> None:
    """M13, M18: not one that was superseded or revoked itself."""
    claims = [interim(office, unit) for unit in (A1, A2, B1)]
    first, second, third = (office.certificate(each, ANN) for each in claims)
    fourth = reissue(office, third)
    for number in (first, second, third):
        with pytest.raises(NotInForce, match=f"Use {fourth}"):
            reissue(office, number)
        with pytest.raises(NotInForce, match=f"Use {fourth}"):
            office.send(
                RecordPrinting(by=SPECIALIST, at=office.now(), certificate=number)
            )
    with pytest.raises(NotInForce, match=f"Use {fourth}"):
        office.revoke(third)
    office.revoke(fourth)
    for number in (first, second, third):
        with pytest.raises(NotInForce, match="None is in force in its place"):
            reissue(office, number)


@pytest.mark.parametrize("order", [*permutations(range(3))])
def test_the_later_notification_is_in_force_whenever_each_is_processed(
    office: ClaimCentre, order: tuple[int, ...]
) -> None:
    """M8, M13."""
    claims = [
        office.submitted({ANN: award("Interim", grades={unit: "P"})})
        for unit in (A1, A2, B1)
    ]
    for each in order:
        office.process(claims[each])
    assert in_force(office, *claims) == [False, False, True]


def test_a_full_certificate_leaves_the_notification_in_force(
    office: ClaimCentre,
) -> None:
    """M8, M14."""
    first = interim(office, A1, A2, B1)
    full = office.processed({ANN: award(grades={})})
    assert in_force(office, first, full) == [True, True]


# Claimed again with nothing new


def kept_back(office: ClaimCentre, claim: str) -> str:
    """Give the one reason why Ann was kept back: that nothing is new."""
    office.submit(claim)
    ((code, message),) = office.why(claim, ANN)
    assert code == NOTHING_NEW
    return message


def test_an_interim_with_nothing_new_is_kept_back(office: ClaimCentre) -> None:
    """M17: whatever its date; said of the latest of those that count."""
    first = office.submitted({ANN: award("Interim", grades={A1: "P"})})
    again = office.begin({ANN: award("Interim", grades={A1: "P"})})
    message = kept_back(office, again)
    assert message.startswith(f"The Interim award by {first} has the same units")
    office.save(again, {ANN: award("Interim", grades={})})
    kept_back(office, again)
    office.save(again, {ANN: award("Interim", grades={A2: "P"})})
    office.submit(again)
    assert office.standings(again) == {ANN: ClaimStatus.SUBMITTED}


@pytest.mark.parametrize("award_type", ["Full", "Fallback"])
def test_a_full_award_claimed_again_with_nothing_new_is_kept_back(
    office: ClaimCentre, award_type: str
) -> None:
    """M17, M18: until what was wrong is changed, or the first is revoked."""
    first = office.processed({ANN: award(award_type)})
    office.reopen(ANNS)
    again = office.begin({ANN: award(award_type)})
    assert first in kept_back(office, again)
    office.revoke(office.certificate(first, ANN))
    office.submit(again)
    office.process(again)
    assert in_force(office, first, again) == [False, True]


def test_a_full_after_interims_of_all_units_is_always_allowed(
    office: ClaimCentre,
) -> None:
    """M14, M17."""
    interim(office, *ENOUGH)
    full = office.submitted({ANN: award(grades={})})
    assert office.standings(full) == {ANN: ClaimStatus.SUBMITTED}


def test_another_award_date_makes_another_full_certificate_and_is_warned_of(
    office: ClaimCentre,
) -> None:
    """M17."""
    first = office.processed({ANN: award()})
    office.reopen(ANNS)
    day_before = award().award_date
    assert day_before is not None
    again = office.submitted({ANN: award(award_date=day_before.replace(day=1))})
    granted = office.claim(again).learners[ANN].granted
    assert granted is not None
    (warning,) = granted.warnings
    assert warning.startswith("This adds no unit and no grade to the Full award")
    assert first in warning
