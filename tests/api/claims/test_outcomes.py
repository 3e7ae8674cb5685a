"""What comes of claims, over HTTP: ineligible learners, results, certificates."""

from http import HTTPStatus
from typing import Any

import pytest

from tests.api.claims.claim_api import API, ClaimApi, award
from tests.claim_examples import A1, A2, ANN, B1, B2, BEN, REFERENCE, RULES


def question(**values: Any) -> dict[str, Any]:
    return {
        "qualification": REFERENCE,
        "pathway": "MAIN",
        "award_type": "Full",
        "grades": {A1: "P", A2: "P"},
        **values,
    }


def test_eligibility_is_answered_with_nothing_recorded(claim_api: ClaimApi) -> None:
    """M10, M11."""
    before = claim_api.service.store.head()
    answer = claim_api.post("/eligibility", question())
    told = answer.json()
    assert told.pop("unit_titles")["A/100/0001"] == "Lead"
    assert told == {
        "decided": True,
        "eligible": False,
        "hindrances": [],
        "earlier_grades": {},
        "overall_grade": None,
        "pathways": [
            {
                "code": "MAIN",
                "title": "Diploma",
                "decided": True,
                "met": False,
                "reasons": [
                    {
                        "code": "credits-short",
                        "rule": 1,
                        "required": 12,
                        "achieved": 0,
                        "units": [B1, B2, "A/100/0005"],
                        "message": "Group B needs at least 12 credits; 0 are achieved, "
                        "12 short.",
                    }
                ],
                "ways_to_fix": [[B1]],
                "ways_to_fix_note": None,
                "units": [
                    {"reference": A1, "status": "counts"},
                    {"reference": A2, "status": "counts"},
                    {"reference": B1, "status": "needed"},
                    {"reference": B2, "status": "needed"},
                    {"reference": "A/100/0005", "status": "needed"},
                ],
            }
        ],
    }
    tokens = claim_api.service.store.log(after=before)
    assert {recorded.event.topic for recorded in tokens} == {"token.issued"}


@pytest.mark.parametrize(
    ("wrong", "pointer"),
    [
        ({"qualification": "Q-1"}, "/qualification"),
        ({"pathway": "NONE"}, "/pathway"),
        ({"grades": {"X/1": "P"}}, "/grades/X~11"),
        ({"grades": {A1: "D"}}, "/grades/A~1100~10001"),
        ({"award_type": "Half"}, "/award_type"),
    ],
)
def test_a_question_that_makes_no_sense_is_refused_where_it_does_not(
    claim_api: ClaimApi, wrong: dict[str, Any], pointer: str
) -> None:
    answer = claim_api.post("/eligibility", question(**wrong))
    assert answer.status_code == HTTPStatus.UNPROCESSABLE_ENTITY
    assert [error["pointer"] for error in answer.json()["errors"]] == [pointer]


def test_everybody_kept_back_is_listed_with_age_and_reasons(
    claim_api: ClaimApi,
) -> None:
    """I1, I3."""
    claim = claim_api.submitted(award(), award(BEN, grades={B1: "P", B2: "P"}))
    claim_api.clock.advance(days=12)
    (row,) = claim_api.get("/ineligible-learners")["items"]
    assert (row["learner"], row["claim"], row["family_name"]) == (BEN, claim, "Müller")
    assert (row["age_in_days"], row["cause"]) == (12, "wrong-pathway")
    assert row["reasons"][0]["code"] == "wrong-pathway"
    assert claim_api.get("/ineligible-learners", cause=row["cause"], claim=claim)[
        "items"
    ]
    assert claim_api.get("/ineligible-learners", by="stranger")["items"] == []


def test_why_one_is_not_eligible_is_told_rule_by_rule_and_unit_by_unit(
    claim_api: ClaimApi,
) -> None:
    """I2, I4."""
    claim = claim_api.submitted(award(BEN, grades={A1: "P", B2: "U"}))
    shown = claim_api.get(f"/ineligible-learners/{claim}/{BEN}")
    mine, other = shown["pathways"]
    assert (mine["code"], mine["is_registered"], other["is_registered"]) == (
        "MAIN",
        True,
        False,
    )
    assert mine["rules"] == list(RULES.pathway("MAIN").sentences)
    assert mine["ways_to_fix"] == [[A2, B1]]
    assert {u["reference"]: u["status"] for u in mine["units"]}[B2] == "not-achieved"
    assert shown["interim_now"]
    assert shown["amend_at"] == f"/api/v1/claims/{claim}/grades"


def test_following_a_way_to_fix_makes_a_learner_eligible(claim_api: ClaimApi) -> None:
    """I2, I4."""
    claim = claim_api.submitted(award(BEN, grades={A1: "P"}))
    shown = claim_api.get(f"/ineligible-learners/{claim}/{BEN}")
    fix = shown["pathways"][0]["ways_to_fix"][0]
    fixed = award(BEN, grades={A1: "P"} | dict.fromkeys(fix, "P"))
    claim_api.put(f"/claims/{claim}/grades", {"awards": [fixed]})
    now = claim_api.get(f"/ineligible-learners/{claim}/{BEN}")
    assert now["is_eligible_now"]
    assert now["kept_back"] == shown["kept_back"]
    claim_api.post(f"/claims/{claim}/submit", key="2")
    assert claim_api.get("/ineligible-learners")["items"] == []


def test_interim_now_needs_an_achieved_unit_and_another_award_type(
    claim_api: ClaimApi,
) -> None:
    """I4."""
    claim = claim_api.submitted(
        award(ANN, grades={B2: "U"}), award(BEN, "Interim", grades={})
    )
    for who in (ANN, BEN):
        assert not claim_api.get(f"/ineligible-learners/{claim}/{who}")["interim_now"]


def test_who_is_not_kept_back_is_not_found_among_them(claim_api: ClaimApi) -> None:
    claim = claim_api.submitted(award())
    client = claim_api.client()
    for who in (ANN, BEN):
        answer = client.get(f"{API}/ineligible-learners/{claim}/{who}")
        assert answer.status_code == HTTPStatus.NOT_FOUND


def test_a_draft_shows_who_claimed_meanwhile(claim_api: ClaimApi) -> None:
    """M10, M15: nobody is shown eligible whom submitting would keep back."""
    late = claim_api.begin(award(), award(BEN, award_type=None))
    claim_api.submitted(award())
    shown = claim_api.get(f"/claims/{late}")
    anns, bens = (who["eligibility"] for who in shown["learners"])
    assert (anns["eligible"], bens["eligible"]) == (False, False)
    assert anns["reasons"][0]["message"].startswith("Claimed meanwhile by admin")
    assert [reason["code"] for reason in bens["reasons"]] == ["award-incomplete"]
    missing = {s["name"]: s["missing"] for s in shown["stages"]}
    assert missing["learners"] == anns["reasons"][0]["message"]


def test_a_bulk_claim_goes_through_but_for_whom_nothing_is_said(
    claim_api: ClaimApi,
) -> None:
    """M10: the eligible go, the other waits with the reason, and in no results."""
    claim = claim_api.submitted(award(), award(BEN, award_type=None, award_date=None))
    shown = claim_api.get(f"/claims/{claim}")
    assert [who["status"] for who in shown["learners"]] == ["Submitted", "Unsubmitted"]
    (row,) = claim_api.get("/ineligible-learners", cause="award-incomplete")["items"]
    assert (row["learner"], row["award_type"]) == (BEN, None)
    results = claim_api.get("/results")["items"]
    assert [row["learner"] for row in results] == [ANN]


def test_a_learner_claimed_by_another_claim_is_told_who_did(
    claim_api: ClaimApi,
) -> None:
    """M15."""
    late = claim_api.begin(award())
    early = claim_api.submitted(award())
    claim_api.post(f"/claims/{late}/submit")
    (row,) = claim_api.get("/ineligible-learners")["items"]
    assert row["cause"] == "claimed-by-another"
    assert "meanwhile by admin (Centre Administrator)" in row["reasons"][0]["message"]
    assert early in row["reasons"][0]["message"]
    shown = claim_api.get(f"/ineligible-learners/{late}/{ANN}")
    assert not shown["is_eligible_now"]


def test_results_are_found_by_several_clauses(claim_api: ClaimApi) -> None:
    """R1."""
    claim_api.submitted(award(), award(BEN, grades={A1: "P"}))

    def found(**clauses: str) -> list[str]:
        return [row["learner"] for row in claim_api.get("/results", **clauses)["items"]]

    assert found() == [BEN, ANN]
    assert found(first_name="mar", last_name="bhr") == [ANN]
    assert found(product_title="team lead") == [BEN, ANN]
    assert found(product_title="customer") == []
    assert found(grade="Pass") == [ANN]
    assert found(learner_reference=BEN[-4:], grade="Pass") == []
    assert claim_api.get("/results", by="stranger")["items"] == []


def test_a_learners_results_show_every_award_with_its_units(
    claim_api: ClaimApi,
) -> None:
    """R2, M8, M14."""
    claim_api.submitted(award(award_type="Interim", grades={A1: "P", A2: "P"}))
    claim_api.process()
    claim_api.clock.advance(days=1)
    claim_api.submitted(award(grades={B1: "P"}))
    (of_one,) = claim_api.get(f"/learners/{ANN}/results")
    interim, full = of_one["awards"]
    assert of_one["qualification"]["reference"] == REFERENCE
    assert (interim["award_type"], interim["status"]) == ("Interim", "Processed")
    assert interim["certificate"].startswith("C-")
    assert interim["processed_at"] == "2026-11-24T09:30:00Z"
    assert (full["award_type"], full["status"]) == ("Full", "Submitted")
    assert (full["overall_grade"], full["certificate"]) == ("Pass", None)
    assert [unit["reference"] for unit in full["units"]] == [A1, A2, B1]
    assert full["units"][0] == {
        "reference": A1,
        "title": "Lead",
        "level": 2,
        "credits": 10,
        "grade": "P",
    }


def test_another_centres_results_cannot_be_told_from_none(claim_api: ClaimApi) -> None:
    claim_api.submitted(award())
    client = claim_api.client("stranger")
    theirs = client.get(f"{API}/learners/{ANN}/results")
    nothing = client.get(f"{API}/learners/{BEN[:-1]}X/results")
    assert theirs.status_code == nothing.status_code == HTTPStatus.NOT_FOUND


def certificate_of(claim_api: ClaimApi) -> str:
    claim_api.submitted(award())
    claim_api.process()
    (of_one,) = claim_api.get(f"/learners/{ANN}/results")
    return str(of_one["awards"][0]["certificate"])


def test_a_certificate_is_shown_and_its_printing_recorded(claim_api: ClaimApi) -> None:
    """M13."""
    number = certificate_of(claim_api)
    shown = claim_api.get(f"/certificates/{number}")
    assert (shown["kind"], shown["learner"]) == ("Full certificate", ANN)
    assert (shown["issued_at"], shown["printed_at"]) == ("2026-11-24T09:30:00Z", None)
    assert shown["units"] == {A1: "P", A2: "P", B1: "P"}
    printed = claim_api.post(f"/certificates/{number}/printing", by="specialist")
    assert printed.json()["printed_at"] == "2026-11-24T09:30:00Z"
    refused = claim_api.post(f"/certificates/{number}/printing")
    assert refused.status_code == HTTPStatus.FORBIDDEN


def test_another_centres_certificate_cannot_be_told_from_none(
    claim_api: ClaimApi,
) -> None:
    number = certificate_of(claim_api)
    client = claim_api.client("stranger")
    theirs = client.get(f"{API}/certificates/{number}")
    nothing = client.get(f"{API}/certificates/C-0000000000A")
    assert theirs.status_code == nothing.status_code == HTTPStatus.NOT_FOUND
    assert theirs.text.replace(number, "C-0000000000A") == nothing.text
