"""Pages of other origins, compression, and tickets for what browsers cannot sign."""

from collections.abc import Generator
from datetime import timedelta

import pytest
from fastapi.testclient import TestClient
from httpx2 import Response

from api.app import create_app
from cli.demo.users import token_of
from service import Service
from settings import InvalidSettings, load
from tests.api.running import ClientAs
from tests.clock import Clock
from tests.learner_examples import cells, csv_file

APP, OTHER = "https://app.example.org", "https://other.example.org"
ME, PRODUCTS, TICKETS = "/api/v1/me", "/api/v1/products", "/api/v1/me/stream-tickets"
READABLE = {
    *("ETag", "Event-Position", "Link", "Location", "RateLimit", "Retry-After"),
    "X-Request-Id",
}


@pytest.fixture
def page(service: Service) -> Generator[TestClient]:
    """Give a page of an origin that may ask."""
    app = create_app(service, origins=(APP,))
    token = token_of(service, "admin.riverside")
    headers = {"Authorization": f"Bearer {token}", "Origin": APP}
    with TestClient(app, headers=headers) as client:
        yield client


def preflight(client: TestClient, origin: str, method: str, *headers: str) -> Response:
    asked = {
        "Origin": origin,
        "Access-Control-Request-Method": method,
        "Access-Control-Request-Headers": ",".join(headers),
    }
    return client.options(ME, headers=asked)


def test_a_page_of_a_set_origin_may_ask_and_read_what_it_needs(
    page: TestClient,
) -> None:
    for method in ("GET", "HEAD", "POST", "PUT", "PATCH", "DELETE"):
        asked = ("authorization", "content-type", "if-match", "idempotency-key")
        answer = preflight(page, APP, method, *asked, "if-none-match", "min-position")
        assert answer.status_code == 200
        assert answer.headers["access-control-allow-origin"] == APP
    for path in (ME, "/api/v1/orders/O-1", "/nothing"):
        answer = page.get(path)
        assert answer.headers["access-control-allow-origin"] == APP
        exposed = answer.headers["access-control-expose-headers"].split(", ")
        assert {*exposed} >= READABLE
        assert "Origin" in answer.headers["vary"]
        assert "access-control-allow-credentials" not in answer.headers


def test_a_page_may_read_that_something_went_wrong_inside(
    page: TestClient, service: Service, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(_: object) -> None:
        raise RuntimeError

    monkeypatch.setattr(service.store, "open_many", fail)
    answer = page.get(ME)
    assert answer.status_code == 500
    assert answer.headers["access-control-allow-origin"] == APP


def test_a_page_of_another_origin_may_not(page: TestClient) -> None:
    refused = preflight(page, OTHER, "GET")
    assert refused.status_code == 403
    assert refused.headers["content-type"] == "application/problem+json"
    assert "access-control-allow-origin" not in refused.headers
    answer = page.get(ME, headers={"Origin": OTHER})
    assert "access-control-allow-origin" not in answer.headers


def test_no_page_may_ask_unless_an_origin_is_set(client_as: ClientAs) -> None:
    client = client_as("auditor")
    answer = client.get(ME, headers={"Origin": APP})
    assert "access-control-allow-origin" not in answer.headers
    assert preflight(client, APP, "GET").status_code == 405


def test_origins_are_set_as_a_list(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("LEARNER_MANAGEMENT_CORS_ORIGINS", f"{APP} , {OTHER}")
    assert load().origins() == (APP, OTHER)
    monkeypatch.setenv("LEARNER_MANAGEMENT_CORS_ORIGINS", "")
    assert load().origins() == ()


@pytest.mark.parametrize("wrong", ["*", "app.example.org", f"{APP}/", f"{APP} {OTHER}"])
def test_what_is_no_origin_is_refused(
    monkeypatch: pytest.MonkeyPatch, wrong: str
) -> None:
    monkeypatch.setenv("LEARNER_MANAGEMENT_CORS_ORIGINS", wrong)
    with pytest.raises(InvalidSettings, match="CORS_ORIGINS"):
        load()


def test_what_is_looked_at_is_compressed_for_who_takes_it(client_as: ClientAs) -> None:
    client = client_as("admin.riverside")
    asked = f"{PRODUCTS}?limit=200"
    plain = client.get(asked, headers={"Accept-Encoding": "identity"})
    packed = client.get(asked, headers={"Accept-Encoding": "gzip"})
    assert packed.headers["content-encoding"] == "gzip"
    assert "Accept-Encoding" in packed.headers["vary"]
    assert packed.json() == plain.json()
    assert int(packed.headers["content-length"]) < len(plain.content) / 2
    for unwilling in ("identity", "gzip;q=0", "gzip; q=0.0, br"):
        answer = client.get(asked, headers={"Accept-Encoding": unwilling})
        assert "content-encoding" not in answer.headers
    seen = {"If-None-Match": packed.headers["etag"], "Accept-Encoding": "gzip"}
    assert client.get(asked, headers=seen).status_code == 304


def test_no_answer_that_may_hold_a_new_secret_is_compressed(
    client_as: ClientAs,
) -> None:
    """BREACH: the length of a secret beside what was sent would tell of it."""
    label = "x" * 100
    client = client_as("auditor")
    for path, body in ((TICKETS, None), ("/api/v1/me/tokens", {"label": label})):
        answer = client.post(path, json=body, headers={"Accept-Encoding": "gzip"})
        assert answer.status_code == 201
        assert "content-encoding" not in answer.headers
    question: dict[str, object] = {"qualification": "Q-0005001227", "grades": {}}
    answer = client.post("/api/v1/eligibility", json=question)
    assert len(answer.content) > 1000
    assert "content-encoding" not in answer.headers


def group(client: TestClient) -> str:
    file = ("learners.csv", csv_file(cells()), "text/csv")
    made = client.post(
        "/api/v1/learner-groups", data={"name": "Autumn"}, files={"file": file}
    )
    return str(made.headers["location"])


def test_a_ticket_opens_a_stream_for_a_minute_and_nothing_else(
    client_as: ClientAs, stranger: TestClient, clock: Clock
) -> None:
    client = client_as("admin.riverside")
    at = group(client)
    issued = client.post(TICKETS).json()
    asked = {"ticket": issued["ticket"]}
    assert issued["expires_at"] == (clock() + timedelta(minutes=1)).isoformat().replace(
        "+00:00", "Z"
    )
    assert stranger.get(f"{at}/progress", params=asked).status_code == 200
    assert stranger.get(at, params=asked).status_code == 422
    assert stranger.post(f"{at}/submit", params=asked).status_code == 422
    clock.advance(minutes=1)
    expired = stranger.get(f"{at}/progress", params=asked)
    assert expired.status_code == 401
    assert expired.json()["detail"].startswith("This ticket has expired")


@pytest.mark.parametrize("change", ["auditor", "9", "0", ""])
def test_a_ticket_that_was_changed_opens_nothing(
    client_as: ClientAs, stranger: TestClient, change: str
) -> None:
    client = client_as("admin.riverside")
    at = group(client)
    user, expires, signed = client.post(TICKETS).json()["ticket"].rsplit(".", 2)
    for ticket in (
        f"{change}.{expires}.{signed}",
        f"{user}.{expires}{change or 1}.{signed}",
        f"{user}.{expires}.{signed}{change or 1}",
        change,
    ):
        answer = stranger.get(f"{at}/progress", params={"ticket": ticket})
        assert answer.status_code == 401, ticket


def test_a_ticket_of_one_who_may_sign_in_no_more_opens_nothing(
    client_as: ClientAs, stranger: TestClient
) -> None:
    admin, assessor = client_as("admin.riverside"), client_as("assessor.riverside")
    at = group(admin)
    asked = {"ticket": assessor.post(TICKETS).json()["ticket"]}
    assert stranger.get(f"{at}/progress", params=asked).status_code == 200
    admin.patch(
        "/api/v1/users/assessor.riverside",
        json={"is_disabled": True, "reason": "Left."},
        headers={"If-Match": "*"},
    )
    assert stranger.get(f"{at}/progress", params=asked).status_code == 401
