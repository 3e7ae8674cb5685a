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
def upload_centre(store: EventStore, clock: Clock, lrs: Lrs) -> UploadCentre:
    return UploadCentre(store=store, now=clock, verify=lrs)


def stands(upload_centre: UploadCentre, group: str) -> tuple[UploadStatus, int]:
    shown = upload_centre.shown(group)
    return shown.status, shown.progress


CHECKED, DONE = (UploadStatus.CHECKED, 50), (UploadStatus.DONE, 100)


def submitted(upload_centre: UploadCentre, *rows: dict[str, str]) -> str:
    group = upload_centre.checked(*strangers(*rows))
    upload_centre.submit(group)
    upload_centre.add(group)
    assert stands(upload_centre, group) == DONE
    return group


def test_a_record_that_lrs_was_closed_for_brings_the_group_back(
    upload_centre: UploadCentre, lrs: Lrs
) -> None:
    """U5, U7, U9: to 50 %, and submitted again to 100 %."""
    lrs.outcomes[ULN] = PostponedReason.OUT_OF_HOURS
    group = submitted(upload_centre, cells(), cells(uln=OTHER_ULN))
    upload_centre.verify_again(group, 2)
    assert stands(upload_centre, group) == DONE
    lrs.outcomes[ULN] = VerificationAnswer(code=Code.MATCH)
    upload_centre.verify_again(group, 2)
    assert stands(upload_centre, group) == CHECKED
    upload_centre.verify_again(group, 2)
    upload_centre.submit(group)
    upload_centre.add(group)
    assert stands(upload_centre, group) == DONE
    assert len(upload_centre.shown(group).learners) == 2
    assert [*upload_centre.states(group).values()] == [LEARNER, LEARNER]


def test_an_anomaly_heard_late_brings_nothing_back(
    upload_centre: UploadCentre, lrs: Lrs
) -> None:
    """U7: nothing is ready."""
    lrs.outcomes[ULN] = PostponedReason.OUT_OF_HOURS
    group = submitted(upload_centre, cells(), cells(uln=OTHER_ULN))
    lrs.outcomes[ULN] = VerificationAnswer(code=Code.NO_MATCH)
    upload_centre.verify_again(group, 2)
    assert stands(upload_centre, group) == DONE


def test_a_record_put_right_late_brings_the_group_back_once(
    upload_centre: UploadCentre,
) -> None:
    """U8, U9: a second one finds it there already."""
    bad = cells(family_name="", uln="")
    group = submitted(upload_centre, cells(), bad, bad)
    upload_centre.put_right(group, 3, postcode="RG1 4PN")
    assert stands(upload_centre, group) == DONE
    upload_centre.put_right(group, 3, family_name="Carter")
    upload_centre.put_right(group, 4, family_name="Carter")
    assert stands(upload_centre, group) == CHECKED
    log = [recorded.event for recorded in upload_centre.store.log(after=0, limit=1000)]
    assert [e.rows for e in log if isinstance(e, RecordsReady)] == [(3,)]


def test_the_other_row_of_a_uln_brings_the_group_back(
    upload_centre: UploadCentre,
) -> None:
    """U6, U9: when the one is removed."""
    group = submitted(upload_centre, cells(), cells(), cells(uln=OTHER_ULN))
    upload_centre.remove(group, 2)
    assert stands(upload_centre, group) == CHECKED
    upload_centre.submit(group)
    upload_centre.add(group)
    assert len(upload_centre.shown(group).learners) == 2


def test_a_group_with_nothing_ready_after_all_is_done_when_submitted(
    upload_centre: UploadCentre,
) -> None:
    """U9: what became ready was spoilt again, or removed."""
    bad = cells(family_name="", uln="")
    group = submitted(upload_centre, cells(), bad)
    upload_centre.put_right(group, 3, family_name="Carter")
    upload_centre.remove(group, 3)
    assert stands(upload_centre, group) == CHECKED
    upload_centre.submit(group)
    assert stands(upload_centre, group) == DONE
    assert upload_centre.submit(group).position is None


def test_what_becomes_ready_while_learners_are_added_waits_or_joins(
    upload_centre: UploadCentre, monkeypatch: pytest.MonkeyPatch
) -> None:
    """U9: a row that was left behind waits; one that is still to come is added."""
    monkeypatch.setattr(uploading, "BATCH", 2)
    bad = cells(family_name="", uln="")
    group = upload_centre.checked(*strangers(bad, cells(), bad, cells(uln="")))
    upload_centre.submit(group)
    upload_centre.add_part(group)
    upload_centre.put_right(group, 2, family_name="Carter")
    upload_centre.put_right(group, 4, family_name="Carter")
    assert upload_centre.shown(group).status is UploadStatus.ADDING
    upload_centre.add(group)
    assert stands(upload_centre, group) == CHECKED
    assert len(upload_centre.shown(group).learners) == 3
    upload_centre.submit(group)
    upload_centre.add(group)
    assert stands(upload_centre, group) == DONE
    assert len(upload_centre.shown(group).learners) == 4
