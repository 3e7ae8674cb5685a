"""The summary of a claim: what each stage lacks, and what to beware of."""

from collections.abc import Collection

from aggregates.claim import Claim
from aggregates.claim_summary import stages, warnings
from aggregates.register import LearnerHasLeft
from events.claim import ClaimGradesSaved, ClaimSubmitted
from tests.claim_examples import A1, ANN, BEGUN, BEN, READY, award, granted

given = Claim.replay


def missing(claim: Claim, **around: Collection[str]) -> list[str]:
    return [stage.name for stage in stages(claim, **around) if not stage.is_complete]


def test_the_four_stages_show_which_are_complete() -> None:
    """M1."""
    assert missing(given([BEGUN])) == ["qualification", "units", "learners", "grades"]
    assert missing(given(READY[:-1])) == ["grades"]
    assert missing(given(READY)) == []


def test_the_stage_of_grades_says_for_whom_an_award_is_missing() -> None:
    """M1."""
    assert (
        stages(given([BEGUN]))[3].missing == "Choose learners, then give their grades."
    )
    both = stages(given(READY[:-1]))[3].missing
    assert both == f"Give an award type and an award date to {ANN} and 1 more."
    one = given([*READY[:-1], ClaimGradesSaved(awards={ANN: award()})])
    assert stages(one)[3].missing == f"Give an award type and an award date to {BEN}."
    for half in (award(award_type=None), award(award_date=None)):
        lacking = given([*READY, ClaimGradesSaved(awards={BEN: half})])
        assert stages(lacking)[3].missing == stages(one)[3].missing


def test_the_stage_of_learners_names_who_has_left_while_they_wait() -> None:
    """L6, M1: not who is submitted already, nor who is not in the claim."""
    ready = given(READY)
    assert missing(ready, left={"L-0000000099A"}) == []
    assert missing(ready, left={BEN}) == ["learners"]
    said = [str(LearnerHasLeft(learner=who)) for who in (ANN, BEN)]
    assert stages(ready, left={BEN})[2].missing == said[1]
    assert stages(ready, left={ANN, BEN})[2].missing == " ".join(said)
    submitted = ClaimSubmitted(granted={BEN: granted()}, withheld={})
    assert missing(given([*READY, submitted]), left={BEN}) == []


def test_learners_may_differ_and_the_mixture_is_warned_about() -> None:
    """M5."""
    assert len(warnings(given(READY))) == 1
    alike = ClaimGradesSaved(awards={ANN: award(), BEN: award()})
    assert warnings(given([*READY, alike])) == ()
    types = ClaimGradesSaved(awards={BEN: award("Interim")})
    assert len(warnings(given([*READY, types]))) == 1
    both = ClaimGradesSaved(awards={BEN: award("Interim", grades={A1: "P"})})
    assert len(warnings(given([*READY, both]))) == 2
