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


def test_eligibility_is_answered_with_nothing_recorded(counter: ClaimApi) -> None:
    """M10, M11."""
    before = counter.service.store.head()
    answer = counter.post("/eligibility", question())
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
    tokens = counter.service.store.log(after=before)
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
    counter: ClaimApi, wrong: dict[str, Any], pointer: str
) -> None:
    answer = counter.post("/eligibility", question(**wrong))
    assert answer.status_code == HTTPStatus.UNPROCESSABLE_ENTITY
    assert [error["pointer"] for error in answer.json()["errors"]] == [pointer]


def test_everybody_kept_back_is_listed_with_age_and_reasons(counter: ClaimApi) -> None:
    """I1, I3."""
    claim = counter.submitted(award(), award(BEN, grades={B1: "P", B2: "P"}))
    counter.clock.advance(days=12)
    (row,) = counter.get("/ineligible-learners")["items"]
    assert (row["learner"], row["claim"], row["family_name"]) == (BEN, claim, "Müller")
    assert (row["age_in_days"], row["cause"]) == (12, "wrong-pathway")
    assert row["reasons"][0]["code"] == "wrong-pathway"
    assert counter.get("/ineligible-learners", cause=row["cause"], claim=claim)["items"]
    assert counter.get("/ineligible-learners", by="stranger")["items"] == []


def test_why_one_is_not_eligible_is_told_rule_by_rule_and_unit_by_unit(
    counter: ClaimApi,
) -> None:
    """I2, I4."""
    claim = counter.submitted(award(BEN, grades={A1: "P", B2: "U"}))
    shown = counter.get(f"/ineligible-learners/{claim}/{BEN}")
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


def test_following_a_way_to_fix_makes_a_learner_eligible(counter: ClaimApi) -> None:
    """I2, I4."""
    claim = counter.submitted(award(BEN, grades={A1: "P"}))
    shown = counter.get(f"/ineligible-learners/{claim}/{BEN}")
    fix = shown["pathways"][0]["ways_to_fix"][0]
    fixed = award(BEN, grades={A1: "P"} | dict.fromkeys(fix, "P"))
    counter.put(f"/claims/{claim}/grades", {"awards": [fixed]})
    now = counter.get(f"/ineligible-learners/{claim}/{BEN}")
    assert now["is_eligible_now"]
    assert now["kept_back"] == shown["kept_back"]
    counter.post(f"/claims/{claim}/submit", key="2")
    assert counter.get("/ineligible-learners")["items"] == []


def test_interim_now_needs_an_achieved_unit_and_another_award_type(
    counter: ClaimApi,
) -> None:
    """I4."""
    claim = counter.submitted(
        award(ANN, grades={B2: "U"}), award(BEN, "Interim", grades={})
    )
    for who in (ANN, BEN):
        assert not counter.get(f"/ineligible-learners/{claim}/{who}")["interim_now"]


def test_who_is_not_kept_back_is_not_found_among_them(counter: ClaimApi) -> None:
    claim = counter.submitted(award())
    client = counter.client()
    for who in (ANN, BEN):
        answer = client.get(f"{API}/ineligible-learners/{claim}/{who}")
        assert answer.status_code == HTTPStatus.NOT_FOUND


def test_a_draft_shows_who_claimed_meanwhile(counter: ClaimApi) -> None:
    """M10, M15: nobody is shown eligible whom submitting would keep back."""
    late = counter.begin(award(), award(BEN, award_type=None))
    counter.submitted(award())
    shown = counter.get(f"/claims/{late}")
    anns, bens = (who["eligibility"] for who in shown["learners"])
    assert (anns["eligible"], bens["eligible"]) == (False, False)
    assert anns["reasons"][0]["message"].startswith("Claimed meanwhile by admin")
    assert [reason["code"] for reason in bens["reasons"]] == ["award-incomplete"]
    missing = {s["name"]: s["missing"] for s in shown["stages"]}
    assert missing["learners"] == anns["reasons"][0]["message"]


def test_a_bulk_claim_goes_through_but_for_whom_nothing_is_said(
    counter: ClaimApi,
) -> None:
    """M10: the eligible go, the other waits with the reason, and in no results."""
    claim = counter.submitted(award(), award(BEN, award_type=None, award_date=None))
    shown = counter.get(f"/claims/{claim}")
    assert [who["status"] for who in shown["learners"]] == ["Submitted", "Unsubmitted"]
    (row,) = counter.get("/ineligible-learners", cause="award-incomplete")["items"]
    assert (row["learner"], row["award_type"]) == (BEN, None)
    results = counter.get("/results")["items"]
    assert [row["learner"] for row in results] == [ANN]


def test_a_learner_claimed_by_another_claim_is_told_who_did(counter: ClaimApi) -> None:
    """M15."""
    late = counter.begin(award())
    early = counter.submitted(award())
    counter.post(f"/claims/{late}/submit")
    (row,) = counter.get("/ineligible-learners")["items"]
    assert row["cause"] == "claimed-by-another"
    assert "meanwhile by admin (Centre Administrator)" in row["reasons"][0]["message"]
    assert early in row["reasons"][0]["message"]
    shown = counter.get(f"/ineligible-learners/{late}/{ANN}")
    assert not shown["is_eligible_now"]


def test_results_are_found_by_several_clauses(counter: ClaimApi) -> None:
    """R1."""
    counter.submitted(award(), award(BEN, grades={A1: "P"}))

    def found(**clauses: str) -> list[str]:
        return [row["learner"] for row in counter.get("/results", **clauses)["items"]]

    assert found() == [BEN, ANN]
    assert found(first_name="mar", last_name="bhr") == [ANN]
    assert found(product_title="team lead") == [BEN, ANN]
    assert found(product_title="customer") == []
    assert found(grade="Pass") == [ANN]
    assert found(learner_reference=BEN[-4:], grade="Pass") == []
    assert counter.get("/results", by="stranger")["items"] == []


def test_a_learners_results_show_every_award_with_its_units(counter: ClaimApi) -> None:
    """R2, M8, M14."""
    counter.submitted(award(award_type="Interim", grades={A1: "P", A2: "P"}))
    counter.process()
    counter.clock.advance(days=1)
    counter.submitted(award(grades={B1: "P"}))
    (of_one,) = counter.get(f"/learners/{ANN}/results")
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


def test_another_centres_results_cannot_be_told_from_none(counter: ClaimApi) -> None:
    counter.submitted(award())
    client = counter.client("stranger")
    theirs = client.get(f"{API}/learners/{ANN}/results")
    nothing = client.get(f"{API}/learners/{BEN[:-1]}X/results")
    assert theirs.status_code == nothing.status_code == HTTPStatus.NOT_FOUND


def certificate_of(counter: ClaimApi) -> str:
    counter.submitted(award())
    counter.process()
    (of_one,) = counter.get(f"/learners/{ANN}/results")
    return str(of_one["awards"][0]["certificate"])


def test_a_certificate_is_shown_and_its_printing_recorded(counter: ClaimApi) -> None:
    """M13."""
    number = certificate_of(counter)
    shown = counter.get(f"/certificates/{number}")
    assert (shown["kind"], shown["learner"]) == ("Full certificate", ANN)
    assert (shown["issued_at"], shown["printed_at"]) == ("2026-11-24T09:30:00Z", None)
    assert shown["units"] == {A1: "P", A2: "P", B1: "P"}
    printed = counter.post(f"/certificates/{number}/printing", by="specialist")
    assert printed.json()["printed_at"] == "2026-11-24T09:30:00Z"
    refused = counter.post(f"/certificates/{number}/printing")
    assert refused.status_code == HTTPStatus.FORBIDDEN


def test_another_centres_certificate_cannot_be_told_from_none(
    counter: ClaimApi,
) -> None:
    number = certificate_of(counter)
    client = counter.client("stranger")
    theirs = client.get(f"{API}/certificates/{number}")
    nothing = client.get(f"{API}/certificates/C-0000000000A")
    assert theirs.status_code == nothing.status_code == HTTPStatus.NOT_FOUND
    assert theirs.text.replace(number, "C-0000000000A") == nothing.text
