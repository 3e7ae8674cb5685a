"""The same person on two rows of one file: asked about, until somebody has answered."""

from concurrent.futures import ThreadPoolExecutor
from threading import Barrier

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from aggregates.uploads.duplicate_rows import MOST_NAMED
from aggregates.uploads.problem import sentence
from aggregates.uploads.record import RecordState
from aggregates.uploads.upload_refusals import NothingReady
from files.template import TEMPLATE
from store import EventStore
from tests.clock import Clock
from tests.commands.upload_centre import UploadCentre
from tests.learner_examples import DETAILS, OTHER_ULN, THIRD_ULN, ULN, cells

VALID, INVALID = RecordState.VALID, RecordState.INVALID
TO_CONFIRM, REMOVED = RecordState.TO_CONFIRM, RecordState.REMOVED
LEARNER = RecordState.LEARNER
CURLY = cells(family_name="D\u2019ARCY", uln=OTHER_ULN, centre_reference="RIV-2")
STRAIGHT = cells(family_name="D'Arcy")
NAMES = ("Ann", "Ben")


@pytest.fixture
def upload_centre(store: EventStore, clock: Clock) -> UploadCentre:
    return UploadCentre(store=store, now=clock)


def test_the_same_person_on_two_rows_asks_on_both(upload_centre: UploadCentre) -> None:
    """U6, U9: nobody is made of either until somebody has answered."""
    group = upload_centre.checked(STRAIGHT, CURLY)
    assert upload_centre.states(group) == {2: TO_CONFIRM, 3: TO_CONFIRM}
    (warning,) = upload_centre.records(group)[2].remarks
    assert sentence(warning, STRAIGHT) == (
        "The name and date of birth are those of row 3 as well. Remove the record if it"
        " is the same person, or say that it is a different one."
    )
    with pytest.raises(NothingReady):
        upload_centre.submit(group)


@pytest.mark.parametrize(("row", "other"), [(2, 3), (3, 2)])
def test_one_answer_settles_both_rows_of_different_people(
    upload_centre: UploadCentre, row: int, other: int
) -> None:
    """U6: it is still said that they are alike, and not asked again."""
    group = upload_centre.checked(STRAIGHT, CURLY)
    upload_centre.put_right(group, row, is_different=True)
    assert upload_centre.states(group) == {2: VALID, 3: VALID}
    records = upload_centre.records(group)
    codes = {at: [w.code for w in each.remarks] for at, each in records.items()}
    assert codes == {2: ["different-row"], 3: ["different-row"]}
    assert upload_centre.put_right(group, other, is_different=True).position is None
    upload_centre.put_right(group, other, postcode="RG1 4PN")
    upload_centre.submit(group)
    upload_centre.add(group)
    assert upload_centre.states(group) == {2: LEARNER, 3: LEARNER}


@pytest.mark.parametrize(("row", "other"), [(2, 3), (3, 2)])
def test_when_one_row_of_a_person_is_removed_the_other_is_right(
    upload_centre: UploadCentre, row: int, other: int
) -> None:
    """U6, U8."""
    group = upload_centre.checked(STRAIGHT, CURLY)
    upload_centre.remove(group, row)
    assert upload_centre.states(group) == {row: REMOVED, other: VALID}
    assert upload_centre.records(group)[other].remarks == ()


def test_when_one_row_gets_another_name_the_other_is_right(
    upload_centre: UploadCentre,
) -> None:
    """U6, U8: or another date of birth; and asks again when it is as before."""
    group = upload_centre.checked(STRAIGHT, CURLY)
    upload_centre.put_right(group, 3, given_name="Zoë")
    assert upload_centre.states(group) == {2: VALID, 3: VALID}
    upload_centre.put_right(group, 3, given_name="CHLOE")
    assert upload_centre.states(group) == {2: TO_CONFIRM, 3: TO_CONFIRM}
    upload_centre.put_right(group, 3, date_of_birth="28/3/2006")
    assert upload_centre.states(group) == {2: VALID, 3: VALID}
    upload_centre.put_right(group, 3, date_of_birth="27.3.2006")
    assert upload_centre.states(group) == {2: TO_CONFIRM, 3: TO_CONFIRM}


def test_a_row_that_is_wrong_otherwise_is_the_same_person_all_the_same(
    upload_centre: UploadCentre,
) -> None:
    """U6: both are told at once."""
    group = upload_centre.checked(STRAIGHT, {**CURLY, "uln": "1234567890"})
    assert upload_centre.states(group) == {2: TO_CONFIRM, 3: INVALID}
    upload_centre.put_right(group, 3, uln="")
    assert upload_centre.states(group) == {2: TO_CONFIRM, 3: TO_CONFIRM}
    upload_centre.put_right(group, 3, is_different=True, postcode="RG1 4PN")
    assert upload_centre.states(group) == {2: VALID, 3: VALID}


def test_amended_to_be_another_row_and_said_to_differ_at_once(
    upload_centre: UploadCentre,
) -> None:
    """U6, U8: in one answer."""
    group = upload_centre.checked(STRAIGHT, cells(given_name="Zoë", uln=""))
    upload_centre.put_right(group, 3, given_name="Chloë", is_different=True)
    assert upload_centre.states(group) == {2: VALID, 3: VALID}
    assert upload_centre.records(group)[2].different_rows == {3}


def test_a_row_linked_to_a_learner_leaves_the_other_to_that_learner(
    upload_centre: UploadCentre,
) -> None:
    """U6: the other asks about the learner, and no longer about the row."""
    known = upload_centre.create(cells(uln=THIRD_ULN))
    upload_centre.known[DETAILS.likeness] = [known]
    group = upload_centre.checked(STRAIGHT, CURLY)
    upload_centre.put_right(group, 2, link_to=known)
    (warning,) = upload_centre.records(group)[3].remarks
    assert (warning.code, warning.learners) == ("like-learner", (known,))
    upload_centre.put_right(group, 3, link_to=known)
    upload_centre.submit(group)
    upload_centre.add(group)
    assert upload_centre.shown(group).learners == (known,)


def test_a_record_is_told_apart_from_learners_and_rows_in_one_answer(
    upload_centre: UploadCentre,
) -> None:
    """U6: the other row still asks about the learner."""
    known = upload_centre.create(cells(uln=THIRD_ULN))
    upload_centre.known[DETAILS.likeness] = [known]
    group = upload_centre.checked(STRAIGHT, CURLY)
    upload_centre.put_right(group, 2, is_different=True)
    assert upload_centre.states(group) == {2: VALID, 3: TO_CONFIRM}
    upload_centre.put_right(group, 3, is_different=True)
    assert upload_centre.states(group) == {2: VALID, 3: VALID}


@given(
    st.lists(
        st.tuples(
            st.integers(2, 5), st.sampled_from((*NAMES, "remove", "uln", "differ"))
        ),
        max_size=8,
    )
)
@settings(max_examples=40, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_however_records_are_put_right_they_ask_while_another_is_the_same_person(
    upload_centre: UploadCentre, changes: list[tuple[int, str]]
) -> None:
    """U6: against a table of rows, their names, and who was told apart."""
    name = f"Group {upload_centre.store.head()}"
    people = {2: "Ann", 3: "Ann", 4: "Ben", 5: "Cat"}
    apart: set[frozenset[int]] = set()
    rows = [cells(given_name=person, uln="") for person in people.values()]
    group = upload_centre.checked(*rows, name=name)

    def same(row: int) -> set[int]:
        return {o for o, its in people.items() if its == people[row] and o != row}

    for row, change in changes:
        if row not in people:
            continue
        if change == "remove":
            upload_centre.remove(group, row)
            del people[row]
        elif change == "uln":
            upload_centre.put_right(group, row, uln=ULN, postcode="RG1 4PN")
            upload_centre.put_right(group, row, uln="")
        elif change == "differ":
            upload_centre.put_right(group, row, is_different=True)
            apart |= {frozenset((row, other)) for other in same(row)}
        else:
            upload_centre.put_right(group, row, given_name=change)
            people[row] = change
    records = upload_centre.records(group)
    for row in people:
        asks = {o for o in same(row) if frozenset((row, o)) not in apart}
        assert records[row].like_rows == same(row)
        assert records[row].state is (TO_CONFIRM if asks else VALID)


@pytest.mark.parametrize("value", ["uln", "person"])
def test_many_rows_that_are_the_same_find_each_other_and_name_few(
    upload_centre: UploadCentre, value: str
) -> None:
    """U6: taken away one by one from either end, the last one left is right."""
    many = 3 * MOST_NAMED
    told = [cells(uln="", postcode=f"RG{n} 4PN") for n in range(many)]
    if value == "uln":
        told = [cells(given_name=f"N{n}", family_name=f"F{n}") for n in range(many)]
    group = upload_centre.checked(*told)
    records = upload_centre.records(group)
    named = [
        max(len(each.duplicate_rows), len(each.like_rows)) for each in records.values()
    ]
    assert named == [1, *[2] * (many - 2), 1]
    last = many + 1
    upload_centre.put_right(group, last, family_name="Other", uln=OTHER_ULN)
    upload_centre.put_right(
        group, last, family_name=told[-1]["family_name"], uln=told[-1]["uln"]
    )
    ends = zip(range(2, last + 1), range(last, 1, -1), strict=True)
    kept = 12
    for row in dict.fromkeys(row for pair in ends for row in pair if row != kept):
        assert VALID not in upload_centre.states(group).values()
        upload_centre.remove(group, row)
    assert upload_centre.states(group)[kept] is VALID


@pytest.mark.parametrize("race", range(3))
def test_rows_that_become_one_person_at_once_find_each_other(
    any_store: EventStore, clock: Clock, race: int
) -> None:
    """U6: on both databases."""
    del race
    upload_centre, ready = UploadCentre(store=any_store, now=clock), Barrier(3)
    group = upload_centre.checked(
        *(cells(given_name=f"N{n}", uln="") for n in range(3))
    )

    def take(row: int) -> None:
        ready.wait()
        upload_centre.put_right(group, row, given_name="Ann")

    with ThreadPoolExecutor(3) as pool:
        list(pool.map(take, (2, 3, 4)))
    like = {
        row: record.like_rows for row, record in upload_centre.records(group).items()
    }
    assert like == {2: {3, 4}, 3: {2, 4}, 4: {2, 3}}


def test_names_read_again_in_another_encoding_are_compared_again(
    upload_centre: UploadCentre,
) -> None:
    """U4, U6: whoever is the same once the letters are right; and then once more."""
    rows = [cells(uln=""), cells(given_name="CHLOE", uln=""), cells(given_name="Ben")]
    text = "".join([TEMPLATE, *(",".join(row.values()) + "\r\n" for row in rows)])
    group = upload_centre.upload(text.encode("mac-roman"))
    upload_centre.check(group)
    assert [*upload_centre.states(group).values()] == [VALID, VALID, VALID]
    upload_centre.choose_encoding(group, "mac-roman")
    upload_centre.check(group)
    assert [*upload_centre.states(group).values()] == [TO_CONFIRM, TO_CONFIRM, VALID]
    upload_centre.choose_encoding(group, "cp1252")
    upload_centre.check(group)
    assert [*upload_centre.states(group).values()] == [VALID, VALID, VALID]
    upload_centre.choose_encoding(group, "mac-roman")
    upload_centre.check(group)
    upload_centre.put_right(group, 3, is_different=True)
    upload_centre.put_right(group, 4, given_name="Chloé")
    assert [*upload_centre.states(group).values()] == [TO_CONFIRM] * 3
    upload_centre.remove(group, 4)
    upload_centre.submit(group)
    upload_centre.add(group)
    assert [*upload_centre.states(group).values()] == [LEARNER, LEARNER, REMOVED]
