"""Claims as they are listed: given these events, then these rows."""

from datetime import timedelta

import pytest
from sqlalchemy import Connection

from aggregates.claims.claim_status import ClaimStatus
from events.claims.claim import (
    ClaimBegun,
    ClaimDeleted,
    ClaimLearnersChosen,
    ClaimProcessed,
    ClaimSubmitted,
    ClaimWithdrawn,
)
from events.event import Event
from events.identifier import stream_of
from projections.claims import claims
from projections.claims.claims import (
    READ_MODEL,
    ListedClaim,
    list_claims_to_process,
    search_claims,
)
from projections.paging import BadCursor
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
    READY,
    REFERENCE,
    granted,
    registration_made,
    withheld,
)
from tests.projections.conftest import Fold
from tests.projections.recorded_events import BEGINNING, history

SUBMITTED = ClaimSubmitted(granted={ANN: granted()}, withheld={BEN: withheld()})
PROCESSED = ClaimProcessed(certificates={ANN: "C-0000000001D"})
OTHER_BEGUN = ClaimBegun(claim=OTHER_CLAIM, centre="50107")


def withdrawn(*learners: str, whole: bool) -> ClaimWithdrawn:
    return ClaimWithdrawn(
        person_id=stream_of(CLAIM), learners=learners, whole=whole, reason="Late"
    )


def given(fold: Fold, *events: Event) -> Connection:
    return fold(READ_MODEL, history(*((CLAIM, event) for event in events)))


def listed(connection: Connection, centre: str | None = CENTRE) -> list[ListedClaim]:
    return list(search_claims(connection, centre=centre, limit=50).rows)


def test_a_claim_is_listed_with_its_stages_and_who_began_it(fold: Fold) -> None:
    """M1."""
    (claim,) = listed(given(fold, *READY))
    assert claim == ListedClaim(
        claim=CLAIM,
        centre=CENTRE,
        qualification=REFERENCE,
        standing=ClaimStatus.DRAFT,
        units=4,
        learners=2,
        submitted=0,
        unsubmitted=0,
        processed=0,
        begun_at=BEGINNING,
        begun_by="admin.riverside",
        changed_at=BEGINNING + timedelta(minutes=4),
    )


def test_a_submitted_claim_counts_who_went_through_and_who_did_not(fold: Fold) -> None:
    """M10."""
    (claim,) = listed(given(fold, *READY, SUBMITTED))
    assert (claim.submitted, claim.unsubmitted) == (1, 1)
    assert claim.standing is ClaimStatus.SUBMITTED


def test_a_processed_claim_with_nobody_left_is_processed(fold: Fold) -> None:
    """M13."""
    everybody = ClaimLearnersChosen(learners={ANN: ANNS})
    (claim,) = listed(given(fold, *READY, SUBMITTED, everybody, PROCESSED))
    assert (claim.standing, claim.processed) == (ClaimStatus.PROCESSED, 1)


def test_a_withdrawn_claim_stays_to_be_seen(fold: Fold) -> None:
    """M16."""
    whole = withdrawn(ANN, BEN, whole=True)
    (claim,) = listed(given(fold, *READY, SUBMITTED, whole))
    assert (claim.standing, claim.learners) == (ClaimStatus.WITHDRAWN, 0)


def test_a_learner_who_was_withdrawn_may_come_in_anew(fold: Fold) -> None:
    again = ClaimLearnersChosen(learners={ANN: ANNS, CAT: CATS})
    one = withdrawn(ANN, whole=False)
    (claim,) = listed(given(fold, *READY, SUBMITTED, one, again))
    assert (claim.standing, claim.learners) == (ClaimStatus.DRAFT, 2)


def test_a_withdrawn_learner_who_is_left_out_is_still_known(fold: Fold) -> None:
    one = withdrawn(ANN, whole=False)
    rest = ClaimLearnersChosen(learners={BEN: BENS})
    connection = given(fold, *READY, SUBMITTED, one, rest)
    found = search_claims(connection, centre=CENTRE, learner=ANN, limit=50)
    assert [row.claim for row in found.rows] == [CLAIM]


def test_a_deleted_claim_is_listed_no_more(fold: Fold) -> None:
    assert listed(given(fold, *READY, ClaimDeleted())) == []


def test_another_centres_claims_are_not_listed(fold: Fold) -> None:
    connection = fold(
        READ_MODEL, history((CLAIM, READY[0]), (OTHER_CLAIM, OTHER_BEGUN))
    )
    assert [row.claim for row in listed(connection)] == [CLAIM]
    assert [row.claim for row in listed(connection, None)] == [OTHER_CLAIM, CLAIM]


@pytest.mark.parametrize(
    ("clause", "expected"),
    [
        ({"standing": ClaimStatus.SUBMITTED}, [CLAIM]),
        ({"standing": ClaimStatus.DRAFT}, []),
        ({"qualification": [REFERENCE]}, [CLAIM]),
        ({"qualification": ["Q-0000000000"]}, []),
        ({"reference": "0001"}, [CLAIM]),
        ({"reference": "0002"}, []),
        ({"learner": BEN}, [CLAIM]),
        ({"learner": CAT}, []),
    ],
)
def test_claims_are_found_by_each_clause(
    fold: Fold, clause: dict[str, str], expected: list[str]
) -> None:
    connection = given(fold, *READY, SUBMITTED)
    found = search_claims(connection, centre=CENTRE, limit=50, **clause)  # type: ignore[arg-type] # a clause of its own type
    assert [row.claim for row in found.rows] == expected


def test_claims_are_listed_a_page_at_a_time(fold: Fold) -> None:
    connection = fold(
        READ_MODEL, history((CLAIM, READY[0]), (OTHER_CLAIM, OTHER_BEGUN))
    )
    first = search_claims(connection, centre=None, limit=1)
    then = search_claims(connection, centre=None, limit=1, cursor=first.next_cursor)
    assert [row.claim for row in (*first.rows, *then.rows)] == [OTHER_CLAIM, CLAIM]
    assert then.next_cursor is None
    with pytest.raises(BadCursor):
        search_claims(connection, centre=None, limit=1, cursor="nonsense")


def test_a_claim_is_due_once_its_time_has_come_and_until_it_is_processed(
    fold: Fold,
) -> None:
    """M13."""
    submitted_at = BEGINNING + timedelta(minutes=len(READY))
    before = submitted_at - timedelta(microseconds=1)
    waiting = given(fold, *READY, SUBMITTED)
    assert list_claims_to_process(waiting, submitted_by=submitted_at, limit=9) == [
        CLAIM
    ]
    assert list_claims_to_process(waiting, submitted_by=before, limit=9) == []
    done = given(fold, *READY, SUBMITTED, PROCESSED)
    assert list_claims_to_process(done, submitted_by=submitted_at, limit=9) == []


def test_what_happens_to_others_is_passed_over(fold: Fold) -> None:
    connection = fold(claims.READ_MODEL, history((ANNS, registration_made())))
    assert listed(connection, None) == []
