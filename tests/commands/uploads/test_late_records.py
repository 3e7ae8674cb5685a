"""Records that become ready after their group was submitted: it waits once more."""

import pytest

from aggregates.learners.verification import Code, PostponedReason, VerificationAnswer
from aggregates.uploads.record import RecordState
from aggregates.uploads.upload_progress import UploadStatus
from commands.uploads import upload as uploading
from events.uploads.upload import RecordsReady
from store import EventStore
from tests.clock import Clock
from tests.commands.upload_centre import UploadCentre
from tests.commands.uploads.test_verification import Lrs
from tests.learner_examples import OTHER_ULN, ULN, cells, strangers

LEARNER, INVALID = RecordState.LEARNER, RecordState.INVALID


@pytest.fixture
def lrs() -> Lrs:
    return Lrs()


@pytest.fixture
def intake(store: EventStore, clock: Clock, lrs: Lrs) -> UploadCentre:
    return UploadCentre(store=store, now=clock, verify=lrs)


def stands(intake: UploadCentre, group: str) -> tuple[UploadStatus, int]:
    shown = intake.shown(group)
    return shown.status, shown.progress


CHECKED, DONE = (UploadStatus.CHECKED, 50), (UploadStatus.DONE, 100)


def submitted(intake: UploadCentre, *rows: dict[str, str]) -> str:
    group = intake.checked(*strangers(*rows))
    intake.submit(group)
    intake.add(group)
    assert stands(intake, group) == DONE
    return group


def test_a_record_that_lrs_was_closed_for_brings_the_group_back(
    intake: UploadCentre, lrs: Lrs
) -> None:
    """U5, U7, U9: to 50 %, and submitted again to 100 %."""
    lrs.outcomes[ULN] = PostponedReason.OUT_OF_HOURS
    group = submitted(intake, cells(), cells(uln=OTHER_ULN))
    intake.verify_again(group, 2)
    assert stands(intake, group) == DONE
    lrs.outcomes[ULN] = VerificationAnswer(code=Code.MATCH)
    intake.verify_again(group, 2)
    assert stands(intake, group) == CHECKED
    intake.verify_again(group, 2)
    intake.submit(group)
    intake.add(group)
    assert stands(intake, group) == DONE
    assert len(intake.shown(group).learners) == 2
    assert [*intake.states(group).values()] == [LEARNER, LEARNER]


def test_an_anomaly_heard_late_brings_nothing_back(
    intake: UploadCentre, lrs: Lrs
) -> None:
    """U7: nothing is ready."""
    lrs.outcomes[ULN] = PostponedReason.OUT_OF_HOURS
    group = submitted(intake, cells(), cells(uln=OTHER_ULN))
    lrs.outcomes[ULN] = VerificationAnswer(code=Code.NO_MATCH)
    intake.verify_again(group, 2)
    assert stands(intake, group) == DONE


def test_a_record_put_right_late_brings_the_group_back_once(
    intake: UploadCentre,
) -> None:
    """U8, U9: a second one finds it there already."""
    bad = cells(family_name="", uln="")
    group = submitted(intake, cells(), bad, bad)
    intake.put_right(group, 3, postcode="RG1 4PN")
    assert stands(intake, group) == DONE
    intake.put_right(group, 3, family_name="Carter")
    intake.put_right(group, 4, family_name="Carter")
    assert stands(intake, group) == CHECKED
    log = [recorded.event for recorded in intake.store.log(after=0, limit=1000)]
    assert [e.rows for e in log if isinstance(e, RecordsReady)] == [(3,)]


def test_the_other_row_of_a_uln_brings_the_group_back(intake: UploadCentre) -> None:
    """U6, U9: when the one is removed."""
    group = submitted(intake, cells(), cells(), cells(uln=OTHER_ULN))
    intake.remove(group, 2)
    assert stands(intake, group) == CHECKED
    intake.submit(group)
    intake.add(group)
    assert len(intake.shown(group).learners) == 2


def test_a_group_with_nothing_ready_after_all_is_done_when_submitted(
    intake: UploadCentre,
) -> None:
    """U9: what became ready was spoilt again, or removed."""
    bad = cells(family_name="", uln="")
    group = submitted(intake, cells(), bad)
    intake.put_right(group, 3, family_name="Carter")
    intake.remove(group, 3)
    assert stands(intake, group) == CHECKED
    intake.submit(group)
    assert stands(intake, group) == DONE
    assert intake.submit(group).position is None


def test_what_becomes_ready_while_learners_are_added_waits_or_joins(
    intake: UploadCentre, monkeypatch: pytest.MonkeyPatch
) -> None:
    """U9: a row that was left behind waits; one that is still to come is added."""
    monkeypatch.setattr(uploading, "BATCH", 2)
    monkeypatch.setattr(uploading, "BATCHES", 1)
    bad = cells(family_name="", uln="")
    group = intake.checked(*strangers(bad, cells(), bad, cells(uln="")))
    intake.submit(group)
    intake.add_part(group)
    intake.put_right(group, 2, family_name="Carter")
    intake.put_right(group, 4, family_name="Carter")
    assert intake.shown(group).status is UploadStatus.ADDING
    intake.add(group)
    assert stands(intake, group) == CHECKED
    assert len(intake.shown(group).learners) == 3
    intake.submit(group)
    intake.add(group)
    assert stands(intake, group) == DONE
    assert len(intake.shown(group).learners) == 4
