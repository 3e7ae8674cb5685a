"""Certificates reissued over HTTP: by whom, once, and what is shown of it."""

from http import HTTPStatus

from httpx2 import Response

from commands.learner_erasure import EraseLearner
from events.user import Role
from store import Actor
from tests.api.claims.counter import API, Counter, award
from tests.claim_examples import ANN


def certificate_of(counter: Counter) -> str:
    """Have a learner certificated, and the certificate printed."""
    counter.submitted(award())
    counter.process()
    (of_one,) = counter.get(f"/learners/{ANN}/results")
    number = str(of_one["awards"][0]["certificate"])
    counter.post(f"/certificates/{number}/printing", by="specialist")
    return number


def reissue(
    counter: Counter,
    number: str,
    *,
    by: str = "specialist",
    key: str = "1",
    reason: str = "Lost in the post",
) -> Response:
    path = f"/certificates/{number}/reissue"
    return counter.post(path, {"reason": reason}, by=by, key=key)


def test_a_certificate_is_reissued_once_however_often_that_is_sent(
    counter: Counter,
) -> None:
    """M13: another number, printed anew, superseding the first, which stays."""
    first = certificate_of(counter)
    answers = [reissue(counter, first) for _ in range(2)]
    made = [answer.json() for answer in answers]
    assert {answer.status_code for answer in answers} == {HTTPStatus.CREATED}
    assert made[0] == made[1]
    assert made[0]["certificate"] != first
    assert (made[0]["supersedes"], made[0]["printed_at"]) == (first, None)
    assert answers[0].headers["Location"].endswith(made[0]["certificate"])
    old = counter.get(f"/certificates/{first}")
    assert old["superseded_by"] == made[0]["certificate"]
    assert old["printed_at"] is not None
    same = ("kind", "claim", "award_date", "overall_grade", "units", "learner")
    assert {each: old[each] for each in same} == {each: made[0][each] for each in same}
    told = counter.get(f"/certificates/{first}/events")["items"][-1]
    assert (told["event"], told["reason"], told["user"]) == (
        "certificate.superseded",
        "Lost in the post",
        "specialist",
    )


def test_results_show_the_certificate_in_force_and_those_before(
    counter: Counter,
) -> None:
    """M13, R2: reissued twice, the latest alone could be."""
    first = certificate_of(counter)
    second = reissue(counter, first).json()["certificate"]
    refused = reissue(counter, first, key="2")
    assert refused.status_code == HTTPStatus.CONFLICT
    assert f"Use {second}." in refused.json()["detail"]
    third = reissue(counter, second).json()["certificate"]
    (of_one,) = counter.get(f"/learners/{ANN}/results")
    (shown,) = of_one["awards"]
    assert (shown["certificate"], shown["printed_at"]) == (third, None)
    before = [each["certificate"] for each in shown["earlier_certificates"]]
    assert before == [first, second]
    (listed,) = counter.get("/results")["items"]
    assert listed["certificate"] == third


def test_only_a_specialist_reissues_and_says_why(counter: Counter) -> None:
    """M13, H4: who tried is in the history."""
    number = certificate_of(counter)
    for who in ("admin", "assessor", "auditor"):
        refused = reissue(counter, number, by=who)
        assert refused.status_code == HTTPStatus.FORBIDDEN
        assert "Ask an Account Specialist" in refused.json()["detail"]
    assert reissue(counter, number, reason=" ").status_code == 422
    tried = counter.get(f"/certificates/{number}/events")["items"][-4:]
    assert {each["event"] for each in tried} == {"command.refused"}
    assert counter.get(f"/certificates/{number}")["superseded_by"] is None


def test_nothing_is_reissued_to_one_whose_data_were_erased(counter: Counter) -> None:
    """M13, H6: there is no name to print."""
    number = certificate_of(counter)
    specialist = Actor(
        user="specialist", role=Role.ACCOUNT_SPECIALIST, centre=None, channel="api"
    )
    counter.service.send(
        EraseLearner(
            by=specialist,
            at=counter.clock(),
            learner=ANN,
            reason="Asked for",
            rows=lambda _: (),
            streams=lambda _: (),
        )
    )
    refused = reissue(counter, number)
    assert refused.status_code == HTTPStatus.CONFLICT
    assert "erased" in refused.json()["detail"]


def test_a_reissue_needs_a_key(counter: Counter) -> None:
    """M13."""
    number = certificate_of(counter)
    answer = counter.client("specialist").post(
        f"{API}/certificates/{number}/reissue", json={"reason": "Lost"}
    )
    assert answer.status_code == HTTPStatus.BAD_REQUEST
