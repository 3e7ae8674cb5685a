"""One person is made known once, however little of it read models know yet (U6, L1)."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from threading import Barrier
from typing import Any

import pytest

from aggregates.errors import Refusal
from aggregates.learners.learner import LooksLikeAnother
from aggregates.uploads.record import RecordState
from commands.learners import learner, same_person
from commands.learners.transfer import TransferLearner
from events.learners.learner import LearnerCreated
from store import EventStore
from tests.clock import Clock
from tests.commands.erasing import erase
from tests.commands.learners.test_transfer import THERE, Two
from tests.commands.upload_centre import (
    ADMINISTRATOR,
    SPECIALIST,
    STRANGER,
    UploadCentre,
)
from tests.learner_examples import cells

ONEILL = cells(given_name="Ann", family_name="O\u2019Neill", uln="")
SAME = cells(given_name="ANN", family_name="ONeill", uln="")
ELSE = cells(given_name="Ben", uln="")
AT_ONCE = 3


@pytest.fixture
def upload_centre(store: EventStore, clock: Clock) -> UploadCentre:
    """Take learners in where no read model has heard of any of them."""
    return UploadCentre(store=store, now=clock)


def refused(ask: Callable[[], object]) -> str:
    with pytest.raises(LooksLikeAnother) as refusal:
        ask()
    assert refusal.value.path == ("confirm_different_person",)
    return str(refusal.value)


def test_who_was_made_known_just_now_is_found(upload_centre: UploadCentre) -> None:
    """L1: two of one name that were told apart are named, the first at least."""
    first = upload_centre.create(ONEILL)
    assert first in refused(lambda: upload_centre.create(SAME))
    upload_centre.create(SAME, is_different=True)
    assert first in refused(lambda: upload_centre.create(ONEILL))
    upload_centre.create(ONEILL, by=STRANGER)


@pytest.mark.parametrize("is_different", [False, True])
def test_of_one_person_made_known_several_times_at_once_there_is_one(
    *, any_store: EventStore, clock: Clock, is_different: bool
) -> None:
    """L1: unless it is said that they are several."""
    upload_centre, ready = UploadCentre(store=any_store, now=clock), Barrier(AT_ONCE)

    def create(_: int) -> str:
        ready.wait()
        try:
            return upload_centre.create(ONEILL, is_different=is_different)
        except Refusal as refusal:
            return type(refusal).__name__

    with ThreadPoolExecutor(AT_ONCE) as pool:
        answers = list(pool.map(create, range(AT_ONCE)))
    made = [r for r in any_store.log(after=0) if isinstance(r.event, LearnerCreated)]
    assert len(made) == (AT_ONCE if is_different else 1)
    refusals = answers.count("LooksLikeAnother")
    assert refusals == (0 if is_different else AT_ONCE - 1)


def test_who_is_made_known_while_it_is_asked_who_is_known_is_found(
    upload_centre: UploadCentre, monkeypatch: pytest.MonkeyPatch
) -> None:
    """L1: the second is decided again, and finds the first."""
    among: list[str] = []

    def known_then(*asked: Any) -> Any:
        known = same_person.known_alike(*asked)
        if not among:
            among.append("")
            among[0] = upload_centre.create(ONEILL)
        return known

    monkeypatch.setattr(learner, "known_alike", known_then)
    said = refused(lambda: upload_centre.create(SAME))
    assert among[0] in said
    made = [
        r
        for r in upload_centre.store.log(after=0)
        if isinstance(r.event, LearnerCreated)
    ]
    assert len(made) == 1


def test_who_becomes_another_by_an_amendment_is_asked_about(
    upload_centre: UploadCentre,
) -> None:
    """L2: and who is somebody else now stands in nobody's way."""
    first, second = upload_centre.create(ONEILL), upload_centre.create(ELSE)

    def become(*, is_different: bool = False) -> None:
        upload_centre.amend(
            second,
            is_different=is_different,
            given_name="ann",
            family_name="ONEILL",
        )

    assert first in refused(become)
    become(is_different=True)
    upload_centre.create(ELSE)
    upload_centre.amend(first, given_name="Anne")
    third = upload_centre.create(ONEILL)
    assert third in refused(lambda: upload_centre.create(SAME))


def test_an_amendment_of_spelling_alone_is_asked_nothing(
    upload_centre: UploadCentre,
) -> None:
    """L2."""
    first = upload_centre.create(ONEILL)
    upload_centre.amend(first, family_name="ONeill")
    assert first in refused(lambda: upload_centre.create(ONEILL))


def test_a_person_of_an_undone_group_can_be_made_known_again(
    upload_centre: UploadCentre,
) -> None:
    """U11."""
    group = upload_centre.checked(ONEILL, ELSE)
    upload_centre.submit(group)
    upload_centre.add(group)
    assert upload_centre.shown(group).learners[0] in refused(
        lambda: upload_centre.create(SAME)
    )
    upload_centre.undo(group)
    upload_centre.withdraw(group)
    upload_centre.create(SAME)


def test_an_erased_person_can_be_made_known_again(
    upload_centre: UploadCentre, clock: Clock
) -> None:
    """H6."""
    erase(upload_centre.context, clock, upload_centre.create(ONEILL))
    upload_centre.create(SAME)


def test_a_transferred_person_is_known_there_and_not_here(
    store: EventStore, clock: Clock
) -> None:
    """L6."""
    Two(store, clock)
    upload_centre = UploadCentre(store=store, now=clock)
    name = upload_centre.create(ONEILL)
    upload_centre.send(
        TransferLearner(
            by=SPECIALIST, at=clock(), learner=name, centre=THERE, reason="Moved"
        )
    )
    assert name in refused(lambda: upload_centre.create(SAME, by=STRANGER))
    assert upload_centre.create(SAME, by=ADMINISTRATOR)


def test_rows_of_a_person_made_known_just_now_are_asked_about(
    upload_centre: UploadCentre,
) -> None:
    """U6: as they are checked, and again as learners are made of them."""
    early = upload_centre.create(ONEILL)
    group = upload_centre.checked(SAME, ELSE)
    assert upload_centre.states(group)[2] is RecordState.TO_CONFIRM
    assert upload_centre.records(group)[2].alike == {early}
    late = upload_centre.create(ELSE)
    upload_centre.submit(group)
    upload_centre.add(group)
    assert upload_centre.records(group)[3].alike == {late}
    assert upload_centre.shown(group).learners == ()


def test_rows_of_one_name_that_were_told_apart_become_two(
    upload_centre: UploadCentre,
) -> None:
    """U6."""
    group = upload_centre.checked(ONEILL, SAME)
    for row in (2, 3):
        upload_centre.put_right(group, row, is_different=True)
    upload_centre.submit(group)
    upload_centre.add(group)
    assert len(upload_centre.shown(group).learners) == 2


def test_who_is_known_from_before_stands_in_the_way_by_what_read_models_say(
    upload_centre: UploadCentre,
) -> None:
    """L1: those made known earlier hold nothing."""
    upload_centre.known["ann, oneill 2006-03-27"] = ["L-0000000017T"]
    assert "L-0000000017T" in refused(lambda: upload_centre.create(ONEILL))
    upload_centre.create(ONEILL, is_different=True)
