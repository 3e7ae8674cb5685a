"""What holds for every request: problems, names, sizes, rates, positions, lists."""

import json

import pytest
from fastapi.testclient import TestClient

from api.app import create_app
from api.http.validation.validation_messages import SENTENCES
from cli.demo.users import token_of
from service import Service
from tests.api.running import ClientAs

PROBLEM = "application/problem+json"


@pytest.mark.parametrize(
    ("method", "path", "status"),
    [
        ("GET", "/nothing", 404),
        ("GET", "/api/v1/nothing", 404),
        ("GET", "/api/v1/users/nobody", 404),
        ("PUT", "/api/v1/users", 405),
        ("GET", "/api/v1/users?limit=0", 422),
        ("GET", "/api/v1/users?limit=201", 422),
        ("GET", "/api/v1/users?cursor=nonsense", 422),
    ],
)
def test_what_goes_wrong_is_a_problem_document(
    client_as: ClientAs, method: str, path: str, status: int
) -> None:
    answer = client_as("auditor").request(method, path)
    assert answer.status_code == status
    assert answer.headers["content-type"] == PROBLEM
    problem = answer.json()
    assert problem["status"] == status
    assert problem["instance"] == path.partition("?")[0]
    assert problem["detail"].endswith(".")


@pytest.mark.parametrize("limit", [1, 200])
def test_a_list_has_one_to_two_hundred_rows(client_as: ClientAs, limit: int) -> None:
    answer = client_as("auditor").get("/api/v1/users", params={"limit": limit})
    assert answer.status_code == 200


def test_each_value_at_fault_is_named_in_a_sentence(client_as: ClientAs) -> None:
    body = {"name": 7, "role": "King", "centre": "1" * 21}
    refused = client_as("admin.riverside").post("/api/v1/users", json=body)
    said = {e["pointer"]: e["message"] for e in refused.json()["errors"]}
    assert said["/name"] == "Must be text."
    assert said["/full_name"] == "This is missing. Add it."
    assert said["/role"].startswith("Give one of 'Centre Administrator'")
    assert said["/centre"] == "Must have at most 20 characters."


def test_a_body_that_is_not_there_is_asked_for(client_as: ClientAs) -> None:
    refused = client_as("admin.riverside").post("/api/v1/users")
    said = "The body is missing. Add it."
    assert refused.json()["errors"] == [{"pointer": "", "message": said}]


def test_a_body_that_is_not_json_is_said_to_be_none(client_as: ClientAs) -> None:
    client = client_as("admin.riverside")
    headers = {"Content-Type": "application/json"}
    refused = client.post("/api/v1/users", content=b"{nonsense", headers=headers)
    assert refused.status_code == 422
    assert refused.json()["errors"][0]["message"].startswith("The body is not JSON")


def test_where_a_body_is_no_json_is_said_as_people_count(client_as: ClientAs) -> None:
    headers = {"Content-Type": "application/json", "Idempotency-Key": "json"}
    body = b'{"products" []}'
    answer = client_as("admin.riverside").post(
        "/api/v1/orders", content=body, headers=headers
    )
    (error,) = answer.json()["errors"]
    assert error["pointer"] == ""
    assert error["message"].startswith("The body is not JSON from character 13 on.")


def test_one_value_at_fault_is_told_once(client_as: ClientAs) -> None:
    """Though it is read in more than one place."""
    params = {"as_at": "2026-11-30"}
    refused = client_as("auditor").get("/api/v1/learners", params=params)
    assert len(refused.json()["errors"]) == 1


def test_a_nul_is_refused_wherever_it_is_sent(client_as: ClientAs) -> None:
    """Kept, it would hold up what is shown: not all databases have it in a text."""
    client = client_as("auditor")
    for path, body, pointer in (
        ("/users?name=a%00", None, "?name"),
        ("/users/a%00", None, "/name"),
        ("/me/tokens", {"label": "a\0"}, "/label"),
        ("/eligibility", {"grades": {"\0": "P"}}, "/grades"),
        ("/claims", {"awards": [{"learner": "\0"}]}, "/awards/0/learner"),
    ):
        method = "GET" if body is None else "POST"
        refused = client.request(method, f"/api/v1{path}", json=body)
        assert refused.status_code == 422, path
        error = refused.json()["errors"][0]
        assert error["pointer"] == pointer
        assert error["message"].startswith("Must not contain the character NUL")


def test_what_only_looks_like_a_nul_is_text(client_as: ClientAs) -> None:
    body = {"label": r"a\u0000"}
    made = client_as("auditor").post("/api/v1/me/tokens", json=body)
    assert made.status_code == 201


@pytest.mark.parametrize("text", [r"\ud800", r"a\udfff"])
def test_half_a_character_is_said_to_be_no_text(client_as: ClientAs, text: str) -> None:
    client = client_as("admin.riverside")
    headers = {"Content-Type": "application/json"}
    content = f'{{"label": "{text}"}}'
    refused = client.post("/api/v1/me/tokens", content=content, headers=headers)
    assert refused.status_code == 422
    (error,) = refused.json()["errors"]
    assert error["message"].startswith("Contains half of a surrogate pair")


def test_a_list_is_walked_by_its_next_links(client_as: ClientAs) -> None:
    """RFC 8288."""
    client = client_as("auditor")
    names: list[str] = []
    path = "/api/v1/users?limit=3"
    while path:
        answer = client.get(path)
        names += [user["name"] for user in answer.json()["items"]]
        path = answer.links.get("next", {}).get("url", "")
    assert len(names) == 7
    assert names == sorted(names)


def test_a_request_keeps_the_name_it_came_with(client_as: ClientAs) -> None:
    client = client_as("auditor")
    named = client.get("/api/v1/me", headers={"X-Request-Id": "nightly-7"})
    assert named.headers["x-request-id"] == "nightly-7"
    for bad in ("a b", "x" * 65, "<script>"):
        answer = client.get("/api/v1/me", headers={"X-Request-Id": bad})
        assert answer.headers["x-request-id"] != bad
        assert answer.headers["x-request-id"]


def test_the_facts_that_a_request_caused_bear_its_name(
    client_as: ClientAs, service: Service
) -> None:
    """H1."""
    head = service.store.head()
    body = {"label": "nightly"}
    headers = {"X-Request-Id": "nightly-7"}
    client_as("auditor").post("/api/v1/me/tokens", json=body, headers=headers)
    recorded = service.store.log(after=head)[-1]
    assert (recorded.request, recorded.user, recorded.role, recorded.channel) == (
        "nightly-7",
        "auditor",
        "Auditor",
        "api",
    )


def test_what_goes_wrong_inside_is_not_told(
    client_as: ClientAs, service: Service, monkeypatch: pytest.MonkeyPatch
) -> None:
    client = client_as("auditor")

    def fail(_: object) -> None:
        raise RuntimeError("a secret")

    monkeypatch.setattr(service.store, "open_many", fail)
    answer = client.get("/api/v1/me", headers={"X-Request-Id": "nightly-7"})
    assert answer.status_code == 500
    assert answer.headers["content-type"] == PROBLEM
    assert "secret" not in answer.text
    assert "nightly-7" in answer.json()["detail"]


def test_a_body_as_large_as_may_be_is_read_and_no_larger_one(service: Service) -> None:
    token = token_of(service, "auditor")
    signed_in = {"Authorization": f"Bearer {token}", "Content-Type": "application/json"}
    client = TestClient(create_app(service, most_bytes=200), headers=signed_in)
    body = json.dumps({"label": "x"})
    for content, status in (
        (body.ljust(200).encode(), 201),
        (body.ljust(201).encode(), 413),
        (iter([body.encode(), b" " * 200]), 413),
    ):
        answer = client.post("/api/v1/me/tokens", content=content)
        assert answer.status_code == status
    assert answer.headers["content-type"] == PROBLEM


def test_one_who_asks_too_often_is_told_when_to_ask_again(service: Service) -> None:
    token = token_of(service, "auditor")
    app = create_app(service, rate="2/minute")
    client = TestClient(app, headers={"Authorization": f"Bearer {token}"})
    first = client.get("/api/v1/me")
    assert first.headers["ratelimit"].startswith('"user";r=1;t=')
    assert client.get("/api/v1/me").status_code == 200
    refused = client.get("/api/v1/me")
    assert refused.status_code == 429
    assert 1 <= int(refused.headers["retry-after"]) <= 60
    other = {"Authorization": f"Bearer {token_of(service, 'specialist')}"}
    assert client.get("/api/v1/me", headers=other).status_code == 200


def test_a_read_waits_for_what_was_written_or_says_that_it_did_not(
    client_as: ClientAs, service: Service
) -> None:
    client = client_as("auditor")
    head = service.store.head()
    here = {"Min-Position": str(head), "Prefer": "wait=60"}
    assert client.get("/api/v1/users", headers=here).status_code == 200
    ahead = {"Min-Position": str(head + 1), "Prefer": "wait=0"}
    refused = client.get("/api/v1/users", headers=ahead)
    assert refused.status_code == 503
    assert refused.headers["retry-after"] == "1"


def test_answers_are_kept_by_nobody_and_framed_by_nobody(client_as: ClientAs) -> None:
    headers = client_as("auditor").get("/api/v1/me").headers
    assert headers["cache-control"] == "no-store"
    assert headers["x-content-type-options"] == "nosniff"
    assert "default-src 'none'" in headers["content-security-policy"]


def test_the_documentation_needs_nothing_from_elsewhere(stranger: TestClient) -> None:
    assert stranger.get("/").headers["location"] == "/api/v1/docs"
    page = stranger.get("/api/v1/docs")
    assert "`" not in page.text
    assert "One of: <code>Draft</code>, <code>Confirmed</code>." in page.text
    assert page.status_code == 200
    assert "<script" not in page.text
    assert "src=" not in page.text
    assert "style-src 'sha256-" in page.headers["content-security-policy"]
    for path in stranger.get("/api/v1/openapi.json").json()["paths"]:
        assert path in page.text


def test_the_service_says_whether_it_lives_and_is_ready(stranger: TestClient) -> None:
    assert stranger.get("/healthz").json() == {"status": "alive"}
    ready = stranger.get("/readyz")
    assert ready.status_code == 200
    assert ready.json()["followers"]["users"]["behind"] >= 0
    counted = stranger.get("/metrics").text
    assert 'requests_total{method="GET",route="/healthz",status="200"} 1.0' in counted
    assert 'follower_lag{follower="users"}' in counted


def test_a_follower_that_fails_makes_the_service_unready(
    stranger: TestClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(Service, "errors", {"users": "a fault"})
    unready = stranger.get("/readyz")
    assert unready.status_code == 503
    assert unready.json()["errors"] == {"users": "a fault"}


def test_the_first_moment_there_is_can_be_looked_back_to(client_as: ClientAs) -> None:
    """H3: nothing was there, not even in a time zone that has no such moment."""
    auditor = client_as("auditor")
    for zone in ("Z", "+14:00", "-14:00"):
        asked = {"as_at": f"0001-01-01T00:00:00{zone}", "centre": "48213"}
        answer = auditor.get("/api/v1/claimable-qualifications", params=asked)
        assert answer.status_code == 200, answer.text


def test_learners_are_sought_by_the_first_and_the_last_day_there_is(
    client_as: ClientAs,
) -> None:
    """L3."""
    auditor = client_as("auditor")
    for asked in ("created_from", "created_to", "date_of_birth"):
        for day in ("0001-01-01", "9999-12-31"):
            answer = auditor.get("/api/v1/learners", params={asked: day})
            assert answer.status_code == 200, answer.text


def test_bookings_are_sought_by_the_first_and_the_last_moment_there_is(
    client_as: ClientAs,
) -> None:
    """B8: and of a time zone that has no such moment in UTC."""
    auditor = client_as("auditor")
    for asked in ("starts_from", "starts_before"):
        for moment in ("0001-01-01T00:00:00+14:00", "9999-12-31T23:59:59-14:00"):
            answer = auditor.get("/api/v1/bookings", params={asked: moment})
            assert answer.status_code == 200, answer.text


def test_what_is_wrong_with_a_value_says_what_it_must_be_or_what_to_do() -> None:
    """Each is a sentence that begins as an instruction, or ends in one."""
    told = ("Must ", "Give one of ", "{error}", "There is no ")
    done = (
        *("Add it.", "Give it once.", "Leave it out.", "Give a smaller one."),
        *("brackets there.", "Remove it.", "Send the whole character."),
    )
    for kind, sentence in SENTENCES.items():
        assert sentence.startswith(told) or sentence.endswith(done), kind
