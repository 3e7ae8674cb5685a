"""Signing in over HTTP, and what is one's own."""

import pytest
from fastapi.testclient import TestClient
from pyotp import TOTP

from access import accounts, throttle
from access.passwords import hash_password
from access.second_factor import make_secret
from cli.session import SERVICE
from commands.centres.second_factor import TurnOnSecondFactor
from commands.centres.user import SetPassword
from service import Service
from tests.api.running import ClientAs
from tests.clock import Clock

NAME = "admin.riverside"
GOOD, OTHER = "a long pass phrase", "another long phrase"
SIGN_IN = {"user": NAME, "password": GOOD}
WRONG = {"user": NAME, "password": "not the pass phrase"}


@pytest.fixture
def known(service: Service, stranger: TestClient) -> TestClient:
    """Give a client that is not signed in, of a service where NAME has a password."""
    kept = hash_password(GOOD, user=NAME)
    at = service.clock()
    service.send(SetPassword(by=SERVICE, at=at, name=NAME, password_hash=kept))
    return stranger


def test_a_password_gives_a_token_that_is_good_for_twelve_hours(
    known: TestClient, clock: Clock
) -> None:
    issued = known.post("/api/v1/tokens", json=SIGN_IN)
    assert issued.status_code == 201
    signed_in = {"Authorization": f"Bearer {issued.json()['token']}"}
    clock.advance(hours=12, seconds=-1)
    me = known.get("/api/v1/me", headers=signed_in)
    assert me.json() == {
        "name": NAME,
        "full_name": "Amira Haddad",
        "role": "Centre Administrator",
        "centre": "48213",
        "centre_name": "Riverside Training",
    }
    clock.advance(seconds=1)
    refused = known.get("/api/v1/me", headers=signed_in)
    assert refused.status_code == 401
    assert refused.headers["www-authenticate"].startswith("Bearer")


@pytest.mark.parametrize("body", [WRONG, {**WRONG, "user": "nobody"}])
def test_a_wrong_name_and_a_wrong_password_look_alike(
    known: TestClient, body: dict[str, str]
) -> None:
    refused = known.post("/api/v1/tokens", json=body)
    assert refused.status_code == 401
    said = "The user name or the password is wrong. Check both, then try again."
    assert refused.json()["detail"] == said


def test_the_sixth_try_of_a_quarter_is_not_looked_at(
    known: TestClient, clock: Clock
) -> None:
    statuses = [known.post("/api/v1/tokens", json=WRONG).status_code for _ in range(5)]
    assert statuses == [401] * 5
    refused = known.post("/api/v1/tokens", json=SIGN_IN)
    assert refused.status_code == 429
    assert refused.headers["retry-after"] == "900"
    clock.advance(minutes=15, seconds=-1)
    assert known.post("/api/v1/tokens", json=SIGN_IN).status_code == 429
    clock.advance(seconds=1)
    assert known.post("/api/v1/tokens", json=SIGN_IN).status_code == 201


def test_four_wrong_tries_keep_nobody_out(known: TestClient) -> None:
    for _ in range(4):
        known.post("/api/v1/tokens", json=WRONG)
    assert known.post("/api/v1/tokens", json=SIGN_IN).status_code == 201


def test_one_address_may_not_try_many_names(
    known: TestClient, service: Service
) -> None:
    for number in range(49):
        throttle.count_try(
            service.context,
            name=f"nobody{number}",
            address="testclient",
            at=service.clock(),
        )
    body = {**WRONG, "user": "nobody"}
    assert known.post("/api/v1/tokens", json=body).status_code == 401
    assert known.post("/api/v1/tokens", json=SIGN_IN).status_code == 429


@pytest.mark.parametrize(
    "token", ["", "x", "lm_0_0_0", f"lm_{'0' * 32}_{'0' * 20}_{'0' * 43}"]
)
def test_a_token_that_is_none_opens_nothing(stranger: TestClient, token: str) -> None:
    headers = {"Authorization": f"Bearer {token}"}
    assert stranger.get("/api/v1/me", headers=headers).status_code == 401


def test_a_token_with_another_secret_or_another_user_opens_nothing(
    client_as: ClientAs,
) -> None:
    client = client_as(NAME)
    _, mine, token, secret = client.headers["authorization"].split("_", 3)
    other = client_as("auditor").headers["authorization"].split("_", 3)[1]
    for text in (
        f"lm_{mine}_{token}_{secret[::-1]}",
        f"lm_{other}_{token}_{secret}",
        f"lm_{'0' * 32}_{token}_{secret}",
    ):
        headers = {"Authorization": f"Bearer {text}"}
        assert client.get("/api/v1/me", headers=headers).status_code == 401


def test_without_a_token_one_is_told_how_to_get_one(stranger: TestClient) -> None:
    refused = stranger.get("/api/v1/users")
    assert refused.status_code == 401
    assert "POST /api/v1/tokens" in refused.json()["detail"]


def test_a_token_of_ones_own_is_made_listed_and_revoked(client_as: ClientAs) -> None:
    client = client_as(NAME)
    made = client.post("/api/v1/me/tokens", json={"label": "nightly", "days": 1})
    assert made.json()["expires_at"] == "2026-11-25T09:30:00Z"
    position = {"Min-Position": made.headers["event-position"], "Prefer": "wait=60"}
    listed = client.get("/api/v1/me/tokens", headers=position).json()["items"]
    assert {each["label"] for each in listed} == {"nightly", "demo"}
    url = f"/api/v1/me/tokens/{made.json()['id']}"
    gone = client.delete(url)
    assert gone.status_code == 204
    headers = {"Authorization": f"Bearer {made.json()['token']}"}
    assert client.get("/api/v1/me", headers=headers).status_code == 401
    again = client.delete(url)
    assert again.status_code == 204
    assert "event-position" not in again.headers


def test_the_token_of_somebody_else_is_not_found(client_as: ClientAs) -> None:
    theirs = client_as(NAME).post("/api/v1/me/tokens", json={"label": "mine"})
    url = f"/api/v1/me/tokens/{theirs.json()['id']}"
    assert client_as("assessor.riverside").delete(url).status_code == 404


def test_a_password_is_changed_by_who_knows_it(
    known: TestClient, client_as: ClientAs
) -> None:
    client = client_as(NAME)
    url = "/api/v1/me/password"
    refused = client.put(url, json={"current": OTHER, "new": OTHER})
    assert refused.status_code == 422
    assert refused.json()["errors"][0]["pointer"] == "/current"
    assert client.put(url, json={"current": GOOD, "new": OTHER}).status_code == 204
    assert known.post("/api/v1/tokens", json=SIGN_IN).status_code == 401
    changed = {**SIGN_IN, "password": OTHER}
    assert known.post("/api/v1/tokens", json=changed).status_code == 201


@pytest.mark.parametrize(
    "easy", ["short", "x" * 129, "aaaaaaaaaaaa", "password1234", f"{NAME} 2026"]
)
def test_a_password_that_is_easy_to_guess_is_refused(
    known: TestClient, client_as: ClientAs, easy: str
) -> None:
    body = {"current": GOOD, "new": easy}
    refused = client_as(NAME).put("/api/v1/me/password", json=body)
    assert refused.status_code == 422
    assert refused.json()["errors"][0]["pointer"] == "/new"
    assert known.post("/api/v1/tokens", json=SIGN_IN).status_code == 201


def test_a_user_with_a_second_factor_gives_its_code_wherever_the_password_counts(
    known: TestClient, service: Service, client_as: ClientAs, clock: Clock
) -> None:
    secret, at = make_secret(), service.clock()
    app = TOTP(secret)
    user = accounts.find_user(service.context, NAME)
    assert user is not None
    by = accounts.SignedInUser.of(user).actor("web")
    service.send(
        TurnOnSecondFactor(by=by, at=at, secret=secret, recovery_hashes=(), step=0)
    )
    refused = known.post("/api/v1/tokens", json=SIGN_IN)
    assert refused.status_code == 401
    assert refused.json()["type"].endswith(":second-factor-needed")
    wrong = known.post("/api/v1/tokens", json={**SIGN_IN, "code": "000000"})
    assert wrong.json()["type"].endswith(":second-factor-wrong")
    right = {**SIGN_IN, "code": app.at(clock())}
    assert known.post("/api/v1/tokens", json=right).status_code == 201
    assert known.post("/api/v1/tokens", json=right).status_code == 401
    client = client_as(NAME)
    for url, body in (
        ("/api/v1/me/pin", {"password": GOOD, "pin": "4821"}),
        ("/api/v1/me/password", {"current": GOOD, "new": OTHER}),
    ):
        lacking = client.put(url, json=body)
        assert lacking.json()["errors"][0]["pointer"] == "/code"
        clock.advance(seconds=30)
        done = client.put(url, json={**body, "code": app.at(clock())})
        assert done.status_code < 300, done.text
