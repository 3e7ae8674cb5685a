"""Whether two learners may be one person, and what is decided of them."""

from datetime import date
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from aggregates.learners.duplicate import (
    Duplicate,
    Face,
    MatchReason,
    WithOneself,
    are_near,
    pair,
    why_alike,
)
from aggregates.text import words
from events.learners.duplicate import Decision, DuplicateDecided
from tests.learner_examples import CENTRE, CHLOE, ULN, ZOE

BORN = date(2006, 3, 27)


def face(
    given_name: str = "Chloë",
    family_name: str = "D'Arcy",
    *,
    born: date = BORN,
    uln: str | None = None,
    centre: str = CENTRE,
) -> Face:
    return Face.of(
        centre=centre,
        given_name=given_name,
        family_name=family_name,
        date_of_birth=born,
        uln=uln,
    )


@pytest.mark.parametrize(
    ("one", "other", "is_near"),
    [
        ("Chloë", "chloe", True),
        ("John", "Jon", True),
        ("Anne-Marie", "Annemarie", True),
        ("Ann", "Ann Marie", True),
        ("Mohammed", "Muhammad", True),
        ("Brian", "Brain", True),
        ("Lucy", "Luce", True),
        ("Ian", "Jan", False),
        ("Ben", "Dan", False),
        ("Lily", "Lola", False),
        ("-", "Ann", False),
        ("-", "?", True),
    ],
)
def test_names_are_near_when_at_most_one_letter_in_four_differs(
    one: str, other: str, *, is_near: bool
) -> None:
    """L5: or one has all the words of the other; two letters changed over are one."""
    assert are_near(words(one), words(other)) is is_near
    assert are_near(words(other), words(one)) is is_near


def test_at_one_centre_like_names_and_the_same_birth_may_be_one_person() -> None:
    """L5: swapped names too."""
    assert why_alike(face(), face("Cloe", "Darcy")) is MatchReason.NAMES
    assert why_alike(face(), face("Darcy", "Cloe")) is MatchReason.SWAPPED
    assert why_alike(face(), face("Zoë", "D'Arcy")) is None
    assert why_alike(face(), face(born=date(2006, 3, 28))) is None


def test_across_centres_names_must_agree_or_the_uln() -> None:
    """L5."""
    assert (
        why_alike(face(), face("chloe", "DArcy", centre="50107")) is MatchReason.NAMES
    )
    assert why_alike(face(), face("Cloe", "D'Arcy", centre="50107")) is None
    other = face("Ann", "Reid", born=date(2000, 1, 1), uln=ULN, centre="50107")
    assert why_alike(face(uln=ULN), other) is MatchReason.ULN
    assert why_alike(face(uln=None), face("Ann", uln=None)) is None


@given(
    *(st.builds(face, st.text(), st.text(), centre=st.sampled_from(["1", "2"])),) * 2
)
def test_likeness_is_mutual(one: Face, other: Face) -> None:
    """L5."""
    assert why_alike(one, other) is why_alike(other, one)


def decided(decision: Decision) -> DuplicateDecided:
    return DuplicateDecided(
        first=CHLOE,
        second=ZOE,
        centre=CENTRE,
        decision=decision,
        person_id=UUID(int=7),
        reason="Both seen",
    )


def decide(known: Duplicate | None, decision: Decision) -> list[DuplicateDecided]:
    return Duplicate.decide(
        known,
        pair=pair(ZOE, CHLOE),
        centre=CENTRE,
        decision=decision,
        reason="Both seen",
        person_id=UUID(int=7),
    )


def test_a_pair_is_decided_on_and_may_be_decided_otherwise_later() -> None:
    """L5: the same again is nothing new."""
    same, different = decided(Decision.SAME), decided(Decision.DIFFERENT)
    assert decide(None, Decision.SAME) == [same]
    assert decide(Duplicate.replay([same]), Decision.SAME) == []
    assert decide(Duplicate.replay([same]), Decision.DIFFERENT) == [different]
    assert decide(Duplicate.replay([same, different]), Decision.SAME) == [same]


def test_nobody_is_a_duplicate_of_themselves() -> None:
    """L5."""
    assert pair(ZOE, CHLOE) == pair(CHLOE, ZOE)
    with pytest.raises(WithOneself):
        pair(ZOE, ZOE)
