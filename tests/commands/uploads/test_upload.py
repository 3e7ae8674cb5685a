"""Uploads: from a file and a name to the last learner of a group."""

from concurrent.futures import ThreadPoolExecutor
from threading import Barrier

import pytest

from aggregates.errors import NotFound
from aggregates.uploads.file_refusals import FileRefused
from aggregates.uploads.record import RecordState
from aggregates.uploads.upload_progress import UploadStatus
from aggregates.uploads.upload_refusals import (
    GroupNameMissing,
    GroupNameTaken,
    NothingReady,
    StillChecking,
)
from commands.uploads import upload as uploading
from events.identifier import stream_of
from events.learners.learner import LearnerCreated
from events.uploads.upload import RecordRead, UploadReceived, UploadRefused
from store import EventStore, FileGone
from tests.clock import Clock
from tests.commands.upload_centre import COLLEAGUE, STRANGER, UploadCentre
from tests.learner_examples import DETAILS, OTHER_ULN, THIRD_ULN, ULN, cells, csv_file

VALID, INVALID = RecordState.VALID, RecordState.INVALID
LEARNER, TO_CONFIRM = RecordState.LEARNER, RecordState.TO_CONFIRM
BEN = cells(given_name="Ben", family_name="Carter", uln=OTHER_ULN)
ZOE = cells(given_name="Zoë", family_name="Müller", uln="")
NAMELESS = cells(given_name="", uln=THIRD_ULN)
KNOWN = "L-0000000017T"


@pytest.fixture
def upload_centre(store: EventStore, clock: Clock) -> UploadCentre:
    return UploadCentre(store=store, now=clock)


def learners_made(store: EventStore) -> list[LearnerCreated]:
    events = (recorded.event for recorded in store.log(after=0, limit=10_000))
    return [event for event in events if isinstance(event, LearnerCreated)]


def test_a_file_is_received_under_the_name_that_was_given(
    upload_centre: UploadCentre,
) -> None:
    """U1."""
    group = upload_centre.upload(csv_file(cells(), ZOE), name=" Autumn 2026 ")
    received = upload_centre.shown(group).received
    assert (received.name, received.user) == ("Autumn 2026", "admin.riverside")
    assert (received.rows, received.encoding) == (2, "utf-8")
    assert received.accented == (2, 3)


@pytest.mark.parametrize("name", ["Autumn", "autumn", " AUTUMN\u00a0"])
def test_a_group_name_is_unique_to_the_user_without_case_or_outer_spaces(
    upload_centre: UploadCentre, name: str
) -> None:
    """U1: and the refusal says which group has it."""
    group = upload_centre.upload(csv_file(cells()), name="Autumn")
    with pytest.raises(GroupNameTaken) as refusal:
        upload_centre.upload(csv_file(cells()), name=name)
    assert group in str(refusal.value)


def test_another_user_may_use_the_same_group_name(upload_centre: UploadCentre) -> None:
    """U1; and the same user another one, an accent apart."""
    upload_centre.upload(csv_file(cells()), name="Zoe")
    upload_centre.upload(csv_file(cells()), name="Zoë")
    upload_centre.upload(csv_file(cells()), name="Zoe", by=COLLEAGUE)


def test_a_group_must_have_a_name(upload_centre: UploadCentre) -> None:
    """U1."""
    with pytest.raises(GroupNameMissing):
        upload_centre.upload(csv_file(cells()), name="  ")


@pytest.mark.parametrize("race", range(3))
def test_of_uploads_of_one_name_at_once_exactly_one_wins(
    any_store: EventStore, clock: Clock, race: int
) -> None:
    """U1: on both databases; the others are told of it."""
    upload_centre, ready = UploadCentre(store=any_store, now=clock), Barrier(4)
    del race

    def upload(name: str) -> bool:
        ready.wait()
        try:
            upload_centre.upload(csv_file(cells()), name=name)
        except GroupNameTaken:
            return False
        return True

    with ThreadPoolExecutor(4) as pool:
        won = list(pool.map(upload, ["Autumn", "autumn ", "AUTUMN", " Autumn"]))
    assert sorted(won) == [False, False, False, True]
    events = [recorded.event for recorded in any_store.log(after=0)]
    assert sum(isinstance(event, UploadReceived) for event in events) == 1


def test_who_has_become_known_since_the_check_is_asked_about_when_submitted(
    upload_centre: UploadCentre,
) -> None:
    """U6, U9: of two files with the same person the second one asks."""
    groups = [
        upload_centre.checked(row, BEN, name=name)
        for row, name in ((cells(), "first"), (cells(uln=""), "second"))
    ]
    upload_centre.remove(groups[1], 3)
    for group in groups:
        upload_centre.submit(group)
    upload_centre.add(groups[0])
    known, _ = upload_centre.shown(groups[0]).learners
    upload_centre.known[DETAILS.likeness] = [known]
    upload_centre.add(groups[1])
    assert upload_centre.states(groups[1])[2] is TO_CONFIRM
    assert upload_centre.records(groups[1])[2].alike == {known}
    upload_centre.put_right(groups[1], 2, is_different=True)
    upload_centre.submit(groups[1])
    upload_centre.add(groups[1])
    assert upload_centre.states(groups[1])[2] is LEARNER


def test_rows_that_were_told_apart_are_not_asked_about_again_when_submitted(
    upload_centre: UploadCentre, monkeypatch: pytest.MonkeyPatch
) -> None:
    """U6, U9: though the one is a learner, and shown, before the other."""
    monkeypatch.setattr(uploading, "BATCH", 1)
    group = upload_centre.checked(cells(), cells(uln=""))
    upload_centre.put_right(group, 2, is_different=True)
    upload_centre.submit(group)
    upload_centre.add_part(group)
    upload_centre.known[DETAILS.likeness] = list(upload_centre.shown(group).learners)
    upload_centre.add(group)
    assert upload_centre.states(group) == {2: LEARNER, 3: LEARNER}


def test_a_refused_file_leaves_nothing_but_the_refusal(
    upload_centre: UploadCentre,
) -> None:
    """U3: with every column at fault; the name is free again."""
    file = csv_file(cells(), header="Given name*,Forename\r\n")
    with pytest.raises(FileRefused) as refusal:
        upload_centre.upload(file)
    (recorded,) = upload_centre.store.log(after=0)
    assert isinstance(recorded.event, UploadRefused)
    assert recorded.event.problems == refusal.value.problems
    assert (recorded.user, recorded.owner) == ("admin.riverside", "48213")
    upload_centre.upload(csv_file(cells()))


def test_every_row_is_a_fact_of_its_own_with_its_cells_as_written(
    upload_centre: UploadCentre,
) -> None:
    """U6: and when all are, the file itself is kept no longer."""
    group = upload_centre.upload(csv_file(cells(given_name=" Chloë\u00a0"), BEN))
    file = upload_centre.shown(group).received.file
    assert upload_centre.store.file(file)
    upload_centre.check(group)
    first, second = upload_centre.records(group).values()
    assert (first.row, first.cells["given_name"]) == (2, " Chloë\u00a0")
    assert (second.row, second.cells) == (3, BEN)
    with pytest.raises(FileGone):
        upload_centre.store.file(file)


def test_valid_and_invalid_records_are_told_apart(upload_centre: UploadCentre) -> None:
    """U6."""
    group = upload_centre.checked(cells(), NAMELESS, ZOE)
    assert upload_centre.states(group) == {2: VALID, 3: INVALID, 4: VALID}
    upload = upload_centre.shown(group)
    assert (upload.valid, upload.invalid, upload.progress) == (2, 1, 50)


def test_each_row_of_a_uln_that_is_there_twice_names_the_others(
    upload_centre: UploadCentre,
) -> None:
    """U6."""
    group = upload_centre.checked(cells(), BEN, cells(), cells())
    duplicate_rows = {
        row: record.duplicate_rows
        for row, record in upload_centre.records(group).items()
    }
    assert duplicate_rows == {2: {4, 5}, 3: set(), 4: {2, 5}, 5: {2, 4}}


def test_a_uln_that_a_learner_of_the_centre_holds_is_named(
    upload_centre: UploadCentre,
) -> None:
    """U6: another centre's does not matter."""
    holder = upload_centre.create()
    upload_centre.create(cells(uln=OTHER_ULN), by=STRANGER)
    group = upload_centre.checked(cells(given_name="Chloe"), BEN)
    (problem,) = upload_centre.records(group)[2].problems
    assert (problem.code, problem.learners) == ("uln-held", (holder,))
    assert upload_centre.states(group)[3] is VALID


def test_a_record_like_a_learner_waits_to_be_confirmed(
    upload_centre: UploadCentre,
) -> None:
    """U6: with the learner shown."""
    upload_centre.known[DETAILS.likeness] = [KNOWN]
    group = upload_centre.checked(cells(), BEN)
    assert upload_centre.states(group) == {2: TO_CONFIRM, 3: VALID}
    (warning,) = upload_centre.records(group)[2].warnings
    assert warning.learners == (KNOWN,)


def test_a_check_shows_its_progress_and_goes_on_from_there(
    upload_centre: UploadCentre, monkeypatch: pytest.MonkeyPatch
) -> None:
    """U5: each part records how far it is."""
    monkeypatch.setattr(uploading, "BATCH", 2)
    group = upload_centre.upload(csv_file(cells(), NAMELESS, ZOE, BEN, ZOE))
    seen = []
    while upload_centre.shown(group).status is UploadStatus.CHECKING:
        seen.append(upload_centre.shown(group).progress)
        upload_centre.check_part(group)
    assert seen == [0, 19, 39]
    reads = [
        recorded.event.row
        for recorded in upload_centre.store.log(after=0)
        if isinstance(recorded.event, RecordRead)
    ]
    assert reads == [2, 3, 4, 5, 6]
    head = upload_centre.store.head()
    upload_centre.check_part(group)
    assert upload_centre.store.head() == head


def test_valid_records_become_learners_and_the_others_stay(
    upload_centre: UploadCentre,
) -> None:
    """U9: a learner's key is the record's, so that nothing is told of them twice."""
    group = upload_centre.checked(cells(), NAMELESS, ZOE)
    upload_centre.submit(group)
    upload_centre.add(group)
    assert upload_centre.states(group) == {2: LEARNER, 3: INVALID, 4: LEARNER}
    upload = upload_centre.shown(group)
    assert (upload.status, upload.left) == (UploadStatus.DONE, (3,))
    first, second = (upload_centre.learner(name) for name in upload.learners)
    assert (first.details, first.group) == (DETAILS, group)
    assert first.person_id == stream_of(f"{group}/2")
    assert second.details.given_name == "Zoë"


def test_an_upload_is_not_submitted_while_it_is_checked(
    upload_centre: UploadCentre,
) -> None:
    """U9."""
    group = upload_centre.upload(csv_file(cells()))
    with pytest.raises(StillChecking):
        upload_centre.submit(group)


def test_an_upload_without_a_valid_record_is_not_submitted(
    upload_centre: UploadCentre,
) -> None:
    """U9."""
    group = upload_centre.checked(NAMELESS)
    with pytest.raises(NothingReady):
        upload_centre.submit(group)


def test_submitting_again_makes_no_learner_twice(upload_centre: UploadCentre) -> None:
    """U9: while they are added, and after."""
    group = upload_centre.checked(cells(), NAMELESS)
    assert upload_centre.submit(group).position
    assert upload_centre.submit(group).position is None
    upload_centre.add(group)
    assert upload_centre.submit(group).position is None
    upload_centre.add(group)
    assert len(learners_made(upload_centre.store)) == 1


def test_a_record_put_right_later_is_submitted_later(
    upload_centre: UploadCentre,
) -> None:
    """U9."""
    group = upload_centre.checked(cells(), NAMELESS, cells(given_name="", uln=""))
    upload_centre.submit(group)
    upload_centre.add(group)
    upload_centre.put_right(group, 3, given_name="Ben")
    upload_centre.submit(group)
    upload_centre.add(group)
    assert upload_centre.states(group) == {2: LEARNER, 3: LEARNER, 4: INVALID}
    assert (
        len(upload_centre.shown(group).learners)
        == len(learners_made(upload_centre.store))
        == 2
    )


def test_adding_learners_goes_on_from_where_it_was(
    upload_centre: UploadCentre, monkeypatch: pytest.MonkeyPatch
) -> None:
    """U9: no learner twice, none missing; U5: with its progress shown."""
    monkeypatch.setattr(uploading, "BATCH", 2)
    rows = [cells(given_name=f"N{n}", uln="") for n in range(5)]
    group = upload_centre.checked(*rows)
    upload_centre.submit(group)
    seen = []
    while upload_centre.shown(group).status is UploadStatus.ADDING:
        seen.append(
            (
                upload_centre.shown(group).progress,
                len(learners_made(upload_centre.store)),
            )
        )
        upload_centre.add_part(group)
    assert seen == [(58, 0), (74, 2), (90, 4)]
    names = [made.given_name for made in learners_made(upload_centre.store)]
    assert names == ["N0", "N1", "N2", "N3", "N4"]
    head = upload_centre.store.head()
    upload_centre.add_part(group)
    assert upload_centre.store.head() == head


def test_a_uln_taken_since_the_check_makes_that_one_record_invalid(
    upload_centre: UploadCentre,
) -> None:
    """U9: never the batch; and the record names who has it."""
    group = upload_centre.checked(cells(), BEN)
    holder = upload_centre.create(cells(given_name="Other"))
    upload_centre.submit(group)
    upload_centre.add(group)
    assert upload_centre.states(group) == {2: INVALID, 3: LEARNER}
    (problem,) = upload_centre.records(group)[2].problems
    assert (problem.code, problem.learners) == ("uln-held", (holder,))
    assert upload_centre.shown(group).left == (2,)


def test_two_groups_with_one_uln_make_one_learner(
    any_store: EventStore, clock: Clock
) -> None:
    """U9: submitted at the same moment, on both databases."""
    upload_centre, ready = UploadCentre(store=any_store, now=clock), Barrier(2)
    groups = [upload_centre.checked(cells(), ZOE, name=f"Group {n}") for n in range(2)]
    for group in groups:
        upload_centre.submit(group)

    def add(group: str) -> None:
        ready.wait()
        upload_centre.add(group)

    with ThreadPoolExecutor(2) as pool:
        list(pool.map(add, groups))
    made = learners_made(any_store)
    assert sorted(str(event.uln) for event in made) == [ULN, "None"]
    states = sorted(upload_centre.states(group)[2] for group in groups)
    assert states == [INVALID, LEARNER]


def test_another_centres_group_cannot_be_submitted_nor_detected(
    upload_centre: UploadCentre,
) -> None:
    """Domain, 1."""
    group = upload_centre.checked(cells())
    for name in (group, "G-0000000099", f"{group}/2"):
        with pytest.raises(NotFound):
            upload_centre.submit(name, by=STRANGER)
