"""The rules of uploads: how far one is, and when it may be submitted."""

import pytest

from aggregates.uploads.upload import Upload, clean_group_name
from aggregates.uploads.upload_progress import UploadStatus
from aggregates.uploads.upload_refusals import (
    LONGEST_NAME,
    GroupNameMissing,
    GroupNameTooLong,
    NothingReady,
    StillChecking,
)
from events.uploads.upload import (
    LearnersAdded,
    RecordsRead,
    RecordsVerified,
    UploadChecked,
    UploadCompleted,
    UploadSubmitted,
)
from tests.learner_examples import CHLOE, ZOE, upload_received

given = Upload.replay
RECEIVED = upload_received(rows=4)
HALF_READ = RecordsRead(valid=1, invalid=1, through=3)
READ = RecordsRead(valid=2, invalid=0, through=5)
CHECKED = (RECEIVED, HALF_READ, READ, UploadChecked())
FIRST = LearnersAdded(learners=(CHLOE,), left=(3,), through=3)
LAST = LearnersAdded(learners=(ZOE,), left=(5,), through=5)
DONE = (*CHECKED, UploadSubmitted(), FIRST, LAST, UploadCompleted())


def test_a_group_has_a_name_without_outer_spaces() -> None:
    """U1."""
    assert clean_group_name(" Autumn\u00a0") == "Autumn"
    for blank in ("", "  ", "\u200b"):
        with pytest.raises(GroupNameMissing):
            clean_group_name(blank)


def test_a_group_name_has_a_greatest_length() -> None:
    """U1."""
    assert clean_group_name("n" * LONGEST_NAME) == "n" * LONGEST_NAME
    with pytest.raises(GroupNameTooLong):
        clean_group_name("n" * (LONGEST_NAME + 1))


def test_the_check_goes_to_fifty_per_cent() -> None:
    """U5: which is reached only when every record is checked."""
    assert given([RECEIVED]).progress == 0
    assert given([RECEIVED, HALF_READ]).progress == 24
    assert given([RECEIVED, HALF_READ, READ]).progress == 49
    assert given(CHECKED).progress == 50
    assert given(CHECKED).status is UploadStatus.CHECKED


def test_adding_learners_goes_to_a_hundred_per_cent() -> None:
    """U5: which is reached only when every row has been seen to."""
    submitted = (*CHECKED, UploadSubmitted())
    assert 50 <= given(submitted).progress < given((*submitted, FIRST)).progress < 100
    assert given((*submitted, FIRST, LAST)).progress == 99
    assert given(DONE).progress == 100


def test_an_upload_is_submitted_when_it_is_checked_and_a_record_is_ready() -> None:
    """U9."""
    assert given(CHECKED).submit(is_any_ready=True) == [UploadSubmitted()]
    with pytest.raises(NothingReady):
        given(CHECKED).submit(is_any_ready=False)


def test_an_upload_is_not_submitted_before_it_is_checked() -> None:
    """U9."""
    with pytest.raises(StillChecking):
        given([RECEIVED, HALF_READ]).submit(is_any_ready=True)


def test_submitting_twice_is_submitting_once() -> None:
    """U9: while learners are added, and after."""
    assert given((*CHECKED, UploadSubmitted())).submit(is_any_ready=True) == []
    assert given(DONE).submit(is_any_ready=False) == []


def test_records_put_right_later_can_be_submitted_later() -> None:
    """U9: and only those left behind are looked at again."""
    assert given(DONE).submit(is_any_ready=True) == [UploadSubmitted()]
    again = given((*DONE, UploadSubmitted()))
    assert list(again.rows_to_add) == [3, 5]
    one_more = LearnersAdded(learners=(), left=(3,), through=3)
    assert list(again.apply(one_more).rows_to_add) == [5]


def test_adding_goes_on_from_where_it_was() -> None:
    """U9."""
    begun = given((*CHECKED, UploadSubmitted()))
    assert list(begun.rows_to_add) == [2, 3, 4, 5]
    assert list(begun.apply(FIRST).rows_to_add) == [4, 5]


def test_a_group_is_a_fixed_list_of_learners_each_there_once() -> None:
    """U10."""
    upload = given(DONE)
    assert upload.learners == (CHLOE, ZOE)
    added = upload.add(learners=[ZOE, ZOE, CHLOE], left=[], through=5)
    assert added == [LearnersAdded(learners=(), left=(), through=5)]


TO_VERIFY = RecordsRead(valid=3, invalid=1, through=5, to_verify=2)


def test_the_check_is_over_with_the_last_row_if_there_is_no_uln_to_verify() -> None:
    """U5, U7."""
    upload = given([RECEIVED, HALF_READ])
    for to_verify in (None, 0):
        read = RecordsRead(valid=2, invalid=0, through=5, to_verify=to_verify)
        assert upload.record_progress(
            valid=2, invalid=0, through=5, to_verify=to_verify
        ) == [
            read,
            UploadChecked(),
        ]
    one = RecordsRead(valid=2, invalid=0, through=5, to_verify=1)
    assert upload.record_progress(valid=2, invalid=0, through=5, to_verify=1) == [one]


def test_ulns_are_verified_from_the_first_row_to_the_last_before_fifty_per_cent() -> (
    None
):
    """U5, U7: row by row, and an anomaly is one of the invalid."""
    assert given([RECEIVED, HALF_READ]).rows_to_verify == ()
    upload = given([RECEIVED, TO_VERIFY])
    assert (upload.status, upload.progress) == (UploadStatus.CHECKING, 32)
    assert [*upload.rows_to_verify] == [2, 3, 4, 5]
    first = RecordsVerified(asked=1, anomalies=1, through=3)
    assert upload.verify(asked=1, anomalies=1, through=3) == [first]
    upload = upload.apply(first)
    assert (upload.progress, upload.valid, upload.invalid) == (40, 2, 2)
    assert [*upload.rows_to_verify] == [4, 5]
    last = RecordsVerified(asked=1, anomalies=0, through=5)
    assert upload.verify(asked=1, anomalies=0, through=5) == [last, UploadChecked()]
    checked = given([RECEIVED, TO_VERIFY, first, last, UploadChecked()])
    assert (checked.progress, [*checked.rows_to_verify]) == (50, [])
