"""The rules of verification: what LRS says of a ULN, and until when it is asked."""

from datetime import timedelta

import pytest

from aggregates.learners.verification import (
    FIRST_PAUSE,
    LONGEST_PAUSE,
    Code,
    PostponedReason,
    Verification,
    VerificationAnswer,
    VerificationStatus,
    pause_after,
    said_of,
    said_of_many,
)
from aggregates.uploads.problem import sentence
from events.learners.verification import UlnVerificationPostponed, UlnVerified
from events.uploads.upload import Problem
from tests.learner_examples import CELLS, OTHER_ULN, PERSON, ULN

WAITING = Verification().restart(to_verify=True)
MATCH = UlnVerified(person_id=PERSON, code="WSVRC001")


def after(code: Code, *flags: str, master: str | None = None) -> Verification:
    (heard,) = WAITING.hear(
        VerificationAnswer(code=code, flags=flags, master_uln=master), PERSON
    )
    return WAITING.apply(heard)


def said(verification: Verification, problem: Problem) -> str:
    return sentence(problem, {**CELLS, **verification.cells})


@pytest.mark.parametrize("code", Code)
def test_two_answers_are_a_match_and_four_an_anomaly(code: Code) -> None:
    """U7."""
    is_match = code in {Code.MATCH, Code.LINKED_MATCH}
    found = after(code)
    assert (found.status is VerificationStatus.VERIFIED) is is_match
    assert bool(found.problems) is not is_match


@pytest.mark.parametrize(
    ("flag", "column"),
    [
        ("VRF1", "given_name"),
        ("VRF2", "given_name"),
        ("VRF3", "given_name"),
        ("VRF4", "family_name"),
        ("VRF5", "family_name"),
        ("VRF6", "family_name"),
        ("VRF7", "date_of_birth"),
        ("VRF8", "gender"),
    ],
)
def test_each_flag_names_a_column(flag: str, column: str) -> None:
    """U7."""
    found = after(Code.NO_MATCH, flag)
    assert found.problems == (Problem(column=column, code="lrs-differs"),)


def test_an_anomaly_is_told_once_for_each_column_that_it_names() -> None:
    """U6, U7: in a sentence that says what to do."""
    found = after(Code.NO_MATCH, "VRF1", "VRF2", "VRF7")
    has = "is not what the Learning Records Service has for ULN 1000102504."
    assert [said(found, problem) for problem in found.problems] == [
        f"{title} {has} Correct it, or correct the ULN."
        for title in ("Given name", "Date of birth")
    ]
    similar = after(Code.SIMILAR, "VRF5")
    assert said(similar, similar.problems[0]).startswith("Family name is like what")


def test_an_anomaly_without_flags_is_told_of_the_uln() -> None:
    """U7."""
    for code, start in (
        (Code.NO_MATCH, "The Learning Records Service has ULN 1000102504 for another"),
        (Code.NOT_FOUND, "The Learning Records Service does not know ULN 1000102504."),
    ):
        (problem,) = after(code).problems
        assert problem.column == "uln"
        assert said(after(code), problem).startswith(start)


def test_a_linked_match_passes_and_shows_the_master_uln() -> None:
    """U7."""
    found = after(Code.LINKED_MATCH, master=OTHER_ULN)
    (warning,) = found.warnings
    assert found.problems == ()
    assert f"links ULN {ULN} to master ULN {OTHER_ULN}" in said(found, warning)


def test_without_an_answer_it_waits_and_counts() -> None:
    """U7: it is never passed."""
    (postponed,) = WAITING.hear(PostponedReason.OUT_OF_HOURS, PERSON)
    assert postponed == UlnVerificationPostponed(why="out-of-hours", tries=1)
    waiting = WAITING.apply(postponed)
    assert waiting.is_waiting
    assert waiting.hear(PostponedReason.UNREACHABLE, PERSON) == [
        UlnVerificationPostponed(why="unreachable", tries=2)
    ]
    assert waiting.hear(None, PERSON) == []
    assert waiting.hear(VerificationAnswer(code=Code.MATCH), PERSON) == [MATCH]


def test_an_answer_is_heard_once() -> None:
    """U7."""
    assert (
        WAITING.apply(MATCH).hear(VerificationAnswer(code=Code.NO_MATCH), PERSON) == []
    )
    assert Verification().hear(VerificationAnswer(code=Code.MATCH), PERSON) == []


def test_other_details_are_asked_about_anew() -> None:
    """U7, U8."""
    verified = WAITING.apply(MATCH)
    assert verified.restart(to_verify=None) == verified
    assert verified.restart(to_verify=True) == WAITING
    assert verified.restart(to_verify=False) == Verification()


def test_lrs_is_asked_again_ever_more_seldom() -> None:
    """U7: up to a limit."""
    assert [pause_after(tries) for tries in (1, 2, 3)] == [
        FIRST_PAUSE,
        2 * FIRST_PAUSE,
        4 * FIRST_PAUSE,
    ]
    assert pause_after(6) < pause_after(7) == pause_after(1_000_000) == LONGEST_PAUSE
    assert timedelta(hours=1) == LONGEST_PAUSE


@pytest.mark.parametrize(
    ("verification", "start"),
    [
        (Verification(), "Not verified: the Learning Records Service was off."),
        (WAITING, "Not yet verified. The Learning Records Service is about to be"),
        (
            WAITING.apply(UlnVerificationPostponed(why="out-of-hours", tries=1)),
            "Not yet verified. The Learning Records Service is closed at this hour. The",
        ),
        (WAITING.apply(MATCH), "Verified"),
        (after(Code.NOT_FOUND), "The Learning Records Service does not have"),
    ],
)
def test_how_a_uln_stands_is_said_in_a_sentence(
    verification: Verification, start: str
) -> None:
    """U7."""
    assert said_of(verification, has_uln=True).startswith(start)
    assert said_of(Verification(), has_uln=False) == "There is no ULN to verify."


def test_of_a_row_that_is_wrong_it_is_said_what_comes_first() -> None:
    """U7: nobody is about to ask of it."""
    said = said_of(WAITING, has_uln=True, is_given=True, is_wrong=True)
    assert said.endswith("the row has problems. Correct them first.")
    said = said_of(Verification(), has_uln=False, is_given=True, is_wrong=True)
    assert said.endswith("the value is not a ULN. Correct it first.")
    answered = WAITING.apply(MATCH)
    assert said_of(answered, has_uln=True, is_wrong=True).startswith("Verified")


@pytest.mark.parametrize(
    ("to_verify", "waiting", "why", "start"),
    [
        (None, 0, None, "Not verified: the Learning Records Service was off."),
        (3, 0, None, "The ULN of every row without problems was put to"),
        (0, 0, None, "No row without problems has a ULN to verify."),
        (
            3,
            1,
            None,
            "1 ULN is not yet verified. The Learning Records Service is about",
        ),
        (
            3,
            2,
            PostponedReason.UNREACHABLE,
            "2 ULNs are not yet verified. The Learning Records Servi",
        ),
    ],
)
def test_how_a_group_stands_is_said_in_a_sentence(
    to_verify: int | None, waiting: int, why: PostponedReason | None, start: str
) -> None:
    """U7."""
    said = said_of_many(to_verify=to_verify, waiting=waiting, why=why)
    assert said.startswith(start)
