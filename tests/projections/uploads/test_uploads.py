"""Uploads as people see them: given these events, then these rows."""

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import Connection

from aggregates.learners.verification import FIRST_PAUSE, PostponedReason
from aggregates.uploads.record import Record, RecordState
from aggregates.uploads.upload import Upload
from aggregates.uploads.upload_progress import UploadStatus
from events.event import Event
from events.identifier import Kind, identifier
from events.learners.verification import UlnVerificationPostponed, UlnVerified
from events.uploads.upload import (
    LearnersAdded,
    Problem,
    RecordAmended,
    RecordBecameLearner,
    RecordChecked,
    RecordConfirmed,
    RecordLinked,
    RecordRemoved,
    RecordsRead,
    RecordsVerified,
    UploadChecked,
    UploadCompleted,
    UploadSubmitted,
)
from projections.uploads import uploads
from projections.uploads.uploads import READ_MODEL
from tests.learner_examples import (
    CENTRE,
    CHLOE,
    GROUP,
    PERSON,
    record_read,
    upload_received,
)
from tests.projections.conftest import Fold
from tests.projections.recorded_events import BEGINNING, history

MINUTE, MOMENT = timedelta(minutes=1), timedelta(microseconds=1)
SPRING = identifier(Kind.GROUP, 43)
BLANK = Problem(column="family_name", code="missing")
LIKE = Problem(column="family_name", code="like-learner", learners=(CHLOE,))
CONFIRMED = RecordConfirmed(learners=(CHLOE,))
STEPS: tuple[tuple[Event, UploadStatus, int], ...] = (
    (upload_received(rows=4), UploadStatus.CHECKING, 0),
    (RecordsRead(valid=1, invalid=1, through=3), UploadStatus.CHECKING, 24),
    (RecordsRead(valid=2, invalid=0, through=5), UploadStatus.CHECKING, 49),
    (UploadChecked(), UploadStatus.CHECKED, 50),
    (UploadSubmitted(), UploadStatus.ADDING, 50),
    (LearnersAdded(learners=(CHLOE,), left=(), through=3), UploadStatus.ADDING, 79),
    (LearnersAdded(learners=(), left=(4,), through=5), UploadStatus.ADDING, 99),
    (UploadCompleted(), UploadStatus.DONE, 100),
    (UploadSubmitted(), UploadStatus.ADDING, 50),
)


@pytest.mark.parametrize("steps", range(1, len(STEPS) + 1))
def test_an_upload_is_shown_as_far_as_it_is(fold: Fold, steps: int) -> None:
    """U5."""
    facts = [(GROUP, event) for event, _, _ in STEPS[:steps]]
    shown = fold(READ_MODEL, history(*facts))
    (row,) = uploads.search_uploads(shown, centre=CENTRE, limit=5).rows
    assert (row.status, row.progress) == STEPS[steps - 1][1:]


@pytest.mark.parametrize(
    ("name", "found"),
    [
        (None, [SPRING, GROUP]),
        ("autumn", [GROUP]),
        ("LEV spr", [SPRING]),
        ("2026", [SPRING, GROUP]),
        ("umn", []),
        ("%", []),
        ("A_", []),
        (GROUP, [GROUP]),
        (GROUP.removeprefix("G-"), [GROUP]),
    ],
)
def test_a_group_is_found_by_its_name_or_number(
    fold: Fold, name: str | None, found: list[str]
) -> None:
    """U10."""
    spring = upload_received(group=SPRING, name="Spring 2026 Level 3")
    shown = fold(READ_MODEL, history((GROUP, upload_received()), (SPRING, spring)))
    rows = uploads.search_uploads(shown, centre=CENTRE, name=name, limit=5).rows
    assert [row.group for row in rows] == found
    assert uploads.search_uploads(shown, centre="50107", name=name, limit=5).rows == ()


def record_facts() -> Mapping[int, list[Event]]:
    """Give rows in every state."""
    amended = RecordAmended(person_id=PERSON, cells={}, problems=(), warnings=())
    rechecked = RecordChecked(problems=(BLANK,), warnings=(LIKE,))
    return {
        2: [record_read(row=2)],
        3: [record_read(row=3, problems=(BLANK,))],
        4: [record_read(row=4, problems=(BLANK,)), amended],
        5: [record_read(row=5), rechecked],
        6: [record_read(row=6, warnings=(LIKE,))],
        7: [record_read(row=7, warnings=(LIKE,)), CONFIRMED],
        8: [record_read(row=8), rechecked, CONFIRMED],
        9: [record_read(row=9, problems=(BLANK,)), RecordLinked(learner=CHLOE)],
        10: [record_read(row=10), RecordRemoved()],
        11: [record_read(row=11), RecordBecameLearner(learner=CHLOE)],
    }


@pytest.fixture
def shown(fold: Fold) -> Connection:
    facts = [
        (f"{GROUP}/{row}", event)
        for row, events in record_facts().items()
        for event in events
    ]
    return fold(READ_MODEL, history(*facts))


@pytest.mark.parametrize(
    ("state", "rows"),
    [
        (RecordState.VALID, (2, 4, 7, 9)),
        (RecordState.INVALID, (3, 5, 8)),
        (RecordState.TO_CONFIRM, (6,)),
        (RecordState.REMOVED, (10,)),
        (RecordState.LEARNER, (11,)),
    ],
)
def test_records_are_listed_as_they_stand(
    shown: Connection, state: RecordState, rows: tuple[int, ...]
) -> None:
    """U6: in the order of the file."""
    assert uploads.rows_of(shown, GROUP, states=[state], limit=50).rows == rows
    assert uploads.counts(shown, GROUP)[state] == len(rows)
    assert uploads.counts(shown, SPRING) == {}


def test_records_are_listed_page_by_page(shown: Connection) -> None:
    """U6."""
    states = list(RecordState)
    first = uploads.rows_of(shown, GROUP, states=states, limit=8)
    rest = uploads.rows_of(
        shown, GROUP, states=states, limit=8, cursor=first.next_cursor
    )
    assert first.rows + rest.rows == tuple(record_facts())


WAITS = record_read(to_verify=True)
VERIFIED = UlnVerified(person_id=PERSON, code="WSVRC002")
ANOMALY = UlnVerified(person_id=PERSON, code="WSVRC006")
LATE = UlnVerificationPostponed(why="out-of-hours", tries=1)
AMENDED: dict[str, Any] = {
    "person_id": PERSON,
    "cells": {},
    "problems": (),
    "warnings": (),
}


@pytest.mark.parametrize(
    ("later", "state"),
    [
        ((), RecordState.NOT_VERIFIED),
        ((LATE,), RecordState.NOT_VERIFIED),
        ((VERIFIED,), RecordState.VALID),
        ((ANOMALY,), RecordState.INVALID),
        ((ANOMALY, RecordAmended(**AMENDED)), RecordState.INVALID),
        ((ANOMALY, RecordAmended(**AMENDED, to_verify=True)), RecordState.NOT_VERIFIED),
        ((ANOMALY, RecordAmended(**AMENDED, to_verify=False)), RecordState.VALID),
        ((RecordChecked(problems=(BLANK,), warnings=()),), RecordState.INVALID),
        ((RecordChecked(problems=(), warnings=(LIKE,)),), RecordState.NOT_VERIFIED),
        (
            (RecordChecked(problems=(), warnings=(LIKE,)), VERIFIED),
            RecordState.TO_CONFIRM,
        ),
        ((RecordLinked(learner=CHLOE),), RecordState.VALID),
        ((RecordRemoved(),), RecordState.REMOVED),
    ],
)
def test_a_record_stands_as_its_aggregate_says_with_lrs_on(
    fold: Fold, later: tuple[Event, ...], state: RecordState
) -> None:
    """U6, U7."""
    facts = (WAITS, *later)
    shown = fold(READ_MODEL, history(*((f"{GROUP}/2", fact) for fact in facts)))
    assert uploads.counts(shown, GROUP) == {state: 1}
    assert Record.replay(facts).state is state


def test_ulns_to_verify_are_steps_of_the_check(fold: Fold) -> None:
    """U5, U7: as the aggregate says."""
    facts: list[Event] = [
        upload_received(rows=4),
        RecordsRead(valid=3, invalid=1, through=5, to_verify=2),
        RecordsVerified(asked=1, anomalies=1, through=3),
        RecordsVerified(asked=0, anomalies=0, through=5),
    ]
    for count in range(1, len(facts) + 1):
        shown = fold(READ_MODEL, history(*((GROUP, fact) for fact in facts[:count])))
        (row,) = uploads.search_uploads(shown, centre=CENTRE, limit=5).rows
        assert row.progress == Upload.replay(facts[:count]).progress


def test_a_group_says_why_lrs_did_not_answer_until_it_does(fold: Fold) -> None:
    """U7."""
    begun: list[tuple[str, Event]] = [(GROUP, upload_received()), (f"{GROUP}/2", WAITS)]
    for later, why in (
        ([], None),
        ([LATE], PostponedReason.OUT_OF_HOURS),
        ([LATE, VERIFIED], None),
    ):
        facts = [*begun, *((f"{GROUP}/2", event) for event in later)]
        shown = fold(READ_MODEL, history(*facts))
        assert uploads.unanswered_because(shown, GROUP) is why


def test_a_record_that_waits_is_due_at_once_and_then_after_a_pause(fold: Fold) -> None:
    """U7: but not while its upload is being checked."""
    facts = [(GROUP, upload_received()), (f"{GROUP}/2", WAITS), (f"{GROUP}/2", LATE)]
    checked = (GROUP, UploadChecked())
    read_at, late_at = BEGINNING + MINUTE, BEGINNING + 2 * MINUTE
    assert due(fold, facts, BEGINNING + timedelta(days=1)) == []
    assert due(fold, [*facts[:2], checked], read_at) == [(GROUP, 2)]
    assert due(fold, [*facts[:2], checked], read_at - MOMENT) == []
    again_at = late_at + FIRST_PAUSE
    assert due(fold, [*facts, checked], again_at - MOMENT) == []
    assert due(fold, [*facts, checked], again_at) == [(GROUP, 2)]
    heard = (f"{GROUP}/2", VERIFIED)
    assert due(fold, [*facts, checked, heard], again_at) == []


def due(
    fold: Fold, facts: Sequence[tuple[str, Event]], now: datetime
) -> list[tuple[str, int]]:
    shown = fold(READ_MODEL, history(*facts))
    return uploads.list_records_to_verify(shown, now=now, limit=10)
