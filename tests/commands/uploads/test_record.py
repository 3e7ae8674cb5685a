"""Records put right in place: checked again at once, and what is around them too."""

from concurrent.futures import ThreadPoolExecutor
from threading import Barrier

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from aggregates.errors import NotFound
from aggregates.uploads.record import RecordIsDone, RecordState
from aggregates.uploads.upload_refusals import StillChecking
from events.uploads.upload import RecordAmended, RecordRemoved
from repositories.repository import Stale
from store import EventStore
from tests.clock import Clock
from tests.commands.upload_centre import STRANGER, UploadCentre
from tests.learner_examples import (
    DETAILS,
    OTHER_ULN,
    THIRD_ULN,
    ULN,
    cells,
    csv_file,
    strangers,
)

VALID, INVALID = RecordState.VALID, RecordState.INVALID
REMOVED, LEARNER = RecordState.REMOVED, RecordState.LEARNER
BEN = cells(given_name="Ben", family_name="Carter", uln=OTHER_ULN)
ULNS = ("", ULN, OTHER_ULN, THIRD_ULN)


@pytest.fixture
def upload_centre(store: EventStore, clock: Clock) -> UploadCentre:
    return UploadCentre(store=store, now=clock)


def test_an_invalid_record_is_put_right_in_place(upload_centre: UploadCentre) -> None:
    """U8: what was amended stays in the history."""
    group = upload_centre.checked(cells(family_name="", date_of_birth="31/02/2006"))
    upload_centre.put_right(group, 2, family_name="Darcy")
    assert upload_centre.codes(group, 2) == ["not-a-real-date"]
    upload_centre.put_right(group, 2, date_of_birth="28/02/2006")
    assert upload_centre.states(group) == {2: VALID}
    events = [recorded.event for recorded in upload_centre.store.log(after=0)]
    assert sum(isinstance(event, RecordAmended) for event in events) == 2


def test_a_record_is_removed_from_the_upload(upload_centre: UploadCentre) -> None:
    """U8: and is not made a learner."""
    group = upload_centre.checked(cells(), BEN)
    upload_centre.remove(group, 2)
    assert upload_centre.remove(group, 2).position is None
    upload_centre.submit(group)
    upload_centre.add(group)
    assert upload_centre.states(group) == {2: REMOVED, 3: LEARNER}
    events = [recorded.event for recorded in upload_centre.store.log(after=0)]
    assert sum(isinstance(event, RecordRemoved) for event in events) == 1


def test_when_one_of_a_pair_gets_another_uln_the_other_is_right(
    upload_centre: UploadCentre,
) -> None:
    """U6: whichever of them it is."""
    for row, name in ((2, "first"), (3, "second")):
        group = upload_centre.checked(*strangers(cells(), cells()), name=name)
        upload_centre.put_right(group, row, uln="")
        assert upload_centre.states(group) == {2: VALID, 3: VALID}


def test_when_one_of_a_pair_is_removed_the_other_is_right(
    upload_centre: UploadCentre,
) -> None:
    """U6."""
    for row, other, name in ((2, 3, "first"), (3, 2, "second")):
        group = upload_centre.checked(cells(), cells(), name=name)
        upload_centre.remove(group, row)
        assert upload_centre.states(group) == {row: REMOVED, other: VALID}


def test_a_record_that_takes_anothers_uln_makes_both_invalid(
    upload_centre: UploadCentre,
) -> None:
    """U6."""
    group = upload_centre.checked(cells(), BEN)
    upload_centre.put_right(group, 3, uln=ULN)
    assert upload_centre.states(group) == {2: INVALID, 3: INVALID}
    assert upload_centre.records(group)[2].duplicate_rows == {3}


def test_a_record_put_right_is_checked_against_the_centre(
    upload_centre: UploadCentre,
) -> None:
    """U6, U8."""
    upload_centre.create()
    group = upload_centre.checked(BEN)
    upload_centre.put_right(group, 2, uln=ULN)
    assert upload_centre.codes(group, 2) == ["uln-held"]


def test_a_likeness_is_answered_by_a_different_person(
    upload_centre: UploadCentre,
) -> None:
    """U6."""
    upload_centre.known[DETAILS.likeness] = [upload_centre.create()]
    group = upload_centre.checked(cells(uln=""))
    upload_centre.put_right(group, 2, is_different=True)
    upload_centre.put_right(group, 2, postcode="RG1 4PN")
    assert upload_centre.states(group) == {2: VALID}


def test_a_linked_learner_joins_the_group_and_no_other_is_made(
    upload_centre: UploadCentre,
) -> None:
    """U6: even if the record has the learner's own ULN, and so another row."""
    known = upload_centre.create()
    upload_centre.known[DETAILS.likeness] = [known]
    group = upload_centre.checked(cells(), cells(), BEN)
    upload_centre.put_right(group, 2, link_to=known)
    assert upload_centre.codes(group, 3) == ["uln-held"]
    upload_centre.put_right(group, 3, link_to=known)
    upload_centre.submit(group)
    upload_centre.add(group)
    learners = upload_centre.shown(group).learners
    assert len(learners) == 2
    assert learners[0] == known
    assert upload_centre.records(group)[3].learner == known
    assert upload_centre.learner(known).group is None


def test_a_linked_record_can_be_parted_again(upload_centre: UploadCentre) -> None:
    """U6."""
    known = upload_centre.create()
    upload_centre.known[DETAILS.likeness] = [known]
    group = upload_centre.checked(cells())
    upload_centre.put_right(group, 2, link_to=known)
    upload_centre.put_right(group, 2, is_different=True)
    assert upload_centre.codes(group, 2) == ["uln-held"]
    upload_centre.put_right(group, 2, uln="")
    assert upload_centre.states(group) == {2: VALID}


def test_a_record_that_somebody_else_amended_is_looked_at_again(
    upload_centre: UploadCentre,
) -> None:
    """U8: where the person said which version they had looked at."""
    group = upload_centre.checked(cells())
    upload_centre.put_right(group, 2, expect=1, postcode="RG1 4PN")
    with pytest.raises(Stale):
        upload_centre.put_right(group, 2, expect=1, postcode="RG2 0QX")


def test_records_are_not_amended_before_the_check_has_ended(
    upload_centre: UploadCentre,
) -> None:
    """U8."""
    group = upload_centre.upload(csv_file(cells()))
    with pytest.raises(NotFound):
        upload_centre.put_right(group, 2, postcode="RG1 4PN")
    with pytest.raises(StillChecking):
        upload_centre.submit(group)


def test_a_record_that_is_a_learner_is_amended_as_one(
    upload_centre: UploadCentre,
) -> None:
    """U9."""
    group = upload_centre.checked(cells())
    upload_centre.submit(group)
    upload_centre.add(group)
    with pytest.raises(RecordIsDone):
        upload_centre.put_right(group, 2, postcode="RG1 4PN")
    with pytest.raises(RecordIsDone):
        upload_centre.remove(group, 2)


def test_another_centres_record_cannot_be_amended_nor_detected(
    upload_centre: UploadCentre,
) -> None:
    """Domain, 1."""
    group = upload_centre.checked(cells())
    for name, row in ((group, 2), (group, 9), ("G-0000000099", 2)):
        with pytest.raises(NotFound):
            upload_centre.put_right(name, row, by=STRANGER, postcode="RG1 4PN")
        with pytest.raises(NotFound):
            upload_centre.remove(name, row, by=STRANGER)


@given(
    st.lists(
        st.tuples(st.integers(2, 5), st.sampled_from((*ULNS, "remove"))), max_size=8
    )
)
@settings(
    max_examples=40,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
def test_however_records_are_put_right_a_uln_is_twice_where_two_rows_have_it(
    upload_centre: UploadCentre, changes: list[tuple[int, str]]
) -> None:
    """U6: against a table of rows and their ULNs."""
    name = f"Group {upload_centre.store.head()}"
    ulns = {2: ULN, 3: ULN, 4: OTHER_ULN, 5: ""}
    rows = [cells(given_name=f"N{row}", uln=uln) for row, uln in ulns.items()]
    group = upload_centre.checked(*rows, name=name)
    for row, change in changes:
        if row not in ulns:
            continue
        if change == "remove":
            upload_centre.remove(group, row)
            del ulns[row]
        else:
            upload_centre.put_right(group, row, uln=change)
            ulns[row] = change
    records = upload_centre.records(group)
    for row, uln in ulns.items():
        others = {o for o, its in ulns.items() if uln and its == uln and o != row}
        assert records[row].duplicate_rows == others
        assert records[row].state is (INVALID if others else VALID)


@pytest.mark.parametrize("race", range(3))
def test_rows_that_take_one_uln_at_once_find_each_other(
    any_store: EventStore, clock: Clock, race: int
) -> None:
    """U6: on both databases."""
    del race
    upload_centre, ready = UploadCentre(store=any_store, now=clock), Barrier(3)
    rows = [cells(given_name=f"N{n}", uln="") for n in range(3)]
    group = upload_centre.checked(*rows)

    def take(row: int) -> None:
        ready.wait()
        upload_centre.put_right(group, row, uln=ULN)

    with ThreadPoolExecutor(3) as pool:
        list(pool.map(take, (2, 3, 4)))
    duplicate_rows = {
        row: record.duplicate_rows
        for row, record in upload_centre.records(group).items()
    }
    assert duplicate_rows == {2: {3, 4}, 3: {2, 4}, 4: {2, 3}}
