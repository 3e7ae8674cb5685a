"""Certificates: of which kind, with which units, printed once, reissued."""

from dataclasses import replace
from functools import partial
from uuid import UUID

import pytest

from aggregates.claims.certificate import Certificate, CertificateIsRevoked
from aggregates.errors import RuleBroken
from events.claims.certificate import (
    CertificateIssued,
    CertificatePrinted,
    CertificateRevoked,
    CertificateSuperseded,
)
from tests.claim_examples import (
    A1,
    B2,
    BORN,
    CENTRE,
    CLAIM,
    HOLDER,
    OTHER_CLAIM,
    RULES,
    certificate_issued,
    granted,
)

NUMBER = "C-0000000001D"
SECOND = "C-0000000002F"
PERSON = UUID(int=7)
SUPERSEDED = CertificateSuperseded(by=SECOND, person_id=PERSON, reason="Lost")


def issued(award_type: str, grades: dict[str, str]) -> CertificateIssued:
    (event,) = Certificate.issue(
        certificate=NUMBER,
        claim=CLAIM,
        holder=HOLDER,
        centre=CENTRE,
        granted=granted(award_type, grades),
        rules=RULES,
    )
    return event


@pytest.mark.parametrize(
    ("award_type", "kind"),
    [
        ("Full", "Full certificate"),
        ("Interim", "Notification of performance"),
        ("Fallback", "Unit certificate"),
    ],
)
def test_each_award_type_has_its_kind_of_certificate(
    award_type: str, kind: str
) -> None:
    """M7, M8, M9."""
    assert issued(award_type, {A1: "P"}).kind == kind


def test_a_certificate_lists_the_units_achieved_alone() -> None:
    """M8."""
    assert issued("Interim", {A1: "P", B2: "U"}).units == {A1: "P"}


def test_a_certificate_is_printed_once() -> None:
    """M13."""
    fresh = Certificate.replay([certificate_issued()])
    assert fresh.record_printing() == [CertificatePrinted()]
    printed = Certificate.replay([certificate_issued(), CertificatePrinted()])
    assert printed.record_printing() == []


def test_a_certificate_keeps_names_and_titles_as_they_are_when_it_is_issued() -> None:
    """M13."""
    event = issued("Full", {A1: "P"})
    assert (event.given_name, event.family_name) == ("Ann-Marie", "Ní Bhriain")
    assert (event.date_of_birth, event.person_id) == (BORN, HOLDER.person_id)
    assert event.title == "Level 2 Diploma in Team Leading"
    assert event.qualification_number == "601/3450/1"
    assert event.unit_titles == {A1: "Lead"}


def reissue(
    certificate: Certificate, number: str = SECOND, in_place: str | None = None
) -> tuple[list[CertificateSuperseded], list[CertificateIssued]]:
    return certificate.reissue(
        certificate=number,
        reason="Lost",
        holder=HOLDER,
        as_issued=replace(certificate.issued, title="Diploma"),
        in_place=in_place,
    )


def test_a_reissue_is_another_certificate_the_same_but_for_number_and_holder() -> None:
    """M13: and the first says by which it was superseded."""
    printed = Certificate.replay([certificate_issued(), CertificatePrinted()])
    first, second = reissue(printed)
    assert first == [replace(SUPERSEDED, person_id=HOLDER.person_id)]
    assert second == [
        replace(
            certificate_issued(),
            certificate=SECOND,
            supersedes=NUMBER,
            person_id=HOLDER.person_id,
            given_name=HOLDER.given_name,
            family_name=HOLDER.family_name,
            date_of_birth=HOLDER.date_of_birth,
            title="Diploma",
        )
    ]
    assert Certificate.replay(second).record_printing() == [CertificatePrinted()]


REVOKED = CertificateRevoked(person_id=PERSON, reason="Wrong grade")
REOPENED = replace(REVOKED, by_reopening=True)
LATER = replace(SUPERSEDED, by_claim=OTHER_CLAIM)


@pytest.mark.parametrize(
    ("ended", "why", "can_be_revoked"),
    [
        (SUPERSEDED, f"cannot be .* any more. Use {SECOND}", False),
        (LATER, f"cannot be .* any more. Use {SECOND}", True),
        (REVOKED, "was revoked, so it cannot be", False),
        (REOPENED, "not in force since registration R-0000000001 was reopened", True),
    ],
)
def test_what_is_not_in_force_is_neither_reissued_nor_printed(
    ended: CertificateSuperseded | CertificateRevoked, why: str, *, can_be_revoked: bool
) -> None:
    """M13, M14, M18: one revoked in earnest, or reissued, is not revoked either."""
    certificate = Certificate.replay([certificate_issued(), ended])
    assert not certificate.is_in_force
    printing = partial(certificate.record_printing, in_place=SECOND)
    for refused in (printing, partial(reissue, certificate, in_place=SECOND)):
        with pytest.raises(RuleBroken, match=why):
            refused()
    both = Certificate.replay([certificate_issued(), ended, REVOKED])
    with pytest.raises(CertificateIsRevoked):
        both.revoke(reason="Again", person_id=PERSON)
    printed = Certificate.replay([certificate_issued(), CertificatePrinted(), ended])
    assert printed.record_printing() == []
    assert printed.end_by_reopening(reason="Too early", person_id=PERSON) == []
    if can_be_revoked:
        assert certificate.revoke(reason="Wrong grade", person_id=PERSON) == [REVOKED]
    else:
        with pytest.raises(RuleBroken, match=why):
            certificate.revoke(reason="Again", person_id=PERSON, in_place=SECOND)


def test_a_certificate_is_in_force_until_it_is_revoked_or_reopened() -> None:
    """M14, M18."""
    certificate = Certificate.replay([certificate_issued()])
    assert certificate.is_in_force
    assert certificate.revoke(reason="Wrong grade", person_id=PERSON) == [REVOKED]
    ended = certificate.end_by_reopening(reason="Wrong grade", person_id=PERSON)
    assert ended == [REOPENED]


def test_a_later_notification_takes_the_place_of_an_earlier_one() -> None:
    """M8."""
    (superseded,) = Certificate.replay([certificate_issued()]).supersede(
        by=certificate_issued(SECOND, claim=OTHER_CLAIM), person_id=PERSON
    )
    assert (superseded.by, superseded.by_claim) == (SECOND, OTHER_CLAIM)
