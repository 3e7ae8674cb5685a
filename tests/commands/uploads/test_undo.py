"""An upload taken back: only while nobody uses its learners, and never both (U11)."""

from collections.abc import Callable
from functools import partial

import pytest

from aggregates.learners.learner import LearnerIsWithdrawn
from aggregates.uploads.upload_progress import UploadStatus
from aggregates.uploads.upload_refusals import GroupIsUndone, GroupIsUsed, StillChecking
from commands.command import CommandResult
from commands.orders.order import (
    BeginOrder,
    DeleteOrder,
    LinkOrderLearners,
    UnlinkOrderLearner,
)
from commands.orders.order_linking import Linking
from commands.uploads import upload as uploading
from events.learners.learner import LearnerWithdrawn
from store import EventStore, FileGone
from tests.clock import Clock
from tests.commands.claims.test_claim_races import at_once
from tests.commands.upload_centre import ADMINISTRATOR, COLLEAGUE, UploadCentre
from tests.learner_examples import DETAILS, OTHER_ULN, cells, csv_file

ROWS = (cells(), cells(given_name="Ben", uln=OTHER_ULN), cells(family_name="", uln=""))
RACES = 6


@pytest.fixture
def upload_centre(store: EventStore, clock: Clock) -> UploadCentre:
    return UploadCentre(store=store, now=clock)


def added(
    upload_centre: UploadCentre, *, name: str = "Autumn"
) -> tuple[str, tuple[str, ...]]:
    """Make a group of two learners; a third row stays invalid."""
    group = upload_centre.checked(*ROWS, name=name)
    upload_centre.submit(group)
    upload_centre.add(group)
    return group, upload_centre.shown(group).learners


def order(
    upload_centre: UploadCentre, *learners: str, groups: tuple[str, ...] = ()
) -> str:
    linking = Linking(learners=dict.fromkeys(learners), groups=groups)
    command = BeginOrder(by=ADMINISTRATOR, at=upload_centre.now(), linkings=(linking,))
    return upload_centre.send(command).created_id


def test_an_undone_upload_takes_its_learners_with_it(
    upload_centre: UploadCentre,
) -> None:
    """U11: they are known no more; their ULNs and the group's name are free."""
    group, learners = added(upload_centre)
    upload_centre.undo(group)
    assert upload_centre.shown(group).status is UploadStatus.UNDOING
    upload_centre.withdraw(group)
    assert upload_centre.shown(group).status is UploadStatus.UNDONE
    assert all(upload_centre.learner(learner).is_withdrawn for learner in learners)
    with pytest.raises(LearnerIsWithdrawn):
        upload_centre.amend(learners[0], gender="M")
    again, _ = added(upload_centre)
    assert len(upload_centre.shown(again).learners) == 2


def test_undoing_twice_is_undoing_once(upload_centre: UploadCentre) -> None:
    """U11."""
    group, _ = added(upload_centre)
    upload_centre.undo(group)
    upload_centre.withdraw(group)
    assert upload_centre.undo(group, by=COLLEAGUE).position is None
    log = upload_centre.store.log(after=0)
    assert sum(isinstance(x.event, LearnerWithdrawn) for x in log) == 2


def test_learners_are_withdrawn_part_by_part(
    upload_centre: UploadCentre, monkeypatch: pytest.MonkeyPatch
) -> None:
    """U11: each once, from where it was."""
    monkeypatch.setattr(uploading, "BATCH", 1)
    group, learners = added(upload_centre)
    upload_centre.undo(group)
    upload_centre.withdraw_part(group)
    shown = [upload_centre.learner(learner).is_withdrawn for learner in learners]
    assert (shown, upload_centre.shown(group).progress) == ([True, False], 99)
    upload_centre.withdraw(group)
    assert upload_centre.learner(learners[1]).is_withdrawn
    assert upload_centre.withdraw_part(group).position is None


def test_nothing_is_done_with_an_undone_upload(upload_centre: UploadCentre) -> None:
    """U11: nor with its learners, from the moment it is undone."""
    group, learners = added(upload_centre)
    upload_centre.undo(group)
    with pytest.raises(GroupIsUndone):
        upload_centre.submit(group)
    with pytest.raises(GroupIsUndone):
        upload_centre.put_right(group, 4, family_name="Lee")
    with pytest.raises(GroupIsUndone):
        order(upload_centre, learners[0])
    with pytest.raises(GroupIsUndone):
        order(upload_centre, groups=(group,))


@pytest.mark.parametrize("content", [csv_file(*ROWS), b"Forename,Surname,DOB\nA,B,C\n"])
def test_an_upload_that_was_not_submitted_can_be_undone(
    upload_centre: UploadCentre, content: bytes
) -> None:
    """U11: as soon as it is checked, or waits to be mapped; its file goes."""
    group = upload_centre.upload(content)
    if upload_centre.shown(group).status is UploadStatus.CHECKING:
        with pytest.raises(StillChecking):
            upload_centre.undo(group)
        upload_centre.check(group)
    upload_centre.undo(group)
    assert upload_centre.shown(group).status is UploadStatus.UNDONE
    upload_centre.check_part(group)
    with pytest.raises(FileGone):
        upload_centre.store.file(upload_centre.shown(group).received.file)


def test_learners_who_are_on_an_order_keep_their_upload(
    upload_centre: UploadCentre,
) -> None:
    """U11: named in the refusal; until none of them is on it any more."""
    group, (first, second) = added(upload_centre)
    name = order(upload_centre, first, second)
    with pytest.raises(GroupIsUsed, match=name):
        upload_centre.undo(group)
    by, at = ADMINISTRATOR, upload_centre.now()
    upload_centre.send(UnlinkOrderLearner(by=by, at=at, order=name, learner=first))
    with pytest.raises(GroupIsUsed):
        upload_centre.undo(group)
    upload_centre.send(UnlinkOrderLearner(by=by, at=at, order=name, learner=second))
    upload_centre.send(
        LinkOrderLearners(by=by, at=at, order=name, linking=linking(first))
    )
    upload_centre.send(
        LinkOrderLearners(by=by, at=at, order=name, linking=linking(), instead=True)
    )
    other = order(upload_centre, groups=(group,))
    upload_centre.send(DeleteOrder(by=by, at=at, order=other))
    upload_centre.undo(group)


def linking(*learners: str) -> Linking:
    return Linking(learners=dict.fromkeys(learners))


def test_learners_who_joined_another_group_keep_their_upload(
    upload_centre: UploadCentre,
) -> None:
    """U11: until that is undone, which leaves them as they were."""
    first, (chloe, _) = added(upload_centre)
    upload_centre.known[DETAILS.likeness] = [chloe]
    second = upload_centre.checked(cells(uln=""), name="Spring")
    upload_centre.put_right(second, 2, link_to=chloe)
    upload_centre.submit(second)
    upload_centre.add(second)
    with pytest.raises(GroupIsUsed, match=second):
        upload_centre.undo(first)
    upload_centre.undo(second, confirm_loss=True)
    upload_centre.withdraw(second)
    assert not upload_centre.learner(chloe).is_withdrawn
    upload_centre.undo(first)


def test_a_row_linked_to_a_learner_who_is_gone_stays_behind(
    upload_centre: UploadCentre,
) -> None:
    """U11: it does not join, and keeps no other from joining."""
    first, (chloe, _) = added(upload_centre)
    upload_centre.known[DETAILS.likeness] = [chloe]
    second = upload_centre.checked(
        cells(uln=""), cells(given_name="Zoë", uln=""), name="S"
    )
    upload_centre.put_right(second, 2, link_to=chloe)
    upload_centre.undo(first)
    upload_centre.submit(second)
    upload_centre.add(second)
    shown = upload_centre.shown(second)
    assert (len(shown.learners), shown.left) == (1, (2,))


@pytest.mark.parametrize("race", range(RACES))
def test_an_upload_is_undone_or_its_learners_ordered_but_never_both(
    any_store: EventStore, clock: Clock, race: int
) -> None:
    """U11: at the same moment, on both databases."""
    upload_centre = UploadCentre(store=any_store, now=clock)
    group, (first, second) = added(upload_centre)
    acts: list[Callable[[], object]] = [
        partial(upload_centre.undo, group),
        partial(order, upload_centre, first),
        partial(order, upload_centre, groups=(group,)),
        partial(order, upload_centre, second),
    ]
    turn = race % len(acts)
    answers = at_once(acts[turn:] + acts[:turn])
    answers = answers[-turn:] + answers[:-turn] if turn else answers
    undone = isinstance(answers[0], CommandResult)
    ordered = [answer for answer in answers[1:] if isinstance(answer, str)]
    refused = [answer for answer in answers if isinstance(answer, Exception)]
    assert undone == (not ordered)
    assert {type(error) for error in refused} == (
        {GroupIsUndone} if undone else {GroupIsUsed}
    )
    upload_centre.withdraw(group)
    gone = [upload_centre.learner(learner).is_withdrawn for learner in (first, second)]
    assert gone == [undone, undone]
