"""What a further award adds, lowers or repeats, and which awards rely on which."""

from dataclasses import replace
from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from aggregates.claims.earlier_awards import NOTHING_NEW, is_lower, relying_awards
from aggregates.registrations.registration import Registration
from events.claims.claim import Granted, Withheld
from events.registrations.registration import (
    AwardClaimed,
    AwardRevoked,
    OutcomesRecorded,
)
from tests.claim_examples import (
    A1,
    A2,
    B1,
    B2,
    CLAIM,
    GRADED_UNITS,
    OTHER_CLAIM,
    TODAY,
    award,
    award_claimed,
    qualification,
    registration_made,
)

GRADED = qualification(units=GRADED_UNITS)
"""Units graded U, P, M and D."""
UNIT = replace(GRADED_UNITS[0], grades=("U", "P", "M", "D", "T"))


def judged(
    earlier: AwardClaimed, award_type: str, grades: dict[str, str], day: date = TODAY
) -> Granted | Withheld:
    registration = Registration.replay([registration_made(), earlier])
    return registration.judge(
        claim=OTHER_CLAIM, award=award(award_type, day, grades), rules=GRADED
    )


def interim(**grades: str) -> AwardClaimed:
    return award_claimed(award_type="Interim", grades={A1: grades["lead"]})


@pytest.mark.parametrize(
    ("before", "after", "is_lowered"),
    [("D", "M", True), ("P", "U", True), ("M", "D", False), ("M", "T", False)],
)
def test_a_lowered_grade_is_warned_of(
    before: str, after: str, *, is_lowered: bool
) -> None:
    """M17: in an Interim, and it goes through; transferred credit is no lower grade."""
    verdict = judged(interim(lead=before), "Interim", {A1: after, B1: "P"})
    assert isinstance(verdict, Granted)
    warned = f"This lowers the grade of {A1} from {before} to {after}."
    assert any(w.startswith(warned) for w in verdict.warnings) == is_lowered


def test_a_full_award_that_lowers_a_grade_is_warned_of() -> None:
    """M17."""
    verdict = judged(interim(lead="D"), "Full", {A1: "P", A2: "P", B1: "P"})
    assert isinstance(verdict, Granted)
    assert any("from D to P" in warning for warning in verdict.warnings)


def test_an_interim_with_another_grade_is_no_repetition() -> None:
    """M17: the same grades are, whatever the day."""
    assert isinstance(judged(interim(lead="M"), "Interim", {A1: "D"}), Granted)
    earlier = TODAY.replace(day=1)
    kept_back = judged(interim(lead="M"), "Interim", {A1: "M"}, earlier)
    assert isinstance(kept_back, Withheld)
    assert [why.code for why in kept_back.reasons] == [NOTHING_NEW]


def test_an_interim_that_adds_nothing_to_another_award_is_warned_of() -> None:
    """M17: a unit not achieved adds nothing either."""
    fallback = award_claimed(award_type="Fallback", grades={A1: "M"})
    verdict = judged(fallback, "Interim", {A1: "M", A2: "U"})
    assert isinstance(verdict, Granted)
    (warning,) = verdict.warnings
    assert warning.startswith("This adds no unit and no grade to the Fallback award")


def test_what_was_revoked_is_no_earlier_award() -> None:
    """M18."""
    revoked = Registration.replay(
        [registration_made(), interim(lead="M"), AwardRevoked(claim=CLAIM)]
    )
    verdict = revoked.judge(
        claim=OTHER_CLAIM, award=award("Interim", TODAY, {A1: "M"}), rules=GRADED
    )
    assert isinstance(verdict, Granted)
    assert verdict.warnings == ()
    assert revoked.revoke_award(claim=CLAIM) == []
    assert revoked.every_grade == {}


def test_the_grades_of_a_claim_whose_award_was_revoked_are_no_grades() -> None:
    """M11, M18: saved before, they are looked at no more."""
    saved = OutcomesRecorded(claim=CLAIM, grades={A1: "M"})
    events = [registration_made(), saved, interim(lead="M")]
    assert Registration.replay(events).every_grade == {A1: "M"}
    revoked = Registration.replay([*events, AwardRevoked(claim=CLAIM)])
    assert revoked.every_grade == {}


GRADES = st.sampled_from(UNIT.grades)


@given(GRADES, GRADES)
def test_of_two_grades_at_most_one_is_lower(one: str, other: str) -> None:
    """M17: none of two that are the same."""
    lower, higher = is_lower(UNIT, one, than=other), is_lower(UNIT, other, than=one)
    assert not (lower and higher)
    assert (lower or higher) == (one != other)


SOME = st.dictionaries(st.sampled_from([A1, A2, B1, B2]), st.sampled_from("PM"))


@given(st.lists(SOME, min_size=1, max_size=5), SOME, st.data())
def test_awards_rely_on_one_just_if_they_would_not_say_the_same_without_it(
    said: list[dict[str, str]], tested: dict[str, str], data: st.DataObject
) -> None:
    """M12, M16: each award has all grades to date; one is left out of the history."""
    outcomes = {f"AC-{number}": grades for number, grades in enumerate(said)}

    def to_date(without: str | None) -> dict[str, dict[str, str]]:
        found, now = {}, dict(tested)
        for claim, grades in outcomes.items():
            now |= {} if claim == without else grades
            found[claim] = dict(now)
        return found

    awards = {
        claim: replace(award_claimed(claim=claim), grades=grades)
        for claim, grades in to_date(None).items()
    }
    gone = data.draw(st.sampled_from([*awards]))
    names = [*awards]
    expected = {
        claim
        for claim, grades in to_date(gone).items()
        if names.index(claim) > names.index(gone) and grades != awards[claim].grades
    }
    relying = relying_awards(gone, awards, outcomes=outcomes, tested=tested)
    assert relying.keys() == expected
    for units in relying.values():
        assert set(units) <= outcomes[gone].keys()


def test_awards_that_end_together_give_each_other_nothing_and_count_nothing() -> None:
    """M16, H6: of three that say the same unit, the last stays and counts on both."""
    said = {A1: "P"}
    awards = {name: award_claimed(claim=name, grades=said) for name in ("1", "2", "3")}
    outcomes = {"1": said, "2": said, "3": {}}

    def relying(*ending: str) -> dict[str, tuple[str, ...]]:
        return relying_awards("1", awards, outcomes=outcomes, tested={}, ending=ending)

    assert relying() == {}
    assert relying("2") == {"3": (A1,)}
    assert relying("2", "3") == {}
