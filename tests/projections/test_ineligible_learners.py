"""Ineligible learners: who is kept back, until put right."""

from datetime import timedelta

import pytest
from sqlalchemy import Connection

from events.claim import (
    ClaimDeleted,
    ClaimLearnersChosen,
    ClaimSubmitted,
    ClaimWithdrawn,
    Why,
)
from events.event import Event
from events.identifier import stream_of
from projections.ineligible_learners import (
    READ_MODEL,
    Cause,
    Ineligible,
    cause_of,
    search,
)
from tests.claim_examples import (
    ANN,
    ANNS,
    BEN,
    BENS,
    CENTRE,
    CLAIM,
    READY,
    REFERENCE,
    granted,
    withheld,
)
from tests.projections.conftest import Fold
from tests.projections.history import BEGINNING, history

SUBMITTED = ClaimSubmitted(granted={ANN: granted()}, withheld={BEN: withheld()})
FIXED = ClaimSubmitted(granted={BEN: granted()}, withheld={})
REMOVED = ClaimLearnersChosen(learners={ANN: ANNS})
WITHDRAWN = ClaimWithdrawn(
    person_id=stream_of(CLAIM), learners=(ANN, BEN), whole=True, reason="Late"
)


def given(fold: Fold, *events: Event) -> Connection:
    return fold(READ_MODEL, history(*((CLAIM, event) for event in (*READY, *events))))


def waiting(connection: Connection, centre: str | None = CENTRE) -> list[str]:
    return [row.learner for row in search(connection, centre=centre, limit=50).rows]


def test_everybody_kept_back_is_listed_with_claim_date_and_reasons(fold: Fold) -> None:
    """I1."""
    (row,) = search(given(fold, SUBMITTED), centre=CENTRE, limit=50).rows
    assert row == Ineligible(
        claim=CLAIM,
        centre=CENTRE,
        learner=BEN,
        registration=BENS,
        qualification=REFERENCE,
        award_type="Full",
        claimed_at=BEGINNING + timedelta(minutes=len(READY)),
        cause=Cause.RULES,
        reasons=withheld().reasons,
    )


def test_a_draft_keeps_nobody_back(fold: Fold) -> None:
    """I1."""
    assert waiting(given(fold)) == []


@pytest.mark.parametrize("event", [FIXED, REMOVED, WITHDRAWN, ClaimDeleted()])
def test_a_learner_leaves_the_list_when_put_right_or_taken_out(
    fold: Fold, event: Event
) -> None:
    """I1, I2."""
    assert waiting(given(fold, SUBMITTED, event)) == []


def test_a_learner_who_stays_in_the_claim_stays_in_the_list(fold: Fold) -> None:
    """I1."""
    kept = ClaimLearnersChosen(learners={BEN: BENS})
    assert waiting(given(fold, SUBMITTED, kept)) == [BEN]


def test_submitted_again_in_vain_the_claim_date_is_the_later_one(fold: Fold) -> None:
    """I1."""
    again = ClaimSubmitted(granted={}, withheld={BEN: withheld("wrong-pathway")})
    (row,) = search(given(fold, SUBMITTED, again), centre=CENTRE, limit=50).rows
    assert row.claimed_at == BEGINNING + timedelta(minutes=len(READY) + 1)
    assert row.cause is Cause.PATHWAY


@pytest.mark.parametrize(
    ("codes", "cause"),
    [
        (["credits-short", "units-missing"], Cause.RULES),
        (["wrong-pathway", "credits-short"], Cause.PATHWAY),
        (["claimed-by-another"], Cause.OTHERS),
        (["changed-by-another"], Cause.OTHERS),
    ],
)
def test_the_causes_are_rules_pathway_and_other_people(
    codes: list[str], cause: Cause
) -> None:
    """I3, M15."""
    assert cause_of(Why(code=code, message="…") for code in codes) is cause


def test_ineligible_learners_are_found_by_each_clause(fold: Fold) -> None:
    connection = given(fold, SUBMITTED)
    assert waiting(connection, None) == [BEN]
    assert waiting(connection, "50107") == []
    for found, rows in (
        (search(connection, centre=None, qualification=REFERENCE, limit=9), 1),
        (search(connection, centre=None, qualification="Q-1", limit=9), 0),
        (search(connection, centre=None, claim=CLAIM, limit=9), 1),
        (search(connection, centre=None, claim="AC-1", limit=9), 0),
        (search(connection, centre=None, cause=Cause.RULES, limit=9), 1),
        (search(connection, centre=None, cause=Cause.PATHWAY, limit=9), 0),
    ):
        assert len(found.rows) == rows
