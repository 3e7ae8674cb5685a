"""Claimable learners: counted by qualification, listed by five columns."""

from dataclasses import replace
from datetime import date
from uuid import UUID

import pytest
from sqlalchemy import Connection

from aggregates.claims.claimable import Approved
from events.event import Event
from events.learners.learner import (
    LearnerCreated,
    LearnerDetailsAmended,
    LearnerIdentityAmended,
)
from events.registrations.registration import AwardWithdrawn
from projections.claims.claimable_learners import (
    ClaimableLearner,
    ClaimableLearnerFilter,
    LearnerColumn,
    Registered,
    counts,
    search_claimable_learners,
)
from projections.learners import learners
from projections.registrations import registration_rows
from tests.claim_examples import (
    ANN,
    ANNS,
    BEN,
    BENS,
    CAT,
    CATS,
    CENTRE,
    CLAIM,
    OTHER_CLAIM,
    REFERENCE,
    award_claimed,
    registration_made,
)
from tests.projections.conftest import Fold
from tests.projections.recorded_events import history

APPRENTICESHIP, PART = "Q-0009000001", "R-0000000031"
BORN = date(2008, 2, 29)
ULN = "1000102504"


def created(learner: str, given_name: str, family_name: str) -> LearnerCreated:
    return LearnerCreated(
        learner=learner,
        centre=CENTRE,
        group=None,
        person_id=UUID(int=1),
        given_name=given_name,
        family_name=family_name,
        date_of_birth=BORN if learner == ANN else date(2007, 1, 1),
        uln=ULN if learner == BEN else None,
    )


READ_MODELS = (learners.READ_MODEL, registration_rows.READ_MODEL)
BOTH = (
    (ANN, created(ANN, "Ann", "Zola")),
    (BEN, created(BEN, "Ben", "Ásgeirsson")),
    (ANNS, registration_made()),
    (BENS, registration_made(registration=BENS, learner=BEN, pathway="SHORT")),
)


def given(fold: Fold, *facts: tuple[str, Event]) -> Connection:
    return fold(*READ_MODELS, history(*BOTH, *facts))


def found(
    connection: Connection,
    filters: ClaimableLearnerFilter | None = None,
    *,
    sort: LearnerColumn = LearnerColumn.LEARNER,
    descending: bool = False,
) -> list[str]:
    page = search_claimable_learners(
        connection,
        centre=CENTRE,
        qualification=REFERENCE,
        filters=filters or ClaimableLearnerFilter(),
        sort=sort,
        descending=descending,
        limit=50,
    )
    return [row.learner for row in page.rows]


def test_learners_with_an_active_registration_can_be_claimed_for(fold: Fold) -> None:
    """M4."""
    connection = given(fold)
    assert found(connection) == [ANN, BEN]
    page = search_claimable_learners(
        connection,
        centre=CENTRE,
        qualification=REFERENCE,
        filters=ClaimableLearnerFilter(),
        limit=1,
    )
    assert page.rows[0] == ClaimableLearner(
        learner=ANN,
        given_name="Ann",
        family_name="Zola",
        date_of_birth=BORN,
        uln=None,
        registration=ANNS,
        pathway="MAIN",
    )
    assert counts(connection, centre=CENTRE) == {
        REFERENCE: {None: Registered(registered=2, active=2)}
    }


@pytest.mark.parametrize("award_type", ["Full", "Fallback"])
def test_after_full_or_fallback_a_learner_leaves_the_list(
    fold: Fold, award_type: str
) -> None:
    """M4, M14."""
    connection = given(fold, (ANNS, award_claimed(award_type=award_type)))
    assert found(connection) == [BEN]
    assert counts(connection, centre=CENTRE) == {
        REFERENCE: {None: Registered(registered=2, active=1)}
    }


def test_after_interim_a_learner_stays_in_the_list(fold: Fold) -> None:
    """M14."""
    assert found(given(fold, (ANNS, award_claimed(award_type="Interim")))) == [ANN, BEN]


def test_withdrawing_what_completed_it_brings_a_learner_back(fold: Fold) -> None:
    """M16."""
    full = (ANNS, award_claimed())
    assert found(given(fold, full, (ANNS, AwardWithdrawn(claim=CLAIM)))) == [ANN, BEN]
    other = (ANNS, AwardWithdrawn(claim=OTHER_CLAIM))
    assert found(given(fold, full, other)) == [BEN]


@pytest.mark.parametrize(
    ("filters", "learners"),
    [
        (ClaimableLearnerFilter(learner=BEN.lower()), [BEN]),
        (ClaimableLearnerFilter(learner=ANN[-3:]), [ANN]),
        (ClaimableLearnerFilter(given_name="an"), [ANN]),
        (ClaimableLearnerFilter(given_name="nn"), []),
        (ClaimableLearnerFilter(family_name="asgeir"), [BEN]),
        (ClaimableLearnerFilter(date_of_birth=BORN), [ANN]),
        (ClaimableLearnerFilter(uln=ULN), [BEN]),
        (ClaimableLearnerFilter(uln="2504"), [BEN]),
        (ClaimableLearnerFilter(given_name="an", uln=ULN), []),
    ],
)
def test_learners_are_searched_by_five_columns(
    fold: Fold, filters: ClaimableLearnerFilter, learners: list[str]
) -> None:
    """M4."""
    assert found(given(fold), filters) == learners


@pytest.mark.parametrize(
    ("sort", "learners"),
    [
        (LearnerColumn.LEARNER, [ANN, BEN]),
        (LearnerColumn.GIVEN_NAME, [ANN, BEN]),
        (LearnerColumn.FAMILY_NAME, [BEN, ANN]),
        (LearnerColumn.DATE_OF_BIRTH, [BEN, ANN]),
        (LearnerColumn.ULN, [ANN, BEN]),
    ],
)
def test_learners_are_sorted_by_five_columns(
    fold: Fold, sort: LearnerColumn, learners: list[str]
) -> None:
    """M4."""
    connection = given(fold)
    assert found(connection, sort=sort) == learners
    assert found(connection, sort=sort, descending=True) == learners[::-1]


def test_amended_details_are_the_ones_shown(fold: Fold) -> None:
    """M4."""
    identity = LearnerIdentityAmended(
        person_id=UUID(int=1), given_name="Zoe", family_name="Y", date_of_birth=BORN
    )
    details = LearnerDetailsAmended(
        person_id=UUID(int=1),
        gender=None,
        uln=ULN,
        centre_reference=None,
        email=None,
        postcode=None,
    )
    connection = given(fold, (ANN, identity), (ANN, details))
    assert found(connection, ClaimableLearnerFilter(given_name="zoe", uln=ULN)) == [ANN]


def test_withdrawing_on_an_unknown_registration_is_passed_over(fold: Fold) -> None:
    unknown = ("R-9", AwardWithdrawn(claim=CLAIM))
    assert found(given(fold, unknown)) == [ANN, BEN]


def test_another_centres_registrations_are_not_counted(fold: Fold) -> None:
    assert counts(given(fold), centre="50107") == {}


def test_learners_on_an_apprenticeship_are_claimed_for_by_qualification(
    fold: Fold,
) -> None:
    """M2, M4, O7: where the centre is approved for one or the other."""
    parent = registration_made(registration=CATS, learner=CAT, product=APPRENTICESHIP)
    part = registration_made(registration=PART, learner=CAT)
    connection = given(
        fold,
        (CAT, created(CAT, "Cat", "Yu")),
        (CATS, replace(parent, parts=(PART,))),
        (PART, replace(part, parent=CATS, apprenticeship=APPRENTICESHIP)),
    )
    assert counts(connection, centre=CENTRE) == {
        REFERENCE: {
            None: Registered(registered=2, active=2),
            APPRENTICESHIP: Registered(registered=1, active=1),
        }
    }
    by_it = Approved(alone=False, apprenticeships=frozenset({APPRENTICESHIP}))
    for approved, found_so in (
        (Approved(alone=True), [ANN, BEN, CAT]),
        (by_it, [CAT]),
        (Approved(alone=False), []),
    ):
        page = search_claimable_learners(
            connection,
            centre=CENTRE,
            qualification=REFERENCE,
            filters=ClaimableLearnerFilter(),
            approved=approved,
            limit=50,
        )
        assert [row.learner for row in page.rows] == found_so
