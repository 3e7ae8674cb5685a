"""What a person says of a file: which column is which, and its encoding."""

import pytest

from aggregates.uploads.record import RecordState
from aggregates.uploads.upload_progress import UploadStatus
from aggregates.uploads.upload_refusals import (
    EncodingIsCertain,
    GroupIsMapped,
    StillChecking,
    StillToMap,
    TooLateToReadAgain,
)
from commands.uploads import upload as uploading
from events.identifier import stream_of
from repositories.repository import Stale
from store import EventStore, FileGone
from tests.clock import Clock
from tests.commands.upload_centre import UploadCentre
from tests.learner_examples import ULN, cells, csv_file

OTHERS = "Forename,Surname,DOB,Pet,ULN\nZoë,Müller,1/1/2000,Rex,\nAnn,Lee,2/1/2000,,x\n"
OURS = {"given_name": "Forename", "family_name": "Surname", "date_of_birth": "DOB"}
VALID, REMOVED = RecordState.VALID, RecordState.REMOVED


@pytest.fixture
def intake(store: EventStore, clock: Clock) -> UploadCentre:
    return UploadCentre(store=store, now=clock)


def version(intake: UploadCentre, group: str) -> int:
    return intake.store.open(stream_of(group)).version


def test_a_file_of_other_columns_waits_to_be_mapped(intake: UploadCentre) -> None:
    """U3: nothing is checked, submitted or amended before."""
    group = intake.upload(OTHERS.encode())
    shown = intake.shown(group)
    assert (shown.status, shown.progress) == (UploadStatus.TO_MAP, 0)
    assert shown.received.proposed == OURS | {"uln": "ULN"}
    assert shown.received.columns == ("Forename", "Surname", "DOB", "Pet", "ULN")
    intake.check_part(group)
    assert intake.records(group) == {}
    with pytest.raises(StillToMap):
        intake.submit(group)


def test_the_check_goes_on_once_the_columns_are_settled(intake: UploadCentre) -> None:
    """U3: as they were said to be, not as proposed; what is ignored is listed."""
    group = intake.upload(OTHERS.encode())
    intake.map(group, OURS)
    shown = intake.shown(group)
    assert shown.status is UploadStatus.CHECKING
    assert (shown.ignored, shown.accented) == (("Pet", "ULN"), (2,))
    intake.check(group)
    assert intake.states(group) == {2: VALID, 3: VALID}
    assert intake.records(group)[3].cells["uln"] == ""


def test_columns_are_settled_once(intake: UploadCentre) -> None:
    """U3: the same again changes nothing; another choice is another upload's."""
    group = intake.upload(OTHERS.encode())
    seen = version(intake, group)
    intake.map(group, OURS, expect=seen)
    assert intake.map(group, OURS).position is None
    with pytest.raises(GroupIsMapped):
        intake.map(group, {**OURS, "uln": "ULN"})
    with pytest.raises(Stale):
        intake.map(group, OURS, expect=seen)


def mac(*rows: dict[str, str]) -> bytes:
    return csv_file(*rows).decode().encode("mac-roman")


def test_names_read_in_the_wrong_encoding_are_read_again(intake: UploadCentre) -> None:
    """U4: but for what somebody has amended; and back again."""
    intake.known["zoe, lee 2006-03-27"] = ["L-0000000017M"]
    rows = [
        cells(given_name="Zoë", family_name="Lee"),
        cells(given_name="Zoë", family_name="Müller", uln=""),
        cells(given_name="Ben", uln=""),
        cells(given_name="Chloë"),
    ]
    group = intake.upload(mac(*rows))
    intake.check(group)
    intake.put_right(group, 3, family_name="Miller")
    intake.remove(group, 4)
    intake.choose_encoding(group, "mac-roman")
    assert intake.shown(group).status is UploadStatus.CHECKING
    intake.check(group)
    records = intake.records(group)
    assert [record.cells["given_name"] for record in records.values()] == [
        "Zoë",
        "Zoë",
        "Ben",
        "Chloë",
    ]
    assert records[3].cells["family_name"] == "Miller"
    assert records[4].state is REMOVED
    assert records[2].alike == {"L-0000000017M"}
    assert [records[row].twins for row in (2, 5)] == [{5}, {2}]
    assert records[2].cells["uln"] == ULN
    intake.choose_encoding(group, "cp1252")
    intake.check(group)
    assert intake.records(group)[2].cells["given_name"] == "Zo\u2018"


def test_reading_again_goes_on_from_where_it_was(
    intake: UploadCentre, monkeypatch: pytest.MonkeyPatch
) -> None:
    """U4, U5: part by part, with its progress shown."""
    monkeypatch.setattr(uploading, "BATCH", 2)
    group = intake.upload(mac(*[cells(given_name="Zoë", uln="")] * 5))
    intake.check(group)
    intake.choose_encoding(group, "mac-roman")
    assert intake.shown(group).progress == 0
    with pytest.raises(StillChecking):
        intake.submit(group)
    intake.check(group)
    shown = intake.shown(group)
    assert (shown.progress, shown.valid, shown.last_row) == (50, 5, 6)
    records = intake.records(group).values()
    assert {record.cells["given_name"] for record in records} == {"Zoë"}


def test_what_is_read_is_kept_no_longer_than_it_is_needed(intake: UploadCentre) -> None:
    """U4: the records hold all of it."""
    group = intake.upload(OTHERS.encode())
    intake.map(group, OURS)
    intake.check(group)
    with pytest.raises(FileGone):
        intake.store.file(intake.shown(group).received.file)


def test_only_an_encoding_that_nobody_can_tell_is_chosen(intake: UploadCentre) -> None:
    """U4: and only until the group is submitted."""
    certain = intake.checked(cells())
    with pytest.raises(EncodingIsCertain):
        intake.choose_encoding(certain, "mac-roman")
    group = intake.upload(mac(cells(uln="")), name="Spring")
    with pytest.raises(StillChecking):
        intake.choose_encoding(group, "mac-roman")
    intake.check(group)
    assert intake.choose_encoding(group, "cp1252").position is None
    intake.submit(group)
    with pytest.raises(TooLateToReadAgain):
        intake.choose_encoding(group, "mac-roman")
