"""Manage Learners: given these events, whoever is sought is found."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, date, datetime
from typing import Any

import pytest
from sqlalchemy import Connection

from aggregates.registrations.registration_state import Status
from events.event import Event
from events.identifier import Kind, identifier
from events.learners.learner import LearnerDetailsAmended, LearnerIdentityAmended
from events.registrations.registration import (
    AwardClaimed,
    AwardWithdrawn,
    PartCompleted,
    PartReopened,
)
from events.uploads.upload import LearnersAdded
from projections.learners import learner_search
from projections.learners.learner_search import LearnerFilter
from projections.learners.learners import READ_MODEL
from projections.periods import DatesAreReversed
from projections.registrations import registration_rows
from store import Recorded
from tests.claim_examples import registration_made
from tests.learner_examples import (
    CENTRE,
    CHLOE,
    DETAILS,
    GROUP,
    OTHER_ULN,
    PERSON,
    ULN,
    ZOE,
    learner_created,
    upload_received,
)
from tests.projections.conftest import Fold
from tests.projections.recorded_events import history

BRIAN = identifier(Kind.LEARNER, 1234567890)
REGISTRATION = identifier(Kind.REGISTRATION, 7)
FACTS: tuple[tuple[str, Event], ...] = (
    (CHLOE, learner_created()),
    (
        ZOE,
        learner_created(
            learner=ZOE,
            given_name="Zoë Anne",
            family_name="Ní Bhriain",
            date_of_birth=date(2007, 8, 22),
            uln=OTHER_ULN,
            group=GROUP,
        ),
    ),
    (
        BRIAN,
        learner_created(
            learner=BRIAN, given_name="Brian", family_name="Żółkowski", uln=None
        ),
    ),
)


def awarded(award_type: str, claim: str = "AC-0000000001") -> AwardClaimed:
    return AwardClaimed(
        claim=claim,
        award_type=award_type,
        award_date=date(2026, 11, 1),
        grades={},
        overall_grade=None,
        rules_version=1,
    )


@pytest.fixture
def shown(fold: Fold) -> Connection:
    return fold(READ_MODEL, registration_rows.READ_MODEL, history(*FACTS))


def found(
    connection: Connection, *, centre: str | None = CENTRE, **filters: Any
) -> set[str]:
    page = learner_search.search_learners(
        connection, centre=centre, filters=LearnerFilter(**filters), limit=50
    )
    return {row.learner for row in page.rows}


def test_nothing_sought_finds_everybody_of_the_centre_newest_first(
    shown: Connection,
) -> None:
    """L3."""
    page = learner_search.search_learners(
        shown, centre=CENTRE, filters=LearnerFilter(), limit=2
    )
    assert [row.learner for row in page.rows] == [BRIAN, ZOE]
    rest = learner_search.search_learners(
        shown, centre=CENTRE, filters=LearnerFilter(), limit=2, cursor=page.next_cursor
    )
    assert [row.learner for row in rest.rows] == [CHLOE]
    assert rest.next_cursor is None


def test_another_centre_finds_nobody_and_the_awarding_organisation_all(
    shown: Connection,
) -> None:
    """Domain, 1."""
    assert found(shown, centre="50107") == set()
    assert found(shown, centre="50107", learner=CHLOE) == set()
    assert found(shown, centre=None) == {CHLOE, ZOE, BRIAN}


@pytest.mark.parametrize(
    ("text", "who"),
    [
        (CHLOE, {CHLOE}),
        (CHLOE.lower(), {CHLOE}),
        (CHLOE.removeprefix("L-"), {CHLOE}),
        ("1234567890", {BRIAN}),
        ("890", {BRIAN}),
        ("90", set()),
        ("000017", {CHLOE}),
        ("123", set()),
        ("Chloë", set()),
        ("", set()),
    ],
)
def test_a_learner_id_is_found_whole_or_by_its_last_three_or_more_digits(
    shown: Connection, text: str, who: set[str]
) -> None:
    """L3, domain 3."""
    assert found(shown, learner=text) == who


@pytest.mark.parametrize(
    ("filters", "who"),
    [
        ({"given_name": "chl"}, {CHLOE}),
        ({"given_name": "CHLOE"}, {CHLOE}),
        ({"given_name": "anne"}, {ZOE}),
        ({"given_name": "anne zo"}, {ZOE}),
        ({"given_name": "nne"}, set()),
        ({"family_name": "bhri"}, {ZOE}),
        ({"family_name": "zolk"}, {BRIAN}),
        ({"family_name": "arcy"}, {CHLOE}),
        ({"family_name": "d'arcy"}, {CHLOE}),
        ({"given_name": "bhri"}, set()),
        ({"given_name": "chl", "family_name": "bhri"}, set()),
        ({"date_of_birth": date(2007, 8, 22)}, {ZOE}),
        ({"uln": f" {ULN} "}, {CHLOE}),
        ({"uln": ""}, set()),
    ],
)
def test_a_learner_is_found_by_what_is_known_of_them(
    shown: Connection, filters: dict[str, Any], who: set[str]
) -> None:
    """L3: names by the start of any word, case and accents apart; all of it holds."""
    assert found(shown, **filters) == who


def test_learners_are_found_by_the_days_between_which_they_were_created(
    fold: Fold,
) -> None:
    """L3: days in London, both included; in summer theirs begin at 23:00 UTC."""
    late = datetime(2026, 6, 30, 22, 59, tzinfo=UTC)
    early = datetime(2026, 6, 30, 23, 0, tzinfo=UTC)
    shown = fold(
        READ_MODEL,
        registration_rows.READ_MODEL,
        _at(history(*FACTS[:2]), [late, early]),
    )
    june, july = date(2026, 6, 30), date(2026, 7, 1)
    assert found(shown, created_to=june) == {CHLOE}
    assert found(shown, created_from=july) == {ZOE}
    assert found(shown, created_from=june, created_to=july) == {CHLOE, ZOE}
    assert found(shown, created_from=date.min, created_to=date.max) == {CHLOE, ZOE}
    with pytest.raises(DatesAreReversed):
        found(shown, created_from=july, created_to=june)


def _at(recorded: Sequence[Recorded], moments: Sequence[datetime]) -> list[Recorded]:
    pairs = zip(recorded, moments, strict=True)
    return [Recorded(**(vars(one) | {"recorded_at": at})) for one, at in pairs]


def test_learners_are_found_by_their_group(fold: Fold) -> None:
    """L3, U10: by its number or its name; linked learners are of the group too."""
    added = LearnersAdded(learners=(ZOE, CHLOE), left=(), through=3)
    facts = (*FACTS, (GROUP, upload_received(name="Autumn 2026")), (GROUP, added))
    shown = fold(READ_MODEL, registration_rows.READ_MODEL, history(*facts))
    for text in (GROUP, GROUP.removeprefix("G-"), " autumn 2026"):
        assert found(shown, group=text) == {ZOE, CHLOE}
    assert found(shown, group="Autumn") == set()


def test_learners_are_found_by_the_status_of_a_registration(fold: Fold) -> None:
    """L3: a Full or Fallback award completes it, a withdrawn one does not."""
    made = registration_made(registration=REGISTRATION, learner=CHLOE)
    facts: list[tuple[str, Event]] = [*FACTS, (REGISTRATION, made)]
    for event, status in (
        (awarded("Interim"), Status.ACTIVE),
        (awarded("Full", "AC-0000000002"), Status.COMPLETED),
        (AwardWithdrawn(claim="AC-0000000001"), Status.COMPLETED),
        (AwardWithdrawn(claim="AC-0000000002"), Status.ACTIVE),
        (awarded("Fallback"), Status.COMPLETED),
    ):
        facts.append((REGISTRATION, event))
        shown = fold(READ_MODEL, registration_rows.READ_MODEL, history(*facts))
        for other in Status:
            assert found(shown, status=other) == ({CHLOE} if other is status else set())


def test_learners_are_found_by_the_status_of_an_apprenticeship_and_of_its_parts(
    fold: Fold,
) -> None:
    """L3, O7: either is a registration of theirs."""
    part = "R-0000000032"
    parent = registration_made(registration=REGISTRATION, learner=CHLOE)
    facts: list[tuple[str, Event]] = [
        *FACTS,
        (REGISTRATION, replace(parent, parts=(part,))),
        (part, registration_made(registration=part, learner=CHLOE)),
    ]
    for name, event, statuses in (
        (part, awarded("Full"), {Status.ACTIVE, Status.COMPLETED}),
        (REGISTRATION, PartCompleted(part=part), {Status.COMPLETED}),
        (REGISTRATION, PartReopened(part=part), {Status.ACTIVE, Status.COMPLETED}),
    ):
        facts.append((name, event))
        shown = fold(READ_MODEL, registration_rows.READ_MODEL, history(*facts))
        assert {s for s in Status if found(shown, status=s) == {CHLOE}} == statuses


def test_an_amended_learner_is_found_by_what_is_known_now(fold: Fold) -> None:
    """L2, L3."""
    renamed = LearnerIdentityAmended(
        person_id=PERSON,
        given_name="Claire",
        family_name="Darcy",
        date_of_birth=date(2006, 4, 1),
    )
    moved = LearnerDetailsAmended(
        person_id=PERSON,
        gender=None,
        uln=None,
        centre_reference="X",
        email=None,
        postcode=None,
    )
    shown = fold(
        READ_MODEL,
        registration_rows.READ_MODEL,
        history(*FACTS, (CHLOE, renamed), (CHLOE, moved)),
    )
    assert found(shown, given_name="chl") == found(shown, uln=ULN) == set()
    assert found(shown, given_name="cla", date_of_birth=date(2006, 4, 1)) == {CHLOE}
    assert learner_search.alike(shown, CENTRE, [DETAILS.likeness]) == {}


def test_people_of_one_name_and_birth_are_found_at_their_centre(
    shown: Connection,
) -> None:
    """U6."""
    likenesses = [DETAILS.likeness, "nobody 2000-01-01"]
    assert learner_search.alike(shown, CENTRE, likenesses) == {
        DETAILS.likeness: [CHLOE]
    }
    assert learner_search.alike(shown, "50107", likenesses) == {}
