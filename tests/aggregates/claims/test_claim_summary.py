"""The summary of a claim: what each stage lacks, and what to beware of."""

from datetime import date
from typing import Any

from aggregates.claims.claim import Claim
from aggregates.claims.claim_hindrances import learner_transferred
from aggregates.claims.claim_summary import stages, warnings
from aggregates.claims.claimable import ClaimableCondition
from events.claims.claim import ClaimGradesSaved
from tests.claim_examples import A1, ANN, BEGUN, BEN, READY, TODAY, award

given = Claim.replay


def missing(claim: Claim, *, today: date = TODAY, **around: Any) -> list[str]:
    shown = stages(claim, today=today, **around)
    return [stage.name for stage in shown if not stage.is_complete]


def test_the_four_stages_show_which_are_complete() -> None:
    """M1."""
    assert missing(given([BEGUN])) == ["qualification", "units", "learners", "grades"]
    assert missing(given(READY[:-1])) == ["grades"]
    assert missing(given(READY)) == []


def test_the_stage_of_grades_says_for_whom_an_award_is_missing() -> None:
    """M1."""
    assert (
        stages(given([BEGUN]), today=TODAY)[3].missing
        == "Choose learners, then give their grades."
    )
    both = stages(given(READY[:-1]), today=TODAY)[3].missing
    assert both == f"Give an award type and an award date to {ANN} and 1 more."
    one = given([*READY[:-1], ClaimGradesSaved(awards={ANN: award()})])
    assert (
        stages(one, today=TODAY)[3].missing
        == f"Give an award type and an award date to {BEN}."
    )
    for half in (award(award_type=None), award(award_date=None)):
        lacking = given([*READY, ClaimGradesSaved(awards={BEN: half})])
        assert (
            stages(lacking, today=TODAY)[3].missing
            == stages(one, today=TODAY)[3].missing
        )


def test_the_stage_of_grades_says_which_award_dates_cannot_be_any_more() -> None:
    """M6: typed in time, and not submitted in time."""
    late = date(2027, 2, 25)
    assert missing(given(READY), today=late) == ["grades"]
    said = stages(given(READY), today=late)[3].missing
    assert said is not None
    assert said.count("more than three months back") == 2


def test_the_stage_of_the_qualification_says_what_holds_no_more() -> None:
    """M1, M2."""
    gone = ClaimableCondition(code="approved", is_met=False, sentence="Not approved.")
    assert missing(given(READY), conditions=[gone]) == ["qualification"]
    shown = stages(given(READY), today=TODAY, conditions=[gone])
    assert shown[0].missing == "Not approved."


def test_the_stage_of_learners_says_who_would_be_kept_back() -> None:
    """L6, M1, M10: of many the first few, and how many more."""
    why = {BEN: learner_transferred(BEN)}
    shown = stages(given(READY), today=TODAY, hindrances=why)
    assert shown[2].missing == why[BEN].message
    many = {f"L-{n}": learner_transferred(f"L-{n}") for n in range(7)}
    said = stages(given(READY), today=TODAY, hindrances=many)[2].missing
    assert said is not None
    assert said.endswith("And 2 more.")


def test_learners_may_differ_and_the_mixture_is_warned_about() -> None:
    """M5."""
    assert len(warnings(given(READY))) == 1
    alike = ClaimGradesSaved(awards={ANN: award(), BEN: award()})
    assert warnings(given([*READY, alike])) == ()
    types = ClaimGradesSaved(awards={BEN: award("Interim")})
    assert len(warnings(given([*READY, types]))) == 1
    both = ClaimGradesSaved(awards={BEN: award("Interim", grades={A1: "P"})})
    assert len(warnings(given([*READY, both]))) == 2
