"""What people typed into the rows of a file is kept, or named before it is lost (B10)."""

from typing import Any

import pytest

from aggregates.learners.details import COLUMNS, given_likeness
from aggregates.loss import WorkWouldBeLost, rows_called
from aggregates.uploads.record import RecordState
from commands.uploads.record_file import CorrectionOutcome, amend_from_file
from files.corrections import Correction
from store import EventStore
from tests.clock import Clock
from tests.commands.upload_centre import ADMINISTRATOR, UploadCentre
from tests.learner_examples import DETAILS, cells, csv_file

VALID = RecordState.VALID
PERSON = ("given_name", "family_name", "date_of_birth", "gender", "uln")


@pytest.fixture
def upload_centre(store: EventStore, clock: Clock) -> UploadCentre:
    return UploadCentre(store=store, now=clock)


def mac(*rows: dict[str, str]) -> bytes:
    return csv_file(*rows).decode().encode("mac-roman")


def knows(upload_centre: UploadCentre, given_name: str) -> str:
    """Make somebody known who is found by their name, as it is in rows."""
    told = cells(given_name=given_name, uln="")
    learner = upload_centre.create(told)
    upload_centre.known[given_likeness(told) or ""] = [learner]
    return learner


def linked(upload_centre: UploadCentre, **told: str) -> tuple[str, str]:
    """Check a file of one row, and link that to a learner: which group, and whom."""
    known = upload_centre.create()
    upload_centre.known[DETAILS.likeness] = [known]
    group = upload_centre.checked(cells(**told))
    upload_centre.put_right(group, 2, link_to=known)
    return group, known


def test_what_was_typed_stays_however_often_the_file_is_read_again(
    upload_centre: UploadCentre,
) -> None:
    """U4: although it is what one of the encodings would have read."""
    group = upload_centre.upload(mac(cells(given_name="Zoë", uln=""), cells(uln="")))
    upload_centre.check(group)
    assert upload_centre.records(group)[2].cells["given_name"] == "Zo\u2018"
    upload_centre.put_right(group, 2, given_name="Zoë")
    for encoding in ("mac-roman", "cp1252", "mac-roman", "cp1252"):
        upload_centre.choose_encoding(group, encoding)
        upload_centre.check(group)
        assert upload_centre.records(group)[2].cells["given_name"] == "Zoë"


def test_what_was_typed_back_stays_too(upload_centre: UploadCentre) -> None:
    """U4: somebody saw it, and decided."""
    group = upload_centre.upload(mac(cells(given_name="Zoë", uln="")))
    upload_centre.check(group)
    upload_centre.put_right(group, 2, given_name="Zed")
    upload_centre.put_right(group, 2, given_name="Zo\u2018")
    upload_centre.choose_encoding(group, "mac-roman")
    upload_centre.check(group)
    assert upload_centre.records(group)[2].cells["given_name"] == "Zo\u2018"


def test_a_link_and_an_answer_stay_when_the_file_is_read_again(
    upload_centre: UploadCentre,
) -> None:
    """U4, U6: and the cells of a linked row are read again as those of others."""
    zoe, ada = knows(upload_centre, "Zo\u2018"), knows(upload_centre, "Ada")
    rows = [cells(given_name=name, uln="") for name in ("Zoë", "Ada")]
    group = upload_centre.upload(mac(*rows))
    upload_centre.check(group)
    upload_centre.put_right(group, 2, link_to=zoe)
    upload_centre.put_right(group, 3, is_different=True)
    upload_centre.choose_encoding(group, "mac-roman")
    upload_centre.check(group)
    records = upload_centre.records(group)
    assert [each.cells["given_name"] for each in records.values()] == ["Zoë", "Ada"]
    assert (records[2].linked_to, {*records[3].different_from}) == (zoe, {ada})
    assert upload_centre.states(group) == {2: VALID, 3: VALID}


@pytest.mark.parametrize("column", COLUMNS)
def test_a_link_stays_while_the_row_says_the_same_person(
    upload_centre: UploadCentre, column: str
) -> None:
    """U6, U8: and is named, and kept, where it need not hold any more."""
    group, known = linked(upload_centre)
    told: Any = {column: "Q" if column == "gender" else "1/2/2003"}
    if column not in PERSON:
        upload_centre.put_right(group, 2, **told)
        assert upload_centre.records(group)[2].linked_to == known
        assert upload_centre.records(group)[2].cells[column] == told[column]
        return
    with pytest.raises(WorkWouldBeLost, match=f"the link of row 2 to {known}"):
        upload_centre.put_right(group, 2, **told)
    assert upload_centre.records(group)[2].linked_to == known
    upload_centre.put_right(group, 2, confirm_loss=True, **told)
    assert upload_centre.records(group)[2].linked_to is None


def test_nothing_sent_parts_nobody(upload_centre: UploadCentre) -> None:
    """U8: unless that is confirmed; another answer parts them too."""
    group, known = linked(upload_centre)
    assert upload_centre.put_right(group, 2).position is None
    assert upload_centre.put_right(group, 2, family_name="D'Arcy").position is None
    assert upload_centre.records(group)[2].linked_to == known
    upload_centre.put_right(group, 2, confirm_loss=True)
    assert upload_centre.records(group)[2].linked_to is None
    upload_centre.put_right(group, 2, link_to=known)
    upload_centre.put_right(group, 2, is_different=True)
    assert upload_centre.records(group)[2].linked_to is None


def test_a_file_of_corrections_parts_nobody_unasked(
    upload_centre: UploadCentre,
) -> None:
    """U6, U8: its row says why it amended nothing."""
    group, known = linked(upload_centre)
    record = upload_centre.records(group)[2]
    told = {"": "", **record.cells, "given_name": "Zoë"}
    row = Correction(place=2, group=group, row=2, version=2, cells=told)
    (returned,) = amend_from_file(
        [row],
        group,
        context=upload_centre.context,
        send=upload_centre.send,
        by=ADMINISTRATOR,
        at=upload_centre.now(),
        alike=upload_centre.alike,
    )
    assert returned.outcome is CorrectionOutcome.CONFLICTING
    assert f"the link of row 2 to {known}" in returned.message
    assert upload_centre.records(group)[2] == record


def test_undoing_a_group_names_all_that_people_decided_about_its_rows(
    upload_centre: UploadCentre,
) -> None:
    """U11: rows by their numbers; nothing is undone until that is confirmed."""
    known, other = knows(upload_centre, "Ada"), knows(upload_centre, "Bea")
    names = ("Ada", "Bea", "Cleo", "Dora", "Emma", "Fay", "Gina")
    group = upload_centre.checked(*[cells(given_name=name, uln="") for name in names])
    records = upload_centre.records(group)
    assert [{*records[row].alike} for row in (2, 3)] == [{known}, {other}]
    upload_centre.put_right(group, 2, link_to=known)
    upload_centre.put_right(group, 3, is_different=True)
    upload_centre.put_right(group, 4, postcode="RG1 4PN")
    upload_centre.put_right(group, 5, postcode="RG1 4PN")
    upload_centre.remove(group, 6)
    upload_centre.submit(group)
    upload_centre.add(group)
    gina = upload_centre.shown(group).learners[-1]
    upload_centre.amend(gina, email="gina@example.org")
    before = upload_centre.store.head()
    with pytest.raises(WorkWouldBeLost) as refused:
        upload_centre.undo(group)
    assert str(refused.value) == (
        "This would be lost: what was corrected in rows 4 and 5;"
        f" the link of row 2 to {known}; the answer that row 3 is somebody else;"
        f" the removal of row 6; what was put right since of {gina}."
        " Keep it, or send confirm_loss: true to go on."
    )
    assert upload_centre.store.head() == before
    upload_centre.undo(group, confirm_loss=True)
    upload_centre.withdraw(group)
    assert upload_centre.undo(group).position is None


def test_a_file_read_again_by_the_service_was_typed_by_nobody(
    upload_centre: UploadCentre,
) -> None:
    """U4, U11."""
    group = upload_centre.upload(mac(cells(given_name="Zoë", uln="")))
    upload_centre.check(group)
    upload_centre.choose_encoding(group, "mac-roman")
    upload_centre.check(group)
    assert upload_centre.states(group) == {2: VALID}
    upload_centre.undo(group)


@pytest.mark.parametrize(
    ("rows", "called"),
    [
        ([3], "row 3"),
        ([3, 5], "rows 3 and 5"),
        ([3, 5, 9], "rows 3, 5 and 9"),
        ([*range(2, 12)], "rows 2, 3, 4, 5, 6, 7, 8, 9, 10 and 11"),
        ([*range(2, 1_014)], "rows 2, 3, 4, 5, 6, 7, 8, 9, 10, 11 and 1,002 more"),
    ],
)
def test_rows_are_called_by_their_numbers(rows: list[int], called: str) -> None:
    assert rows_called(rows) == called
