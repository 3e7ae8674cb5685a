"""Results: every award submitted for, found by several clauses."""

from dataclasses import replace
from datetime import date, timedelta
from uuid import UUID

import pytest
from sqlalchemy import Connection

from aggregates.claims.claim_status import ClaimStatus
from events.claims.certificate import (
    CertificatePrinted,
    CertificateRevoked,
    CertificateSuperseded,
)
from events.claims.claim import ClaimProcessed, ClaimSubmitted, ClaimWithdrawn
from events.event import Event
from events.identifier import stream_of
from events.learners.learner import (
    LearnerCreated,
    LearnerDetailsAmended,
    LearnerErased,
    LearnerIdentityAmended,
)
from projections.claims import results
from projections.claims.result_certificates import certificates_of
from projections.claims.result_search import (
    ResultFilter,
    export,
    results_of_learner,
    search_results,
)
from projections.learners import learners
from projections.registrations import registration_rows
from tests.claim_examples import (
    ANN,
    ANNS,
    BEN,
    BENS,
    CENTRE,
    CLAIM,
    ENOUGH,
    READY,
    REFERENCE,
    certificate_issued,
    granted,
    registration_made,
    withheld,
)
from tests.projections.conftest import Fold
from tests.projections.recorded_events import BEGINNING, history

CERTIFICATE, SECOND = "C-0000000001D", "C-0000000002F"
APPRENTICESHIP = "Q-0009000001"
SUBMITTED = ClaimSubmitted(granted={ANN: granted()}, withheld={BEN: withheld()})
PROCESSED = ClaimProcessed(certificates={ANN: CERTIFICATE})
BORN = date(2008, 2, 29)


def created(learner: str, given_name: str, family_name: str) -> LearnerCreated:
    return LearnerCreated(
        learner=learner,
        centre=CENTRE,
        group=None,
        person_id=UUID(int=1),
        given_name=given_name,
        family_name=family_name,
        date_of_birth=BORN,
        centre_reference="r/17" if learner == ANN else None,
    )


READ_MODELS = (
    learners.READ_MODEL,
    registration_rows.READ_MODEL,
    results.READ_MODEL,
)
PEOPLE = (
    (ANN, created(ANN, "Ann-Marie", "Ní Bhriain")),
    (BEN, created(BEN, "Ben", "Müller")),
)


def given(fold: Fold, *facts: tuple[str, Event]) -> Connection:
    claim = [(CLAIM, event) for event in (*READY, SUBMITTED)]
    return fold(*READ_MODELS, history(*PEOPLE, *claim, *facts))


def found(connection: Connection, clauses: ResultFilter) -> list[str]:
    rows = search_results(connection, centre=CENTRE, clauses=clauses, limit=50).rows
    return [row.learner for row in rows]


def test_results_are_sorted_by_name(fold: Fold) -> None:
    """R1."""
    assert found(given(fold), ResultFilter()) == [BEN, ANN]


@pytest.mark.parametrize(
    ("clauses", "learners"),
    [
        (ResultFilter(given_name="ann"), [ANN]),
        (ResultFilter(given_name="MAR"), [ANN]),
        (ResultFilter(name="bhriain ann"), [ANN]),
        (ResultFilter(name="ann"), [ANN]),
        (ResultFilter(name="ann mull"), []),
        (ResultFilter(given_name="nn"), []),
        (ResultFilter(family_name="bhriain"), [ANN]),
        (ResultFilter(family_name="ni bhri"), [ANN]),
        (ResultFilter(family_name="mull"), [BEN]),
        (ResultFilter(given_name="ann", family_name="mull"), []),
        (ResultFilter(learner_reference=ANN), [ANN]),
        (ResultFilter(learner_reference=ANN.lower()), [ANN]),
        (ResultFilter(learner_reference=BEN[-4:]), [BEN]),
        (ResultFilter(family_name="ní bhriain"), [ANN]),
        (ResultFilter(learner_reference="R/17"), [ANN]),
        (ResultFilter(learner_reference="r/1"), []),
        (ResultFilter(products=[REFERENCE]), [BEN, ANN]),
        (ResultFilter(products=[]), []),
        (ResultFilter(grade="pass"), [ANN]),
        (ResultFilter(grade="Merit"), []),
        (ResultFilter(grade="Pass", given_name="ann", products=[REFERENCE]), [ANN]),
    ],
)
def test_results_are_found_by_several_clauses_together(
    fold: Fold, clauses: ResultFilter, learners: list[str]
) -> None:
    """R1."""
    assert found(given(fold), clauses) == learners


def test_a_name_with_an_apostrophe_is_sorted_as_one_and_found_by_its_parts(
    fold: Fold,
) -> None:
    """M4, R1."""
    names = ((ANN, "O\u2019Brien"), (BEN, "Oast"))
    people = ((who, created(who, "Ní", name)) for who, name in names)
    claim = ((CLAIM, event) for event in (*READY, SUBMITTED))
    connection = fold(*READ_MODELS, history(*people, *claim))
    assert found(connection, ResultFilter()) == [BEN, ANN]
    for name in ("obrien", "brien ni", "o'b"):
        assert found(connection, ResultFilter(name=name)) == [ANN]


def test_an_amended_name_is_the_one_found_by(fold: Fold) -> None:
    """R1."""
    amended = LearnerIdentityAmended(
        person_id=UUID(int=1),
        given_name="Anna",
        family_name="Byrne",
        date_of_birth=BORN,
    )
    details = LearnerDetailsAmended(
        person_id=UUID(int=1),
        gender=None,
        uln=None,
        centre_reference="new",
        email=None,
        postcode=None,
    )
    connection = given(fold, (ANN, amended), (ANN, details))
    assert found(connection, ResultFilter(family_name="byrne")) == [ANN]
    assert found(connection, ResultFilter(family_name="bhriain")) == []
    assert found(connection, ResultFilter(learner_reference="NEW")) == [ANN]


def test_a_result_shows_what_became_of_the_award(fold: Fold) -> None:
    """R2."""
    connection = given(
        fold,
        (CLAIM, PROCESSED),
        (CERTIFICATE, certificate_issued()),
        (CERTIFICATE, CertificatePrinted()),
    )
    (result,) = results_of_learner(connection, ANN)
    minute = timedelta(minutes=1)
    assert (result.standing, result.is_eligible) == (ClaimStatus.PROCESSED, True)
    assert (result.certificate, result.overall_grade) == (CERTIFICATE, "Pass")
    assert result.grades == ENOUGH
    assert result.submitted_at == BEGINNING + 7 * minute
    assert result.processed_at == BEGINNING + 8 * minute
    assert result.printed_at == BEGINNING + 10 * minute


def test_who_was_not_eligible_is_part_of_the_results(fold: Fold) -> None:
    """R2."""
    (result,) = results_of_learner(given(fold), BEN)
    assert (result.standing, result.is_eligible) == (ClaimStatus.UNSUBMITTED, False)
    assert result.overall_grade is None


def test_a_withdrawn_claim_stays_in_the_history(fold: Fold) -> None:
    """R2."""
    withdrawn = ClaimWithdrawn(
        person_id=stream_of(CLAIM), learners=(ANN,), whole=False, reason="Late"
    )
    (result,) = results_of_learner(given(fold, (CLAIM, withdrawn)), ANN)
    assert result.standing is ClaimStatus.WITHDRAWN


def test_the_certificate_in_force_is_shown_and_those_before_it_are_kept(
    fold: Fold,
) -> None:
    """M13, R2: printed anew."""
    superseded = CertificateSuperseded(by=SECOND, person_id=UUID(int=1), reason="Lost")
    again = replace(certificate_issued(), certificate=SECOND, supersedes=CERTIFICATE)
    facts = [
        (CLAIM, PROCESSED),
        (CERTIFICATE, certificate_issued()),
        (CERTIFICATE, CertificatePrinted()),
        (CERTIFICATE, superseded),
        (SECOND, again),
    ]
    minute = timedelta(minutes=1)
    connection = given(fold, *facts)
    (result,) = results_of_learner(connection, ANN)
    assert (result.certificate, result.printed_at) == (SECOND, None)
    before, now = certificates_of(connection, ANN)
    assert (before.certificate, before.superseded_by) == (CERTIFICATE, SECOND)
    assert before.issued_at == BEGINNING + 9 * minute
    assert before.printed_at == BEGINNING + 10 * minute
    assert before.superseded_at == BEGINNING + 11 * minute
    assert (now.certificate, now.supersedes) == (SECOND, CERTIFICATE)
    assert (before.in_force, now.in_force, result.in_force) == (False, True, True)
    (result,) = results_of_learner(
        given(fold, *facts, (SECOND, CertificatePrinted())), ANN
    )
    assert result.printed_at == BEGINNING + 13 * minute


def test_a_certificate_that_was_revoked_is_not_in_force(fold: Fold) -> None:
    """M18, R2."""
    revoked = CertificateRevoked(person_id=UUID(int=1), reason="Wrong grade")
    facts = [(CLAIM, PROCESSED), (CERTIFICATE, certificate_issued())]
    connection = given(fold, *facts, (CERTIFICATE, revoked))
    (result,) = results_of_learner(connection, ANN)
    assert (result.certificate, result.in_force) == (CERTIFICATE, False)
    (certificate,) = certificates_of(connection, ANN)
    assert certificate.revoked_at == BEGINNING + timedelta(minutes=10)


@pytest.mark.parametrize("is_named", [True, False])
def test_a_result_keeps_the_holders_name_as_it_was_when_issued(
    fold: Fold, *, is_named: bool
) -> None:
    """M13, R2, H6: also of a certificate from before it named its holder."""
    then, later = (
        LearnerIdentityAmended(
            person_id=UUID(int=1),
            given_name="Anne",
            family_name=name,
            date_of_birth=BORN,
        )
        for name in ("Then", "Later")
    )
    named = replace(
        certificate_issued(),
        person_id=UUID(int=1),
        given_name="Anne",
        family_name="Then",
        date_of_birth=BORN,
        title="Diploma",
    )
    issued = named if is_named else certificate_issued()
    facts: list[tuple[str, Event]] = [
        (ANN, then),
        (CLAIM, PROCESSED),
        (CERTIFICATE, issued),
        (ANN, later),
    ]
    connection = given(fold, *facts)
    (result,) = results_of_learner(connection, ANN)
    assert (result.family_name, result.holder_family_name) == ("Later", "Then")
    (certificate,) = certificates_of(connection, ANN)
    assert (certificate.given_name, certificate.date_of_birth) == ("Anne", BORN)
    assert certificate.rules_version == (None if is_named else 1)
    erased = LearnerErased(person_id=UUID(int=2), reason="Asked for")
    connection = given(fold, *facts, (ANN, erased))
    (copied,) = results_of_learner(connection, ANN)
    assert copied.updated_at > result.updated_at
    (certificate,) = certificates_of(connection, ANN)
    assert (certificate.given_name, certificate.date_of_birth) == (None, None)
    assert (certificate.certificate, certificate.in_force) == (CERTIFICATE, True)


def test_printing_of_an_unknown_certificate_is_passed_over(fold: Fold) -> None:
    connection = given(fold, (CERTIFICATE, CertificatePrinted()))
    (result,) = results_of_learner(connection, ANN)
    assert result.printed_at is None


def test_results_are_exported_by_learner(fold: Fold) -> None:
    connection = given(fold)
    assert [r.learner for r in export(connection, centre=CENTRE)] == [ANN, BEN]
    assert [r.learner for r in export(connection, centre=None)] == [ANN, BEN]
    assert list(export(connection, centre="50107")) == []


def test_results_say_which_apprenticeship_a_learner_came_with(fold: Fold) -> None:
    """R1, R2, O7: and are found by it."""
    made = replace(registration_made(), apprenticeship=APPRENTICESHIP, parent="R-9")
    alone = registration_made(registration=BENS, learner=BEN)
    facts = ((ANNS, made), (BENS, alone), (CLAIM, SUBMITTED))
    connection = given(fold, *facts)
    found = {r.learner: r.apprenticeship for r in export(connection, centre=CENTRE)}
    assert found == {ANN: APPRENTICESHIP, BEN: None}
    for products, named in (
        ([APPRENTICESHIP], [ANN]),
        ([REFERENCE, APPRENTICESHIP], [BEN, ANN]),
        (["Q-0009000002"], []),
    ):
        clauses = ResultFilter(products=products)
        page = search_results(connection, centre=CENTRE, clauses=clauses, limit=10)
        assert [row.learner for row in page.rows] == named
