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
def upload_centre(store: EventStore, clock: Clock) -> UploadCentre:
    return UploadCentre(store=store, now=clock)


def version(upload_centre: UploadCentre, group: str) -> int:
    return upload_centre.store.open(stream_of(group)).version


def test_a_file_of_other_columns_waits_to_be_mapped(
    upload_centre: UploadCentre,
) -> None:
    """U3: nothing is checked, submitted or amended before."""
    group = upload_centre.upload(OTHERS.encode())
    shown = upload_centre.shown(group)
    assert (shown.status, shown.progress) == (UploadStatus.TO_MAP, 0)
    assert shown.received.proposed == OURS | {"uln": "ULN"}
    assert shown.received.columns == ("Forename", "Surname", "DOB", "Pet", "ULN")
    upload_centre.check_part(group)
    assert upload_centre.records(group) == {}
    with pytest.raises(StillToMap):
        upload_centre.submit(group)


def test_the_check_goes_on_once_the_columns_are_settled(
    upload_centre: UploadCentre,
) -> None:
    """U3: as they were said to be, not as proposed; what is ignored is listed."""
    group = upload_centre.upload(OTHERS.encode())
    upload_centre.map(group, OURS)
    shown = upload_centre.shown(group)
    assert shown.status is UploadStatus.CHECKING
    assert (shown.ignored, shown.accented) == (("Pet", "ULN"), (2,))
    upload_centre.check(group)
    assert upload_centre.states(group) == {2: VALID, 3: VALID}
    assert upload_centre.records(group)[3].cells["uln"] == ""


def test_columns_are_settled_once(upload_centre: UploadCentre) -> None:
    """U3: the same again changes nothing; another choice is another upload's."""
    group = upload_centre.upload(OTHERS.encode())
    seen = version(upload_centre, group)
    upload_centre.map(group, OURS, expect=seen)
    assert upload_centre.map(group, OURS).position is None
    with pytest.raises(GroupIsMapped):
        upload_centre.map(group, {**OURS, "uln": "ULN"})
    with pytest.raises(Stale):
        upload_centre.map(group, OURS, expect=seen)


def mac(*rows: dict[str, str]) -> bytes:
    return csv_file(*rows).decode().encode("mac-roman")


def test_names_read_in_the_wrong_encoding_are_read_again(
    upload_centre: UploadCentre,
) -> None:
    """U4: but for what somebody has amended; and back again."""
    upload_centre.known["zoe, lee 2006-03-27"] = ["L-0000000017M"]
    rows = [
        cells(given_name="Zoë", family_name="Lee"),
        cells(given_name="Zoë", family_name="Müller", uln=""),
        cells(given_name="Ben", uln=""),
        cells(given_name="Chloë"),
    ]
    group = upload_centre.upload(mac(*rows))
    upload_centre.check(group)
    upload_centre.put_right(group, 3, family_name="Miller")
    upload_centre.remove(group, 4)
    upload_centre.choose_encoding(group, "mac-roman")
    assert upload_centre.shown(group).status is UploadStatus.CHECKING
    upload_centre.check(group)
    records = upload_centre.records(group)
    assert [record.cells["given_name"] for record in records.values()] == [
        "Zoë",
        "Zoë",
        "Ben",
        "Chloë",
    ]
    assert records[3].cells["family_name"] == "Miller"
    assert records[4].state is REMOVED
    assert records[2].alike == {"L-0000000017M"}
    assert [records[row].duplicate_rows for row in (2, 5)] == [{5}, {2}]
    assert records[2].cells["uln"] == ULN
    upload_centre.choose_encoding(group, "cp1252")
    upload_centre.check(group)
    assert upload_centre.records(group)[2].cells["given_name"] == "Zo\u2018"


def test_reading_again_goes_on_from_where_it_was(
    upload_centre: UploadCentre, monkeypatch: pytest.MonkeyPatch
) -> None:
    """U4, U5: part by part, with its progress shown."""
    monkeypatch.setattr(uploading, "BATCH", 2)
    group = upload_centre.upload(mac(*[cells(given_name="Zoë", uln="")] * 5))
    upload_centre.check(group)
    upload_centre.choose_encoding(group, "mac-roman")
    assert upload_centre.shown(group).progress == 0
    with pytest.raises(StillChecking):
        upload_centre.submit(group)
    upload_centre.check(group)
    shown = upload_centre.shown(group)
    assert (shown.progress, shown.valid, shown.last_row) == (50, 5, 6)
    records = upload_centre.records(group).values()
    assert {record.cells["given_name"] for record in records} == {"Zoë"}


def test_what_is_read_is_kept_no_longer_than_it_is_needed(
    upload_centre: UploadCentre,
) -> None:
    """U4: the records hold all of it."""
    group = upload_centre.upload(OTHERS.encode())
    upload_centre.map(group, OURS)
    upload_centre.check(group)
    with pytest.raises(FileGone):
        upload_centre.store.file(upload_centre.shown(group).received.file)


def test_only_an_encoding_that_nobody_can_tell_is_chosen(
    upload_centre: UploadCentre,
) -> None:
    """U4: and only until the group is submitted."""
    certain = upload_centre.checked(cells())
    with pytest.raises(EncodingIsCertain):
        upload_centre.choose_encoding(certain, "mac-roman")
    group = upload_centre.upload(mac(cells(uln="")), name="Spring")
    with pytest.raises(StillChecking):
        upload_centre.choose_encoding(group, "mac-roman")
    upload_centre.check(group)
    assert upload_centre.choose_encoding(group, "cp1252").position is None
    upload_centre.submit(group)
    with pytest.raises(TooLateToReadAgain):
        upload_centre.choose_encoding(group, "mac-roman")
