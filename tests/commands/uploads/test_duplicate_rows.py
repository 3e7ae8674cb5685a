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
def intake(store: EventStore, clock: Clock) -> UploadCentre:
    return UploadCentre(store=store, now=clock)


def test_the_same_person_on_two_rows_asks_on_both(intake: UploadCentre) -> None:
    """U6, U9: nobody is made of either until somebody has answered."""
    group = intake.checked(STRAIGHT, CURLY)
    assert intake.states(group) == {2: TO_CONFIRM, 3: TO_CONFIRM}
    (warning,) = intake.records(group)[2].remarks
    assert sentence(warning, STRAIGHT) == (
        "The name and date of birth are those of row 3 as well. Remove the record if it"
        " is the same person, or say that it is a different one."
    )
    with pytest.raises(NothingReady):
        intake.submit(group)


@pytest.mark.parametrize(("row", "other"), [(2, 3), (3, 2)])
def test_one_answer_settles_both_rows_of_different_people(
    intake: UploadCentre, row: int, other: int
) -> None:
    """U6: it is still said that they are alike, and not asked again."""
    group = intake.checked(STRAIGHT, CURLY)
    intake.put_right(group, row, is_different=True)
    assert intake.states(group) == {2: VALID, 3: VALID}
    records = intake.records(group)
    codes = {at: [w.code for w in each.remarks] for at, each in records.items()}
    assert codes == {2: ["different-row"], 3: ["different-row"]}
    assert intake.put_right(group, other, is_different=True).position is None
    intake.put_right(group, other, postcode="RG1 4PN")
    intake.submit(group)
    intake.add(group)
    assert intake.states(group) == {2: LEARNER, 3: LEARNER}


@pytest.mark.parametrize(("row", "other"), [(2, 3), (3, 2)])
def test_when_one_row_of_a_person_is_removed_the_other_is_right(
    intake: UploadCentre, row: int, other: int
) -> None:
    """U6, U8."""
    group = intake.checked(STRAIGHT, CURLY)
    intake.remove(group, row)
    assert intake.states(group) == {row: REMOVED, other: VALID}
    assert intake.records(group)[other].remarks == ()


def test_when_one_row_gets_another_name_the_other_is_right(
    intake: UploadCentre,
) -> None:
    """U6, U8: or another date of birth; and asks again when it is as before."""
    group = intake.checked(STRAIGHT, CURLY)
    intake.put_right(group, 3, given_name="Zoë")
    assert intake.states(group) == {2: VALID, 3: VALID}
    intake.put_right(group, 3, given_name="CHLOE")
    assert intake.states(group) == {2: TO_CONFIRM, 3: TO_CONFIRM}
    intake.put_right(group, 3, date_of_birth="28/3/2006")
    assert intake.states(group) == {2: VALID, 3: VALID}
    intake.put_right(group, 3, date_of_birth="27.3.2006")
    assert intake.states(group) == {2: TO_CONFIRM, 3: TO_CONFIRM}


def test_a_row_that_is_wrong_otherwise_is_the_same_person_all_the_same(
    intake: UploadCentre,
) -> None:
    """U6: both are told at once."""
    group = intake.checked(STRAIGHT, {**CURLY, "uln": "1234567890"})
    assert intake.states(group) == {2: TO_CONFIRM, 3: INVALID}
    intake.put_right(group, 3, uln="")
    assert intake.states(group) == {2: TO_CONFIRM, 3: TO_CONFIRM}
    intake.put_right(group, 3, is_different=True, postcode="RG1 4PN")
    assert intake.states(group) == {2: VALID, 3: VALID}


def test_amended_to_be_another_row_and_said_to_differ_at_once(
    intake: UploadCentre,
) -> None:
    """U6, U8: in one answer."""
    group = intake.checked(STRAIGHT, cells(given_name="Zoë", uln=""))
    intake.put_right(group, 3, given_name="Chloë", is_different=True)
    assert intake.states(group) == {2: VALID, 3: VALID}
    assert intake.records(group)[2].different_rows == {3}


def test_a_row_linked_to_a_learner_leaves_the_other_to_that_learner(
    intake: UploadCentre,
) -> None:
    """U6: the other asks about the learner, and no longer about the row."""
    known = intake.create(cells(uln=THIRD_ULN))
    intake.known[DETAILS.likeness] = [known]
    group = intake.checked(STRAIGHT, CURLY)
    intake.put_right(group, 2, link_to=known)
    (warning,) = intake.records(group)[3].remarks
    assert (warning.code, warning.learners) == ("like-learner", (known,))
    intake.put_right(group, 3, link_to=known)
    intake.submit(group)
    intake.add(group)
    assert intake.shown(group).learners == (known,)


def test_a_record_is_told_apart_from_learners_and_rows_in_one_answer(
    intake: UploadCentre,
) -> None:
    """U6: the other row still asks about the learner."""
    known = intake.create(cells(uln=THIRD_ULN))
    intake.known[DETAILS.likeness] = [known]
    group = intake.checked(STRAIGHT, CURLY)
    intake.put_right(group, 2, is_different=True)
    assert intake.states(group) == {2: VALID, 3: TO_CONFIRM}
    intake.put_right(group, 3, is_different=True)
    assert intake.states(group) == {2: VALID, 3: VALID}


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
    intake: UploadCentre, changes: list[tuple[int, str]]
) -> None:
    """U6: against a table of rows, their names, and who was told apart."""
    name = f"Group {intake.store.head()}"
    people = {2: "Ann", 3: "Ann", 4: "Ben", 5: "Cat"}
    apart: set[frozenset[int]] = set()
    rows = [cells(given_name=person, uln="") for person in people.values()]
    group = intake.checked(*rows, name=name)

    def same(row: int) -> set[int]:
        return {o for o, its in people.items() if its == people[row] and o != row}

    for row, change in changes:
        if row not in people:
            continue
        if change == "remove":
            intake.remove(group, row)
            del people[row]
        elif change == "uln":
            intake.put_right(group, row, uln=ULN, postcode="RG1 4PN")
            intake.put_right(group, row, uln="")
        elif change == "differ":
            intake.put_right(group, row, is_different=True)
            apart |= {frozenset((row, other)) for other in same(row)}
        else:
            intake.put_right(group, row, given_name=change)
            people[row] = change
    records = intake.records(group)
    for row in people:
        asks = {o for o in same(row) if frozenset((row, o)) not in apart}
        assert records[row].like_rows == same(row)
        assert records[row].state is (TO_CONFIRM if asks else VALID)


@pytest.mark.parametrize("value", ["uln", "person"])
def test_many_rows_that_are_the_same_find_each_other_and_name_few(
    intake: UploadCentre, value: str
) -> None:
    """U6: taken away one by one from either end, the last one left is right."""
    many = 3 * MOST_NAMED
    told = [cells(uln="", postcode=f"RG{n} 4PN") for n in range(many)]
    if value == "uln":
        told = [cells(given_name=f"N{n}", family_name=f"F{n}") for n in range(many)]
    group = intake.checked(*told)
    records = intake.records(group)
    named = [max(len(each.twins), len(each.like_rows)) for each in records.values()]
    assert named == [1, *[2] * (many - 2), 1]
    last = many + 1
    intake.put_right(group, last, family_name="Other", uln=OTHER_ULN)
    intake.put_right(
        group, last, family_name=told[-1]["family_name"], uln=told[-1]["uln"]
    )
    ends = zip(range(2, last + 1), range(last, 1, -1), strict=True)
    kept = 12
    for row in dict.fromkeys(row for pair in ends for row in pair if row != kept):
        assert VALID not in intake.states(group).values()
        intake.remove(group, row)
    assert intake.states(group)[kept] is VALID


@pytest.mark.parametrize("race", range(3))
def test_rows_that_become_one_person_at_once_find_each_other(
    any_store: EventStore, clock: Clock, race: int
) -> None:
    """U6: on both databases."""
    del race
    intake, ready = UploadCentre(store=any_store, now=clock), Barrier(3)
    group = intake.checked(*(cells(given_name=f"N{n}", uln="") for n in range(3)))

    def take(row: int) -> None:
        ready.wait()
        intake.put_right(group, row, given_name="Ann")

    with ThreadPoolExecutor(3) as pool:
        list(pool.map(take, (2, 3, 4)))
    like = {row: record.like_rows for row, record in intake.records(group).items()}
    assert like == {2: {3, 4}, 3: {2, 4}, 4: {2, 3}}


def test_names_read_again_in_another_encoding_are_compared_again(
    intake: UploadCentre,
) -> None:
    """U4, U6: whoever is the same once the letters are right; and then once more."""
    rows = [cells(uln=""), cells(given_name="CHLOE", uln=""), cells(given_name="Ben")]
    text = "".join([TEMPLATE, *(",".join(row.values()) + "\r\n" for row in rows)])
    group = intake.upload(text.encode("mac-roman"))
    intake.check(group)
    assert [*intake.states(group).values()] == [VALID, VALID, VALID]
    intake.choose_encoding(group, "mac-roman")
    intake.check(group)
    assert [*intake.states(group).values()] == [TO_CONFIRM, TO_CONFIRM, VALID]
    intake.choose_encoding(group, "cp1252")
    intake.check(group)
    assert [*intake.states(group).values()] == [VALID, VALID, VALID]
    intake.choose_encoding(group, "mac-roman")
    intake.check(group)
    intake.put_right(group, 3, is_different=True)
    intake.put_right(group, 4, given_name="Chloé")
    assert [*intake.states(group).values()] == [TO_CONFIRM] * 3
    intake.remove(group, 4)
    intake.submit(group)
    intake.add(group)
    assert [*intake.states(group).values()] == [LEARNER, LEARNER, REMOVED]
