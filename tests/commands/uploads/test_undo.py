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
from commands.uploads import undo as undoing
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
def intake(store: EventStore, clock: Clock) -> UploadCentre:
    return UploadCentre(store=store, now=clock)


def added(intake: UploadCentre, *, name: str = "Autumn") -> tuple[str, tuple[str, ...]]:
    """Make a group of two learners; a third row stays invalid."""
    group = intake.checked(*ROWS, name=name)
    intake.submit(group)
    intake.add(group)
    return group, intake.shown(group).learners


def order(intake: UploadCentre, *learners: str, groups: tuple[str, ...] = ()) -> str:
    linking = Linking(learners=dict.fromkeys(learners), groups=groups)
    command = BeginOrder(by=ADMINISTRATOR, at=intake.now(), linkings=(linking,))
    return intake.send(command).created_id


def test_an_undone_upload_takes_its_learners_with_it(intake: UploadCentre) -> None:
    """U11: they are known no more; their ULNs and the group's name are free."""
    group, learners = added(intake)
    intake.undo(group)
    assert intake.shown(group).status is UploadStatus.UNDOING
    intake.withdraw(group)
    assert intake.shown(group).status is UploadStatus.UNDONE
    assert all(intake.learner(learner).is_withdrawn for learner in learners)
    with pytest.raises(LearnerIsWithdrawn):
        intake.amend(learners[0], gender="M")
    again, _ = added(intake)
    assert len(intake.shown(again).learners) == 2


def test_undoing_twice_is_undoing_once(intake: UploadCentre) -> None:
    """U11."""
    group, _ = added(intake)
    intake.undo(group)
    intake.withdraw(group)
    assert intake.undo(group, by=COLLEAGUE).position is None
    log = intake.store.log(after=0)
    assert sum(isinstance(x.event, LearnerWithdrawn) for x in log) == 2


def test_learners_are_withdrawn_part_by_part(
    intake: UploadCentre, monkeypatch: pytest.MonkeyPatch
) -> None:
    """U11: each once, from where it was."""
    monkeypatch.setattr(uploading, "BATCH", 1)
    monkeypatch.setattr(undoing, "BATCHES", 1)
    group, learners = added(intake)
    intake.undo(group)
    command = undoing.WithdrawGroupLearners(
        by=ADMINISTRATOR, at=intake.now(), group=group
    )
    intake.send(command)
    shown = [intake.learner(learner).is_withdrawn for learner in learners]
    assert (shown, intake.shown(group).progress) == ([True, False], 99)
    intake.withdraw(group)
    assert intake.learner(learners[1]).is_withdrawn
    assert intake.send(command).position is None


def test_nothing_is_done_with_an_undone_upload(intake: UploadCentre) -> None:
    """U11: nor with its learners, from the moment it is undone."""
    group, learners = added(intake)
    intake.undo(group)
    with pytest.raises(GroupIsUndone):
        intake.submit(group)
    with pytest.raises(GroupIsUndone):
        intake.put_right(group, 4, family_name="Lee")
    with pytest.raises(GroupIsUndone):
        order(intake, learners[0])
    with pytest.raises(GroupIsUndone):
        order(intake, groups=(group,))


@pytest.mark.parametrize("content", [csv_file(*ROWS), b"Forename,Surname,DOB\nA,B,C\n"])
def test_an_upload_that_was_not_submitted_can_be_undone(
    intake: UploadCentre, content: bytes
) -> None:
    """U11: as soon as it is checked, or waits to be mapped; its file goes."""
    group = intake.upload(content)
    if intake.shown(group).status is UploadStatus.CHECKING:
        with pytest.raises(StillChecking):
            intake.undo(group)
        intake.check(group)
    intake.undo(group)
    assert intake.shown(group).status is UploadStatus.UNDONE
    intake.check_part(group)
    with pytest.raises(FileGone):
        intake.store.file(intake.shown(group).received.file)


def test_learners_who_are_on_an_order_keep_their_upload(intake: UploadCentre) -> None:
    """U11: named in the refusal; until none of them is on it any more."""
    group, (first, second) = added(intake)
    name = order(intake, first, second)
    with pytest.raises(GroupIsUsed, match=name):
        intake.undo(group)
    by, at = ADMINISTRATOR, intake.now()
    intake.send(UnlinkOrderLearner(by=by, at=at, order=name, learner=first))
    with pytest.raises(GroupIsUsed):
        intake.undo(group)
    intake.send(UnlinkOrderLearner(by=by, at=at, order=name, learner=second))
    intake.send(LinkOrderLearners(by=by, at=at, order=name, linking=linking(first)))
    intake.send(
        LinkOrderLearners(by=by, at=at, order=name, linking=linking(), instead=True)
    )
    other = order(intake, groups=(group,))
    intake.send(DeleteOrder(by=by, at=at, order=other))
    intake.undo(group)


def linking(*learners: str) -> Linking:
    return Linking(learners=dict.fromkeys(learners))


def test_learners_who_joined_another_group_keep_their_upload(
    intake: UploadCentre,
) -> None:
    """U11: until that is undone, which leaves them as they were."""
    first, (chloe, _) = added(intake)
    intake.known[DETAILS.likeness] = [chloe]
    second = intake.checked(cells(uln=""), name="Spring")
    intake.put_right(second, 2, link_to=chloe)
    intake.submit(second)
    intake.add(second)
    with pytest.raises(GroupIsUsed, match=second):
        intake.undo(first)
    intake.undo(second, confirm_loss=True)
    intake.withdraw(second)
    assert not intake.learner(chloe).is_withdrawn
    intake.undo(first)


def test_a_row_linked_to_a_learner_who_is_gone_stays_behind(
    intake: UploadCentre,
) -> None:
    """U11: it does not join, and keeps no other from joining."""
    first, (chloe, _) = added(intake)
    intake.known[DETAILS.likeness] = [chloe]
    second = intake.checked(cells(uln=""), cells(given_name="Zoë", uln=""), name="S")
    intake.put_right(second, 2, link_to=chloe)
    intake.undo(first)
    intake.submit(second)
    intake.add(second)
    shown = intake.shown(second)
    assert (len(shown.learners), shown.left) == (1, (2,))


@pytest.mark.parametrize("race", range(RACES))
def test_an_upload_is_undone_or_its_learners_ordered_but_never_both(
    any_store: EventStore, clock: Clock, race: int
) -> None:
    """U11: at the same moment, on both databases."""
    intake = UploadCentre(store=any_store, now=clock)
    group, (first, second) = added(intake)
    acts: list[Callable[[], object]] = [
        partial(intake.undo, group),
        partial(order, intake, first),
        partial(order, intake, groups=(group,)),
        partial(order, intake, second),
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
    intake.withdraw(group)
    gone = [intake.learner(learner).is_withdrawn for learner in (first, second)]
    assert gone == [undone, undone]
