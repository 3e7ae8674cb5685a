"""Claims on a qualification graded by points, from what is typed to the certificate."""

from dataclasses import replace
from typing import Any

import pytest

from catalogue import Catalogue
from tests.api.claims.claim_api import ClaimApi, award
from tests.claim_examples import (
    A1,
    A2,
    ANN,
    B1,
    BEN,
    BY_POINTS,
    CATALOGUE,
    ENOUGH,
    GRADED_UNITS,
    REFERENCE,
    qualification,
)


@pytest.fixture
def catalogue() -> Catalogue:
    """Make the catalogue of the examples, with points for grades."""
    rules = qualification(units=GRADED_UNITS, grading=BY_POINTS)
    return replace(
        CATALOGUE, all_versions={**CATALOGUE.all_versions, REFERENCE: (rules,)}
    )


def eligibility_of(claim_api: ClaimApi, claim: str) -> dict[str, Any]:
    (learner,) = claim_api.get(f"/claims/{claim}")["learners"]
    shown: dict[str, Any] = learner["eligibility"]
    return shown


def test_an_interim_is_followed_by_a_full_with_a_better_grade_and_earns_by_points(
    claim_api: ClaimApi,
) -> None:
    """M7, M10, M12, M13, M14, R1."""
    claim_api.submitted(award(award_type="Interim", grades={A1: "P", A2: "M"}))
    claim_api.process()
    claim_api.clock.advance(days=1)
    claim = claim_api.begin(award(grades={B1: "P"}))
    before = eligibility_of(claim_api, claim)
    assert before["earlier_grades"] == {A1: "P", A2: "M"}
    assert (before["eligible"], before["overall_grade"]) == (True, "Pass")
    better = award(grades={A1: "M", B1: "P"})
    claim_api.put(f"/claims/{claim}/grades", {"awards": [better]})
    after = eligibility_of(claim_api, claim)
    assert after["earlier_grades"] == {A2: "M"}
    assert (after["eligible"], after["overall_grade"]) == (True, "Merit")
    claim_api.post(f"/claims/{claim}/submit")
    claim_api.process()
    (of_one,) = claim_api.get(f"/learners/{ANN}/results")
    interim, full = of_one["awards"]
    assert (interim["overall_grade"], full["overall_grade"]) == (None, "Merit")
    certificate = claim_api.get(f"/certificates/{full['certificate']}")
    assert certificate["overall_grade"] == "Merit"
    assert certificate["units"] == {A1: "M", A2: "M", B1: "P"}
    (row,) = claim_api.get("/results", grade="merit")["items"]
    assert (row["learner"], row["overall_grade"]) == (ANN, "Merit")


def test_who_is_short_of_points_is_kept_back_and_told_how_many(
    claim_api: ClaimApi,
) -> None:
    """M10, M11, I1, I2, I4."""
    claim = claim_api.submitted(award(BEN, grades={**ENOUGH, A1: "T"}))
    (row,) = claim_api.get("/ineligible-learners")["items"]
    assert (row["learner"], row["cause"]) == (BEN, "rules-not-met")
    assert [reason["code"] for reason in row["reasons"]] == ["points-short"]
    shown = claim_api.get(f"/ineligible-learners/{claim}/{BEN}")
    mine = next(each for each in shown["pathways"] if each["is_registered"])
    (reason,) = mine["reasons"]
    assert (reason["required"], reason["achieved"]) == (238, 168)
    assert reason["message"] == (
        "The overall grade Pass needs at least 238 points; 168 are achieved, 70 short."
    )
    assert mine["rules"][-1].startswith("Overall grade: at least 238 points for Pass,")
    assert mine["ways_to_fix"] == []
    asked = {
        "qualification": REFERENCE,
        "pathway": "MAIN",
        "grades": {**ENOUGH, A1: "T"},
    }
    answer = claim_api.post("/eligibility", asked).json()
    assert (answer["eligible"], answer["overall_grade"]) == (False, None)
    assert answer["pathways"][0]["reasons"][0]["code"] == "points-short"
    better = award(BEN, grades={A1: "T", A2: "D", B1: "D"})
    claim_api.put(f"/claims/{claim}/grades", {"awards": [better]})
    assert not eligibility_of(claim_api, claim)["eligible"]
    claim_api.put(f"/claims/{claim}/grades", {"awards": [award(BEN)]})
    assert eligibility_of(claim_api, claim)["overall_grade"] == "Pass"
