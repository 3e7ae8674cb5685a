"""The rules of records: checked, put right, removed, and made learners."""

import pytest

from aggregates.learners.details import check_details
from aggregates.learners.verification import Code, PostponedReason, VerificationAnswer
from aggregates.uploads.duplicate_rows import OtherRows
from aggregates.uploads.record import (
    CannotLink,
    Record,
    RecordIsDone,
    RecordIsRemoved,
    RecordState,
)
from aggregates.uploads.row_context import RowContext, check_in_context
from events.learners.verification import UlnVerified
from events.uploads.upload import (
    Problem,
    RecordAmended,
    RecordBecameLearner,
    RecordChecked,
    RecordConfirmed,
    RecordLinked,
    RecordRemoved,
)
from tests.learner_examples import (
    CELLS,
    CHLOE,
    OTHER_ULN,
    PERSON,
    TODAY,
    ULN,
    ZOE,
    cells,
    record_read,
)

given = Record.replay
TWICE = Problem(column="uln", code="uln-twice", rows=(5,))
HELD = Problem(column="uln", code="uln-held", learners=(CHLOE,))
LIKE = Problem(column="family_name", code="like-learner", learners=(CHLOE, ZOE))
BLANK = Problem(column="family_name", code="missing")
BECAME = RecordBecameLearner(learner=CHLOE)


def test_a_record_is_checked_against_its_file_and_its_centre() -> None:
    """U6: beside what is wrong with it by itself."""
    own = check_details(cells(family_name=""), today=TODAY)
    around = RowContext(others=OtherRows(uln=[5]), holder=CHLOE, alike=[CHLOE, ZOE])
    found = check_in_context(own, around)
    assert found.problems == (BLANK, TWICE, HELD)
    assert found.warnings == (LIKE,)


def test_a_record_alone_in_file_and_centre_is_as_good_as_its_cells() -> None:
    """U6."""
    own = check_details(CELLS, today=TODAY)
    assert check_in_context(own, RowContext()) == own


def test_a_record_without_problems_is_valid() -> None:
    """U6."""
    assert given([record_read()]).state is RecordState.VALID


def test_a_record_with_a_problem_is_invalid_whatever_else() -> None:
    """U6."""
    read = record_read(problems=(TWICE,), warnings=(LIKE,))
    assert given([read]).state is RecordState.INVALID


def test_a_record_like_a_learner_waits_for_an_answer() -> None:
    """U6: a letter that Excel lost does not."""
    assert given([record_read(warnings=(LIKE,))]).state is RecordState.TO_CONFIRM
    lost = Problem(column="given_name", code="letter-lost")
    assert given([record_read(warnings=(lost,))]).state is RecordState.VALID


def test_an_amended_record_is_as_the_new_check_found_it() -> None:
    """U8."""
    record = given([record_read(problems=(BLANK,))])
    new = record.merge_cells({"family_name": "Darcy"})
    (amended,) = record.amend(new, check_details(new, today=TODAY))
    assert amended == RecordAmended(
        person_id=PERSON, cells=cells(family_name="Darcy"), problems=(), warnings=()
    )
    after = record.apply(amended)
    assert (after.cells, after.state) == (new, RecordState.VALID)


def test_amending_nothing_records_only_what_is_found_otherwise() -> None:
    """U8."""
    record = given([record_read()])
    found = check_details(CELLS, today=TODAY)
    assert record.amend(CELLS, found) == []
    held = check_in_context(found, RowContext(holder=CHLOE))
    assert record.amend(CELLS, held) == [RecordChecked(problems=(HELD,), warnings=())]


def test_a_record_knows_which_rows_have_its_uln_now() -> None:
    """U6: when one of a pair goes the other is right, when one comes it is not."""
    record = given([record_read(problems=(BLANK, TWICE))])
    assert record.duplicate_rows == {5}
    assert record.with_duplicate_rows({5}) == []
    assert record.with_duplicate_rows(set()) == [
        RecordChecked(problems=(BLANK,), warnings=())
    ]
    more = Problem(column="uln", code="uln-twice", rows=(5, 9))
    both = RecordChecked(problems=(BLANK, more), warnings=())
    assert record.with_duplicate_rows({9, 5}) == [both]
    assert record.apply(both).duplicate_rows == {5, 9}


def test_a_different_person_is_confirmed_once_for_all() -> None:
    """U6: and not asked about again when the record is amended."""
    record = given([record_read(warnings=(LIKE,))])
    (confirmed,) = record.confirm()
    assert confirmed == RecordConfirmed(learners=tuple(sorted((CHLOE, ZOE))))
    after = record.apply(confirmed)
    assert (after.state, after.warnings) == (RecordState.VALID, ())
    assert after.confirm() == []
    new = cells(postcode="RG1 4PN")
    found = check_in_context(check_details(new, today=TODAY), RowContext(alike=[ZOE]))
    (amended,) = after.amend(new, found)
    assert after.apply(amended).state is RecordState.VALID


def test_the_same_person_is_linked_whatever_the_cells_say() -> None:
    """U6: by likeness, or by the ULN that they hold."""
    for read in (record_read(warnings=(LIKE,)), record_read(problems=(HELD,))):
        record = given([read])
        (linked,) = record.link(CHLOE)
        after = record.apply(linked)
        assert (after.state, after.linked_to) == (RecordState.VALID, CHLOE)
        assert after.link(CHLOE) == []
        assert after.uln is None


def test_a_record_cannot_be_linked_to_just_anybody() -> None:
    """U6."""
    record = given([record_read(problems=(HELD,))])
    with pytest.raises(CannotLink):
        record.link(ZOE)


def test_amending_a_linked_record_parts_it_again() -> None:
    """U6, U8."""
    linked = RecordLinked(learner=CHLOE)
    record = given([record_read(warnings=(LIKE,)), linked])
    (amended,) = record.amend(CELLS, check_details(CELLS, today=TODAY))
    after = record.apply(amended)
    assert (after.linked_to, after.uln) == (None, ULN)


def test_a_record_is_removed_once() -> None:
    """U8."""
    record = given([record_read()])
    assert record.remove() == [RecordRemoved()]
    removed = given([record_read(), RecordRemoved()])
    assert removed.state is RecordState.REMOVED
    assert removed.uln is None
    assert removed.remove() == []


def test_a_removed_record_cannot_be_amended() -> None:
    """U8."""
    with pytest.raises(RecordIsRemoved):
        given([record_read(), RecordRemoved()]).confirm()


def test_a_record_that_is_a_learner_cannot_be_changed() -> None:
    """U9."""
    record = given([record_read(), BECAME])
    assert (record.state, record.uln) == (RecordState.LEARNER, None)
    with pytest.raises(RecordIsDone):
        record.link(CHLOE)
    with pytest.raises(RecordIsDone):
        record.remove()
    assert given([record_read()]).become(CHLOE) == [BECAME]


TO_VERIFY = record_read(to_verify=True)
VERIFIED = UlnVerified(person_id=PERSON, code="WSVRC001")
ANOMALY = UlnVerified(person_id=PERSON, code="WSVRC005", flags=("VRF7",))


def test_a_record_with_a_uln_waits_for_lrs_once_nothing_else_is_wrong() -> None:
    """U7: whether or not it is like a learner, and never passed without an answer."""
    assert given([TO_VERIFY]).state is RecordState.NOT_VERIFIED
    like = record_read(to_verify=True, warnings=(LIKE,))
    assert given([like]).state is RecordState.NOT_VERIFIED
    assert given([like, VERIFIED]).state is RecordState.TO_CONFIRM
    twice = record_read(to_verify=True, problems=(TWICE,))
    assert given([twice]).state is RecordState.INVALID
    alone = RecordChecked(problems=(), warnings=())
    assert given([twice, alone]).state is RecordState.NOT_VERIFIED


def test_a_match_makes_a_record_valid_and_an_anomaly_invalid() -> None:
    """U7."""
    assert given([TO_VERIFY, VERIFIED]).state is RecordState.VALID
    record = given([TO_VERIFY, ANOMALY])
    assert record.state is RecordState.INVALID
    differs = Problem(column="date_of_birth", code="lrs-differs")
    assert (record.problems, record.reasons) == ((), (differs,))


def test_only_a_record_that_waits_hears_lrs() -> None:
    """U7."""
    answer = VerificationAnswer(code=Code.MATCH)
    assert given([TO_VERIFY]).hear(answer) == [VERIFIED]
    for record in (
        given([record_read()]),
        given([TO_VERIFY, VERIFIED]),
        given([TO_VERIFY, RecordRemoved()]),
        given([TO_VERIFY, RecordLinked(learner=CHLOE)]),
    ):
        assert record.hear(answer) == record.hear(PostponedReason.UNREACHABLE) == []


@pytest.mark.parametrize(
    ("column", "is_asked_again"),
    [
        ("given_name", True),
        ("family_name", True),
        ("date_of_birth", True),
        ("gender", True),
        ("uln", True),
        ("centre_reference", False),
        ("email", False),
        ("postcode", False),
    ],
)
def test_amending_what_lrs_is_told_has_it_asked_again(
    column: str, *, is_asked_again: bool
) -> None:
    """U7, U8: other cells leave its answer as it was."""
    values = {"uln": OTHER_ULN, "date_of_birth": "28/3/2006"}
    new = cells(**{column: values.get(column, "Other")})
    record = given([TO_VERIFY, ANOMALY])
    (amended,) = record.amend(new, check_details(new, today=TODAY), is_lrs_on=True)
    state = record.apply(amended).state
    expected = RecordState.NOT_VERIFIED if is_asked_again else RecordState.INVALID
    assert state is expected


def test_without_a_uln_or_without_lrs_there_is_nothing_to_wait_for() -> None:
    """U7."""
    record = given([TO_VERIFY, ANOMALY])
    for new, is_on in ((cells(uln=""), True), (cells(uln=OTHER_ULN), False)):
        (amended,) = record.amend(new, check_details(new, today=TODAY), is_lrs_on=is_on)
        assert record.apply(amended).state is RecordState.VALID
