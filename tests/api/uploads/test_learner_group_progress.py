"""How far a group of learners is, over HTTP, in one answer or as it goes on."""

import json
from typing import Any

from fastapi.testclient import TestClient

from tests.api.running import ClientAs
from tests.api.uploads.test_learner_groups import checked, until
from tests.learner_examples import cells

STREAM = {"Accept": "text/event-stream"}


def events(answer: Any) -> list[dict[str, Any]]:
    """Read the events of a stream that has ended."""
    assert answer.headers["content-type"] == "text/event-stream; charset=utf-8"
    found = []
    for block in answer.text.strip().split("\n\n"):
        lines = dict(line.split(": ", 1) for line in block.splitlines())
        if "id" in lines:
            assert lines["event"] == "progress"
            found.append({"id": int(lines["id"]), **json.loads(lines["data"])})
    return found


def done(client: TestClient) -> str:
    """Upload two rows, one of them right, and wait until the learner is there."""
    at = checked(client, cells(), cells(family_name="", uln=""))
    client.post(f"{at}/submit")
    until(client, at, "done")
    return at


def test_a_group_that_is_done_is_told_once(client_as: ClientAs) -> None:
    """U5: and never to who has seen it, who is told not to come again."""
    client = client_as("admin.riverside")
    at = f"{done(client)}/progress"
    (event,) = events(client.get(at, headers=STREAM))
    position = event.pop("id")
    assert event == {
        "status": "done",
        "progress": 100,
        "counts": {"records": 2, "valid": 1, "invalid": 1, "learners": 1},
    }
    seen = {"Last-Event-ID": str(position - 1), **STREAM}
    assert [e["id"] for e in events(client.get(at, headers=seen))] == [position]
    seen = {"Last-Event-ID": str(position), **STREAM}
    over = client.get(at, headers=seen)
    assert (over.status_code, over.content) == (204, b"")
    elsewhere = {"Last-Event-ID": str(position + 1000), **STREAM}
    assert len(events(client.get(at, headers=elsewhere))) == 1


def test_progress_is_one_answer_unless_a_stream_is_asked_for(
    client_as: ClientAs,
) -> None:
    """U5, H3: what was is no stream."""
    client = client_as("admin.riverside")
    at = f"{done(client)}/progress"
    for headers in ({}, {"Accept": "*/*"}, {"Accept": "application/json"}):
        answer = client.get(at, headers=headers)
        assert answer.json() == {"status": "done", "progress": 100}
    group = client.get(at.removesuffix("/progress")).json()
    past = client.get(at, params={"as_at": group["received_at"]}, headers=STREAM)
    assert past.headers["content-type"] == "application/json"


def test_who_may_not_see_a_group_hears_nothing_of_it(
    client_as: ClientAs, stranger: TestClient
) -> None:
    """U5, domain 1."""
    at = f"{checked(client_as('admin.riverside'), cells())}/progress"
    assert client_as("admin.hillside").get(at, headers=STREAM).status_code == 404
    assert stranger.get(at, headers=STREAM).status_code == 401
    wrong = {"Last-Event-ID": "-1", **STREAM}
    assert client_as("admin.riverside").get(at, headers=wrong).status_code == 422
