"""Certificates: of which kind, with which units, printed once, reissued."""

from dataclasses import replace
from uuid import UUID

import pytest

from aggregates.certificate import Certificate, NotInForce
from events.certificate import (
    CertificateIssued,
    CertificatePrinted,
    CertificateSuperseded,
)
from tests.claim_examples import (
    A1,
    ANN,
    B2,
    CENTRE,
    CLAIM,
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
        learner=ANN,
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


def test_a_reissue_is_another_certificate_the_same_but_for_its_number() -> None:
    """M13: and the first says by which it was superseded."""
    printed = Certificate.replay([certificate_issued(), CertificatePrinted()])
    first, second = printed.reissue(certificate=SECOND, reason="Lost", person_id=PERSON)
    assert first == [SUPERSEDED]
    assert second == [
        replace(certificate_issued(), certificate=SECOND, supersedes=NUMBER)
    ]
    assert Certificate.replay(second).record_printing() == [CertificatePrinted()]


def test_a_superseded_certificate_is_neither_reissued_nor_printed() -> None:
    """M13: the latest alone is."""
    superseded = Certificate.replay([certificate_issued(), SUPERSEDED])
    with pytest.raises(NotInForce, match=f"cannot be printed any more. Use {SECOND}"):
        superseded.record_printing()
    with pytest.raises(NotInForce, match="cannot be reissued"):
        superseded.reissue(certificate="C-0000000003H", reason="Lost", person_id=PERSON)
    printed = Certificate.replay(
        [certificate_issued(), CertificatePrinted(), SUPERSEDED]
    )
    assert printed.record_printing() == []
