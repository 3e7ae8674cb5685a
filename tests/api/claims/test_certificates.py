"""Certificates over HTTP: reissued, revoked, and shown as they were issued."""

from collections.abc import Callable
from http import HTTPStatus

import pytest
from httpx2 import Response

from commands.learners.learner import AmendLearner
from commands.learners.learner_erasure import EraseLearner
from events.claims.claim import ClaimProcessed
from events.identifier import stream_of
from store import Stream
from tests.api.claims.claim_api import API, ClaimApi, award
from tests.claim_examples import (
    A1,
    A2,
    ANN,
    ANNS,
    B1,
    B2,
    CENTRE,
    ENOUGH,
    certificate_issued,
)
from tests.commands.claim_centre import SERVICE, SPECIALIST


def certificate_of(claim_api: ClaimApi) -> str:
    """Have a learner certificated, and the certificate printed."""
    claim_api.submitted(award())
    claim_api.process()
    (of_one,) = claim_api.get(f"/learners/{ANN}/results")
    number = str(of_one["awards"][0]["certificate"])
    claim_api.post(f"/certificates/{number}/printing", by="specialist")
    return number


def erase(claim_api: ClaimApi) -> None:
    claim_api.service.send(
        EraseLearner(
            by=SPECIALIST,
            at=claim_api.clock(),
            learner=ANN,
            reason="Asked for",
            rows=lambda _: (),
            streams=lambda _: (),
        )
    )


def reissue(
    claim_api: ClaimApi,
    number: str,
    *,
    by: str = "specialist",
    key: str = "1",
    reason: str = "Lost in the post",
) -> Response:
    path = f"/certificates/{number}/reissue"
    return claim_api.post(path, {"reason": reason}, by=by, key=key)


def test_a_certificate_is_reissued_once_however_often_that_is_sent(
    claim_api: ClaimApi,
) -> None:
    """M13: another number, printed anew, superseding the first, which stays."""
    first = certificate_of(claim_api)
    answers = [reissue(claim_api, first) for _ in range(2)]
    made = [answer.json() for answer in answers]
    assert {answer.status_code for answer in answers} == {HTTPStatus.CREATED}
    assert made[0] == made[1]
    assert made[0]["certificate"] != first
    assert (made[0]["supersedes"], made[0]["printed_at"]) == (first, None)
    assert answers[0].headers["Location"].endswith(made[0]["certificate"])
    old = claim_api.get(f"/certificates/{first}")
    assert old["superseded_by"] == made[0]["certificate"]
    assert old["printed_at"] is not None
    same = ("kind", "claim", "award_date", "overall_grade", "units", "learner")
    assert {each: old[each] for each in same} == {each: made[0][each] for each in same}
    told = claim_api.get(f"/certificates/{first}/events")["items"][-1]
    assert (told["event"], told["reason"], told["user"]) == (
        "certificate.superseded",
        "Lost in the post",
        "specialist",
    )


def test_results_show_the_certificate_in_force_and_those_before(
    claim_api: ClaimApi,
) -> None:
    """M13, R2: reissued twice, the latest alone could be."""
    first = certificate_of(claim_api)
    second = reissue(claim_api, first).json()["certificate"]
    refused = reissue(claim_api, first, key="2")
    assert refused.status_code == HTTPStatus.CONFLICT
    assert f"Use {second}." in refused.json()["detail"]
    third = reissue(claim_api, second).json()["certificate"]
    (of_one,) = claim_api.get(f"/learners/{ANN}/results")
    (shown,) = of_one["awards"]
    assert (shown["certificate"], shown["printed_at"]) == (third, None)
    before = [each["certificate"] for each in shown["earlier_certificates"]]
    assert before == [first, second]
    (listed,) = claim_api.get("/results")["items"]
    assert listed["certificate"] == third


def revoke(claim_api: ClaimApi, number: str, **asked: str) -> Response:
    path = f"/certificates/{number}/revoke"
    body = {"reason": asked.pop("reason", "Graded by mistake")}
    return claim_api.post(path, body, **{"by": "specialist", **asked})


def test_a_revoked_certificate_is_in_force_nowhere_and_it_is_told_by_whom_and_why(
    claim_api: ClaimApi,
) -> None:
    """M18, H1, R2."""
    number = certificate_of(claim_api)
    answers = [revoke(claim_api, number) for _ in range(2)]
    assert {answer.status_code for answer in answers} == {HTTPStatus.OK}
    shown = answers[0].json()
    assert (shown["in_force"], shown["superseded_by"]) == (False, None)
    assert shown["revoked_at"] is not None
    refused = revoke(claim_api, number, key="2")
    assert (refused.status_code, "was revoked" in refused.text) == (409, True)
    refused = reissue(claim_api, number)
    assert (refused.status_code, "was revoked" in refused.text) == (409, True)
    (of_one,) = claim_api.get(f"/learners/{ANN}/results")
    (award_shown,) = of_one["awards"]
    assert (award_shown["certificate"], award_shown["in_force"]) == (number, False)
    (listed,) = claim_api.get("/results")["items"]
    assert (listed["certificate"], listed["in_force"]) == (number, False)
    told = [
        each
        for each in claim_api.get(f"/certificates/{number}/events")["items"]
        if each["event"] == "certificate.revoked"
    ]
    assert [(each["reason"], each["user"]) for each in told] == [
        ("Graded by mistake", "specialist")
    ]


def test_only_a_specialist_revokes_and_says_why(claim_api: ClaimApi) -> None:
    """M18, H4."""
    number = certificate_of(claim_api)
    for who in ("admin", "assessor", "auditor"):
        refused = revoke(claim_api, number, by=who)
        assert refused.status_code == HTTPStatus.FORBIDDEN
        assert "Ask an Account Specialist" in refused.json()["detail"]
    assert revoke(claim_api, number, reason=" ").status_code == 422
    assert revoke(claim_api, "C-0000000000A").status_code == 404
    tried = claim_api.get(f"/certificates/{number}/events")["items"][-4:]
    assert {each["event"] for each in tried} == {"command.refused"}
    assert claim_api.get(f"/certificates/{number}")["in_force"]


def test_a_claim_again_after_reopening_leaves_one_certificate_in_force(
    claim_api: ClaimApi,
) -> None:
    """M14, M17, M18: the first is not reissued any more."""
    first = certificate_of(claim_api)
    path = f"/registrations/{ANNS}/reopen"
    assert claim_api.post(path, {"reason": "A grade was wrong"}, by="specialist")
    again = claim_api.begin(award())
    answer = claim_api.post(f"/claims/{again}/submit").json()
    (reason,) = answer["learners"][0]["eligibility"]["reasons"]
    assert (reason["code"], answer["status"]) == ("nothing-new", "Unsubmitted")
    (waiting,) = claim_api.get("/ineligible-learners")["items"]
    assert waiting["cause"] == "nothing-new"
    claim_api.put(
        f"/claims/{again}/grades", {"awards": [award(grades={**ENOUGH, B2: "P"})]}
    )
    claim_api.post(f"/claims/{again}/submit", key="2")
    claim_api.process()
    refused = reissue(claim_api, first)
    assert (refused.status_code, "was reopened" in refused.text) == (409, True)
    (of_one,) = claim_api.get(f"/learners/{ANN}/results")
    in_force = {each["certificate"]: each["in_force"] for each in of_one["awards"]}
    assert sorted(in_force.values()) == [False, True]
    assert in_force[first] is False


# As issued


def rename(claim_api: ClaimApi, family_name: str) -> None:
    claim_api.service.send(
        AmendLearner(
            by=SPECIALIST,
            at=claim_api.clock(),
            learner=ANN,
            cells={"family_name": family_name},
            alike=lambda *_: {},
            reason="Married",
        )
    )


def test_a_certificate_keeps_the_name_that_it_was_issued_in(
    claim_api: ClaimApi,
) -> None:
    """M13, R2: a reissue has the name of its day."""
    first = certificate_of(claim_api)
    rename(claim_api, "Byrne")
    shown = claim_api.get(f"/certificates/{first}")
    assert shown["holder"] == "Ann-Marie Ní Bhriain"
    assert shown["date_of_birth"] == "2008-02-29"
    assert shown["unit_titles"] == {A1: "Lead", A2: "Plan", B1: "Train"}
    (listed,) = claim_api.get("/results")["items"]
    assert (listed["family_name"], listed["issued_to"]) == (
        "Byrne",
        "Ann-Marie Ní Bhriain",
    )
    second = reissue(claim_api, first).json()
    assert second["holder"] == "Ann-Marie Byrne"
    assert claim_api.get(f"/certificates/{first}")["family_name"] == "Ní Bhriain"
    (of_one,) = claim_api.get(f"/learners/{ANN}/results")
    assert of_one["awards"][0]["issued_to"] == "Ann-Marie Byrne"


def issued_before_names_were_kept(claim_api: ClaimApi) -> str:
    """Have a certificate issued as it was when it named neither holder nor titles."""
    claim = claim_api.submitted(award())
    issued = certificate_issued(claim=claim)
    claim_api.service.store.append(
        claim_api.service.store.open(stream_of(claim)).change(
            [ClaimProcessed(certificates={ANN: issued.certificate})]
        ),
        Stream(id=stream_of(issued.certificate)).change([issued], owner=CENTRE),
        by=SERVICE,
    )
    return issued.certificate


def test_the_names_of_earlier_certificates_are_those_of_the_day(
    claim_api: ClaimApi,
) -> None:
    """M13: from the learner's history, and the rules of the award; reissued with titles."""
    number = issued_before_names_were_kept(claim_api)
    rename(claim_api, "Byrne")
    shown = claim_api.get(f"/certificates/{number}")
    assert shown["holder"] == "Ann-Marie Ní Bhriain"
    assert shown["qualification"]["title"] == "Level 2 Diploma in Team Leading"
    assert shown["unit_titles"] == {A1: "Lead", A2: "Plan", B1: "Train"}
    (listed,) = claim_api.get("/results")["items"]
    assert listed["issued_to"] == "Ann-Marie Ní Bhriain"
    (of_one,) = claim_api.get(f"/learners/{ANN}/results")
    assert of_one["awards"][0]["title"] == "Level 2 Diploma in Team Leading"
    again = reissue(claim_api, number).json()
    same = ("qualification", "unit_titles", "units", "overall_grade")
    assert {each: again[each] for each in same} == {each: shown[each] for each in same}
    assert again["holder"] == "Ann-Marie Byrne"


@pytest.mark.parametrize("issue", [certificate_of, issued_before_names_were_kept])
def test_after_an_erasure_number_title_and_date_remain(
    claim_api: ClaimApi, issue: Callable[[ClaimApi], str]
) -> None:
    """M13, H6: and it can still be revoked."""
    number = issue(claim_api)
    erase(claim_api)
    shown = claim_api.get(f"/certificates/{number}")
    assert shown["holder"] == "holder erased"
    names = ("given_name", "family_name", "date_of_birth")
    assert [shown[each] for each in names] == [None] * 3
    assert (shown["certificate"], shown["award_date"]) != (None, None)
    assert shown["qualification"]["title"] == "Level 2 Diploma in Team Leading"
    (listed,) = claim_api.get("/results")["items"]
    assert (listed["certificate"], listed["issued_to"]) == (number, "holder erased")
    assert "Bhriain" not in str(claim_api.get(f"/certificates/{number}/events"))
    assert revoke(claim_api, number).status_code == HTTPStatus.OK


def test_only_a_specialist_reissues_and_says_why(claim_api: ClaimApi) -> None:
    """M13, H4: who tried is in the history."""
    number = certificate_of(claim_api)
    for who in ("admin", "assessor", "auditor"):
        refused = reissue(claim_api, number, by=who)
        assert refused.status_code == HTTPStatus.FORBIDDEN
        assert "Ask an Account Specialist" in refused.json()["detail"]
    assert reissue(claim_api, number, reason=" ").status_code == 422
    tried = claim_api.get(f"/certificates/{number}/events")["items"][-4:]
    assert {each["event"] for each in tried} == {"command.refused"}
    assert claim_api.get(f"/certificates/{number}")["superseded_by"] is None


def test_nothing_is_reissued_to_one_whose_data_were_erased(claim_api: ClaimApi) -> None:
    """M13, H6: there is no name to print."""
    number = certificate_of(claim_api)
    erase(claim_api)
    refused = reissue(claim_api, number)
    assert refused.status_code == HTTPStatus.CONFLICT
    assert "erased" in refused.json()["detail"]


def test_a_reissue_needs_a_key(claim_api: ClaimApi) -> None:
    """M13."""
    number = certificate_of(claim_api)
    answer = claim_api.client("specialist").post(
        f"{API}/certificates/{number}/reissue", json={"reason": "Lost"}
    )
    assert answer.status_code == HTTPStatus.BAD_REQUEST
