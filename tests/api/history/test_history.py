"""What was, and who did it: histories and refusals (H1-H4)."""

from typing import Any

import pytest
from fastapi.testclient import TestClient

from service import Service
from tests.api.running import ClientAs, settle
from tests.clock import Clock

API = "/api/v1"


class HistoryCentre:
    """A centre administrator at work, one thing a minute, and an auditor beside."""

    def __init__(self, service: Service, client_as: ClientAs, clock: Clock) -> None:
        self.service, self.clock = service, clock
        self.admin = client_as("admin.riverside")
        self.auditor = client_as("auditor")
        self.keys = 0

    def settle(self) -> None:
        """Wait until policies have done all that follows, and all of it is shown."""
        settle(self.service)

    def do(self, method: str, path: str, body: Any = None, **more: Any) -> Any:
        self.keys += 1
        headers = {"Idempotency-Key": f"key-{self.keys}", "If-Match": "*"}
        answer = self.admin.request(
            method, f"{API}{path}", json=body, headers=headers, **more
        )
        assert answer.is_success, answer.text
        self.settle()
        return answer.json()

    def refused(self, client: TestClient, path: str, body: Any = None) -> None:
        self.keys += 1
        headers = {"Idempotency-Key": f"key-{self.keys}"}
        answer = client.post(f"{API}{path}", json=body, headers=headers)
        assert answer.is_client_error, answer.text

    def see(self, path: str, **params: str) -> Any:
        answer = self.auditor.get(f"{API}{path}", params=params)
        assert answer.is_success, answer.text
        return answer.json()


@pytest.fixture
def history_centre(
    service: Service, client_as: ClientAs, clock: Clock
) -> HistoryCentre:
    return HistoryCentre(service, client_as, clock)


def test_what_was_not_there_yet_is_not_found_and_what_is_to_come_is_refused(
    history_centre: HistoryCentre,
) -> None:
    """H3."""
    early = history_centre.clock.now
    history_centre.clock.advance(minutes=1)
    order = history_centre.do("POST", "/orders", {})["order"]
    as_at = {"as_at": early.isoformat()}
    assert (
        history_centre.admin.get(f"{API}/orders/{order}", params=as_at).status_code
        == 404
    )
    future = history_centre.admin.get(
        f"{API}/orders/{order}", params={"as_at": "2031-01-01T00:00Z"}
    )
    assert (future.status_code, "is in the future" in future.text) == (422, True)
    change = history_centre.admin.post(f"{API}/orders", json={}, params=as_at)
    assert (change.status_code, "read-only: remove as_at" in change.text) == (422, True)


def test_a_day_alone_is_the_end_of_that_day_in_london(
    service: Service, client_as: ClientAs, clock: Clock
) -> None:
    """H3: today is now, and tomorrow is in the future."""
    clock.advance(hours=14)
    history_centre = HistoryCentre(service, client_as, clock)
    client = history_centre.admin
    early = history_centre.do("POST", "/orders", {})["order"]
    clock.advance(minutes=31)
    late = history_centre.do("POST", "/orders", {})["order"]

    def status(order: str, day: str) -> int:
        return client.get(f"{API}/orders/{order}", params={"as_at": day}).status_code

    assert (status(early, "2026-11-23"), status(early, "2026-11-24")) == (404, 200)
    assert (status(late, "2026-11-24"), status(late, "2026-11-25")) == (404, 200)
    refused = client.get(f"{API}/orders/{late}", params={"as_at": "2026-11-26"})
    assert refused.status_code == 422
    assert refused.json()["detail"] == (
        "26 November 2026 at 23:59 is in the future. Give a moment in the past, or remove"
        " as_at."
    )


def test_a_history_says_who_did_what_with_before_and_after(
    history_centre: HistoryCentre,
) -> None:
    """H1, H2."""
    created = {"given_name": "Ben", "family_name": "M", "date_of_birth": "2006-03-27"}
    ben = history_centre.do("POST", "/learners", created)["learner"]
    history_centre.do("PATCH", f"/learners/{ben}", {"family_name": "Muller"})
    first, second = history_centre.see(f"/learners/{ben}/events")["items"]
    assert "Ben M, was created" in first["sentence"]
    assert (second["user"], second["role"], second["centre"], second["channel"]) == (
        "admin.riverside",
        "Centre Administrator",
        "48213",
        "api",
    )
    assert {"field": "details.family_name", "before": "M", "after": "Muller"} in second[
        "changes"
    ]
    part = history_centre.see(f"/learners/{ben}/events", limit="1")
    assert part["items"] == [first]
    rest = history_centre.see(f"/learners/{ben}/events", cursor=part["next"])
    assert (rest["items"], rest["next"]) == ([second], None)


def test_a_refused_claim_or_confirmation_is_in_the_history_with_who_tried_and_why_not(
    history_centre: HistoryCentre, client_as: ClientAs
) -> None:
    """H4."""
    order = history_centre.do("POST", "/orders", {})["order"]
    claim = history_centre.do("POST", "/claims", {})["claim"]
    history_centre.refused(
        history_centre.admin, f"/orders/{order}/confirm", {"total": "1.00"}
    )
    history_centre.refused(client_as("assessor.riverside"), f"/claims/{claim}/submit")
    history_centre.refused(client_as("admin.hillside"), f"/claims/{claim}/submit")
    _, tried = history_centre.see(f"/orders/{order}/events")["items"]
    assert (tried["event"], tried["version"]) == ("command.refused", None)
    assert tried["sentence"].startswith("Refused to confirm an order: ")
    _, tried = history_centre.see(f"/claims/{claim}/events")["items"]
    assert tried["user"] == "assessor.riverside"
    assert "Ask a Centre Administrator" in tried["sentence"]


def test_an_auditor_searches_the_log_and_nobody_else_does(
    history_centre: HistoryCentre, client_as: ClientAs
) -> None:
    """H1."""
    history_centre.do("POST", "/orders", {})
    history_centre.clock.advance(minutes=1)
    since = history_centre.clock.now.isoformat()
    order = history_centre.do("POST", "/orders", {})["order"]
    found = history_centre.see(
        "/events", event="order.", since=since, user="admin.riverside"
    )
    assert [e["data"]["order"] for e in found["items"]] == [order]
    assert (
        history_centre.see("/events", event="order.", until=since)["items"][1:]
        == found["items"]
    )
    assert history_centre.see("/events", event="order.", centre="50107")["items"] == []
    part = history_centre.see("/events", limit="3")
    rest = history_centre.see("/events", cursor=part["next"])["items"]
    assert part["items"] + rest == history_centre.see("/events")["items"]
    for name in ("admin.riverside", "specialist", "invoicing"):
        assert client_as(name).get(f"{API}/events").status_code == 403


@pytest.mark.parametrize("cursor", ["x", "-1", "٣", "3", "0123456789abcdef.3"])
def test_a_cursor_that_was_not_given_is_refused(
    client_as: ClientAs, cursor: str
) -> None:
    answer = client_as("auditor").get(f"{API}/events", params={"cursor": cursor})
    assert answer.status_code == 422


def test_no_secret_is_in_a_history(history_centre: HistoryCentre) -> None:
    found = history_centre.see("/events", event="user.")["items"]
    found += history_centre.see("/events", event="token.")["items"]
    assert found
    assert not any(
        hidden in event["data"]
        for event in found
        for hidden in ("password_hash", "digest")
    )


@pytest.mark.parametrize(
    ("asked", "pointer", "near"),
    [
        ({"user": "admin.riversid"}, "?user", "Did you mean admin.riverside?"),
        ({"user": "nobodyatall"}, "?user", "There is no user nobodyatall."),
        ({"event": "learner.creatd"}, "?event", "Did you mean learner.created?"),
        ({"event": "qqq"}, "?event", "No event is called qqq, nor begins so."),
    ],
)
def test_who_or_what_never_was_is_refused_with_the_nearest_name(
    client_as: ClientAs, asked: dict[str, str], pointer: str, near: str
) -> None:
    """H1: else an empty answer said that nothing happened."""
    refused = client_as("auditor").get(f"{API}/events", params=asked)
    assert refused.status_code == 422
    (error,) = refused.json()["errors"]
    assert error["pointer"] == pointer
    assert near in error["message"]


@pytest.mark.parametrize("user", ["service", "policy:check-uploads", "test player"])
def test_machines_are_asked_for_as_users_are(client_as: ClientAs, user: str) -> None:
    """H1."""
    found = client_as("auditor").get(f"{API}/events", params={"user": user})
    assert found.status_code == 200
    assert {each["user"] for each in found.json()["items"]} <= {user}
