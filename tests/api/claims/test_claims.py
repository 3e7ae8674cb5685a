"""Claims over HTTP: four stages, submitted, withdrawn."""

from http import HTTPStatus
from typing import Any

import pytest

from tests.api.claims.claim_api import API, ClaimApi, award
from tests.claim_examples import A1, A2, ANN, B1, BEN, ENOUGH, REFERENCE


def stages(claim: dict[str, Any]) -> list[str]:
    return [stage["name"] for stage in claim["stages"] if stage["is_complete"]]


def eligible(claim: dict[str, Any]) -> dict[str, bool]:
    return {who["learner"]: who["eligibility"]["eligible"] for who in claim["learners"]}


def statuses(claim: dict[str, Any]) -> dict[str, str]:
    return {who["learner"]: who["status"] for who in claim["learners"]}


def test_a_claim_is_put_together_in_any_order_with_its_summary_always_current(
    claim_api: ClaimApi,
) -> None:
    """M1, M3."""
    begun = claim_api.post("/claims", {})
    assert begun.status_code == HTTPStatus.CREATED
    where = begun.headers["Location"].removeprefix(API)
    chosen = claim_api.put(f"{where}/qualification", {"qualification": REFERENCE})
    assert chosen.json()["qualification"]["title"] == "Level 2 Diploma in Team Leading"
    people = claim_api.put(f"{where}/learners", {"learners": [ANN]})
    assert stages(people.json()) == ["qualification", "learners"]
    units = claim_api.put(f"{where}/units", {"units": [A1, A2, B1]})
    assert units.json()["units"]["summary"] == "3 of 4 units"
    graded = claim_api.put(f"{where}/grades", {"awards": [award()]})
    assert stages(graded.json()) == ["qualification", "units", "learners", "grades"]
    assert claim_api.get(where) == graded.json()


def test_eligibility_is_shown_live_while_grades_are_typed(claim_api: ClaimApi) -> None:
    """M10."""
    claim = claim_api.begin(award(grades={A1: "P"}), award(BEN))
    shown = claim_api.get(f"/claims/{claim}")
    assert eligible(shown) == {ANN: False, BEN: True}
    reasons = shown["learners"][0]["eligibility"]["reasons"]
    assert [(r["code"], r["pathway"]) for r in reasons] == [
        ("units-missing", "MAIN"),
        ("credits-short", "MAIN"),
    ]
    better = claim_api.put(f"/claims/{claim}/grades", {"awards": [award()]})
    assert eligible(better.json()) == {ANN: True, BEN: True}


def test_a_mixture_is_allowed_and_warned_about(claim_api: ClaimApi) -> None:
    """M5."""
    claim = claim_api.begin(award(), award(BEN, "Interim", grades={A1: "P"}))
    assert len(claim_api.get(f"/claims/{claim}")["warnings"]) == 2


def test_units_of_an_earlier_interim_are_shown_as_such(claim_api: ClaimApi) -> None:
    """M12."""
    claim_api.submitted(award(award_type="Interim", grades={A1: "P", A2: "P"}))
    claim = claim_api.begin(award(grades={B1: "P"}))
    (learner,) = claim_api.get(f"/claims/{claim}")["learners"]
    assert learner["eligibility"]["earlier_grades"] == {A1: "P", A2: "P"}
    assert learner["eligibility"]["eligible"]
    claim_api.post(f"/claims/{claim}/submit")
    (learner,) = claim_api.get(f"/claims/{claim}")["learners"]
    assert learner["eligibility"]["earlier_grades"] == {A1: "P", A2: "P"}


def test_everything_at_fault_is_named_with_its_pointer(claim_api: ClaimApi) -> None:
    """M5, M6."""
    claim = claim_api.begin(award())
    wrong = award(award_date="2026-11-25", grades={A1: "D", "X/1": "P"})
    answer = claim_api.put(f"/claims/{claim}/grades", {"awards": [wrong]})
    assert answer.status_code == HTTPStatus.UNPROCESSABLE_ENTITY
    assert [error["pointer"] for error in answer.json()["errors"]] == [
        "/awards/0/grades/A~1100~10001",
        "/awards/0/grades/X~11",
        "/awards/0/award_date",
    ]


def test_submitting_tells_who_went_through_and_who_did_not(claim_api: ClaimApi) -> None:
    """M10."""
    claim = claim_api.submitted(award(), award(BEN, grades={A1: "P"}))
    shown = claim_api.get(f"/claims/{claim}")
    assert (shown["status"], statuses(shown)) == (
        "Submitted",
        {ANN: "Submitted", BEN: "Unsubmitted"},
    )
    kept_back = shown["learners"][1]["kept_back"]
    assert [reason["code"] for reason in kept_back] == [
        "units-missing",
        "credits-short",
    ]
    assert shown["learners"][1]["award"]["grades"] == {A1: "P"}


def test_submitting_twice_under_one_key_answers_twice_and_does_it_once(
    claim_api: ClaimApi,
) -> None:
    claim = claim_api.begin(award())
    first = claim_api.post(f"/claims/{claim}/submit")
    again = claim_api.post(f"/claims/{claim}/submit")
    assert (first.status_code, first.json()) == (again.status_code, again.json())
    assert first.headers["Event-Position"] == again.headers["Event-Position"]
    other = claim_api.post(f"/claims/{claim}/submit", key="2")
    assert other.status_code == HTTPStatus.CONFLICT


def test_submitting_needs_an_idempotency_key(claim_api: ClaimApi) -> None:
    claim = claim_api.begin(award())
    answer = claim_api.client().post(f"{API}/claims/{claim}/submit")
    assert answer.status_code == HTTPStatus.BAD_REQUEST


def test_two_awards_for_one_learner_are_refused_and_neither_is_dropped(
    claim_api: ClaimApi,
) -> None:
    """M5."""
    claim = claim_api.begin(award())
    twice = [award(grades={A1: "P"}), award(grades={A2: "P"})]
    answer = claim_api.put(f"/claims/{claim}/grades", {"awards": twice})
    assert answer.status_code == HTTPStatus.UNPROCESSABLE_ENTITY
    (error,) = answer.json()["errors"]
    assert error["pointer"] == "/awards/1"
    (learner,) = claim_api.get(f"/claims/{claim}")["learners"]
    assert learner["award"]["grades"] == ENOUGH


def test_what_was_typed_goes_only_where_that_is_confirmed(claim_api: ClaimApi) -> None:
    """M1: it is said what would be lost."""
    where = f"/claims/{claim_api.begin(award())}"
    for path, body in (
        ("units", {"units": [A1]}),
        ("learners", {"learners": [BEN]}),
    ):
        refused = claim_api.put(f"{where}/{path}", body)
        assert refused.status_code == HTTPStatus.CONFLICT
        assert ANN in refused.json()["detail"]
        done = claim_api.put(f"{where}/{path}", body | {"confirm_loss": True})
        assert done.status_code == HTTPStatus.OK


def test_submitting_what_has_moved_since_it_was_looked_at_is_refused(
    claim_api: ClaimApi,
) -> None:
    """M15: who changed what since."""
    claim = claim_api.begin(award())
    client = claim_api.client()
    looked_at = client.get(f"{API}/claims/{claim}").headers["ETag"]
    claim_api.put(f"/claims/{claim}/grades", {"awards": [award(award_type="Interim")]})
    headers = {"If-Match": looked_at, "Idempotency-Key": "1"}
    answer = client.post(f"{API}/claims/{claim}/submit", headers=headers)
    assert answer.status_code == HTTPStatus.PRECONDITION_FAILED
    assert "admin changed the awards and grades" in answer.json()["detail"]


def test_a_claim_is_changed_only_as_it_was_looked_at(claim_api: ClaimApi) -> None:
    claim = claim_api.begin(award())
    stale = claim_api.put(f"/claims/{claim}/grades", {"awards": []}, match='"1"')
    assert stale.status_code == HTTPStatus.PRECONDITION_FAILED
    missing = claim_api.client().put(f"{API}/claims/{claim}/units", json={"units": []})
    assert missing.status_code == HTTPStatus.PRECONDITION_REQUIRED


def test_a_claim_is_withdrawn_with_a_reason(claim_api: ClaimApi) -> None:
    """M16."""
    claim = claim_api.submitted(award(), award(BEN))
    one = claim_api.post(
        f"/claims/{claim}/withdraw", {"reason": "Wrong group", "learner": ANN}
    )
    assert statuses(one.json()) == {ANN: "Withdrawn", BEN: "Submitted"}
    whole = claim_api.post(
        f"/claims/{claim}/withdraw", {"reason": "All wrong"}, key="2"
    )
    assert whole.json()["status"] == "Withdrawn"
    unsaid = claim_api.post(f"/claims/{claim}/withdraw", {"reason": " "}, key="3")
    assert unsaid.status_code == HTTPStatus.UNPROCESSABLE_ENTITY


def test_a_draft_is_deleted(claim_api: ClaimApi) -> None:
    """M1."""
    claim = claim_api.begin(award())
    client = claim_api.client()
    gone = client.delete(f"{API}/claims/{claim}", headers={"If-Match": "*"})
    assert gone.status_code == HTTPStatus.NO_CONTENT
    answer = client.get(f"{API}/claims/{claim}")
    assert answer.status_code == HTTPStatus.NOT_FOUND
    assert claim_api.get("/claims")["items"] == []


def test_claims_are_listed_and_found(claim_api: ClaimApi) -> None:
    claim = claim_api.submitted(award(), award(BEN, grades={A1: "P"}))
    (listed,) = claim_api.get("/claims", status="Submitted", learner=BEN)["items"]
    assert (listed["claim"], listed["submitted"], listed["unsubmitted"]) == (
        claim,
        1,
        1,
    )
    assert claim_api.get("/claims", reference=claim[-4:].lower())["items"] == [listed]
    assert claim_api.get("/claims", reference=claim.lower())["items"] == [listed]
    assert claim_api.get("/claims", status="Draft")["items"] == []


@pytest.mark.parametrize("method", ["post", "submit", "grades", "delete"])
def test_an_assessor_may_read_claims_and_not_make_or_change_them(
    claim_api: ClaimApi, method: str
) -> None:
    """Section 2: the refusal says which role could."""
    claim = claim_api.begin(award())
    assert claim_api.get(f"/claims/{claim}", by="assessor")["claim"] == claim
    client = claim_api.client("assessor")
    headers = {"If-Match": "*", "Idempotency-Key": "1"}
    where = f"{API}/claims/{claim}"
    answer = {
        "post": lambda: client.post(f"{API}/claims", json={}),
        "submit": lambda: client.post(f"{where}/submit", headers=headers),
        "grades": lambda: client.put(
            f"{where}/grades", json={"awards": []}, headers=headers
        ),
        "delete": lambda: client.delete(where, headers=headers),
    }[method]()
    assert answer.status_code == HTTPStatus.FORBIDDEN
    assert "Ask a Centre Administrator" in answer.json()["detail"]


def test_the_awarding_organisation_reads_every_centres_claims(
    claim_api: ClaimApi,
) -> None:
    claim = claim_api.begin(award())
    for name in ("specialist", "auditor"):
        assert claim_api.get(f"/claims/{claim}", by=name)["claim"] == claim
        assert len(claim_api.get("/claims", by=name)["items"]) == 1


def test_another_centres_claim_cannot_be_told_from_one_that_is_not_there(
    claim_api: ClaimApi,
) -> None:
    claim = claim_api.begin(award())
    assert claim_api.get("/claims", by="stranger")["items"] == []
    client = claim_api.client("stranger")
    for rest in ("", "/units", "/learners"):
        theirs = client.get(f"{API}/claims/{claim}{rest}")
        nothing = client.get(f"{API}/claims/AC-0000000000{rest}")
        assert theirs.status_code == nothing.status_code == HTTPStatus.NOT_FOUND
        assert theirs.text.replace(claim, "AC-0000000000") == nothing.text


@pytest.mark.parametrize(
    ("part", "called"),
    [
        ("award_type", "the award type of"),
        ("award_date", "the award date of"),
        ("grades", "the grades of"),
    ],
)
def test_a_part_of_an_award_that_is_left_out_is_not_lost_unasked(
    claim_api: ClaimApi, part: str, called: str
) -> None:
    """M5: what is sent in its place is taken, be it nothing."""
    claim = claim_api.begin(award())
    where = f"/claims/{claim}/grades"
    told = award()
    was = told.pop(part)
    refused = claim_api.put(where, {"awards": [told]})
    assert refused.status_code == HTTPStatus.CONFLICT
    answer = refused.json()
    assert answer["detail"].startswith(f"This would be lost: {called} {ANN}.")
    assert answer["errors"][0]["pointer"] == "/awards"
    (learner,) = claim_api.get(f"/claims/{claim}")["learners"]
    assert learner["award"][part] == was
    empty = told | {part: {} if part == "grades" else None}
    for body in (
        {"awards": [told], "confirm_loss": True},
        {"awards": [award()]},
        {"awards": [empty], "confirm_loss": part == "grades"},
        {"awards": [told]},
    ):
        assert claim_api.put(where, body).status_code == HTTPStatus.OK, body


def test_the_grade_of_a_unit_that_is_left_out_is_not_lost_unasked(
    claim_api: ClaimApi,
) -> None:
    """M1, M5."""
    claim = claim_api.begin(award())
    where = f"/claims/{claim}/grades"
    unit, *others = award()["grades"]
    fewer = award(grades=dict.fromkeys(others, "P"))
    refused = claim_api.put(where, {"awards": [fewer]})
    assert refused.status_code == HTTPStatus.CONFLICT
    said = f"This would be lost: the grades of {ANN} for {unit}. Keep it, or send"
    assert refused.json()["detail"].startswith(said)
    (learner,) = claim_api.get(f"/claims/{claim}")["learners"]
    assert learner["award"]["grades"] == award()["grades"]
    sent = {"awards": [fewer], "confirm_loss": True}
    (learner,) = claim_api.put(where, sent).json()["learners"]
    assert learner["award"]["grades"] == fewer["grades"]
