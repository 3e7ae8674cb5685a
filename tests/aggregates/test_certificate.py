"""Certificates: of which kind, with which units, and printed once."""

import pytest

from aggregates.certificate import Certificate
from events.certificate import CertificateIssued, CertificatePrinted
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
