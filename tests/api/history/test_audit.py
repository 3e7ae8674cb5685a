"""The ledger over HTTP, for an auditor alone (H5)."""

from contextlib import closing
from pathlib import Path
from sqlite3 import connect

import pytest
from fastapi.testclient import TestClient

from audit.tree import is_consistent, is_included
from service import Service
from tests.api.running import ClientAs
from tests.clock import PATIENCE

PATHS = (
    "/audit/head",
    "/audit/verification",
    "/audit/inclusion?position=1",
    "/audit/consistency?first=1&second=2",
)


@pytest.fixture
def auditor(service: Service, client_as: ClientAs) -> TestClient:
    client = client_as("auditor")
    assert service.ledger.wait_for(service.store.head(), PATIENCE)
    client.base_url = client.base_url.join("/api/v1")
    return client


def test_an_auditor_sees_that_every_event_is_whole(auditor: TestClient) -> None:
    """H5."""
    found = auditor.get("audit/verification").json()
    assert (found["whole"], found["finding"]) == (True, None)
    assert found["events"] == found["head"]["size"] + found["unsealed"]


def test_an_auditor_can_prove_that_an_event_is_in_the_tree_and_that_it_grew(
    auditor: TestClient,
) -> None:
    """H5."""
    shown = auditor.get("audit/inclusion", params={"position": 2}).json()
    head = auditor.get("audit/head").json()
    path = [bytes.fromhex(each) for each in shown["path"]]
    leaf, root = bytes.fromhex(shown["leaf"]), bytes.fromhex(shown["head"]["root"])
    assert is_included(leaf, shown["number"], shown["head"]["size"], path, root)
    sizes = {"first": shown["head"]["size"], "second": head["size"]}
    grown = auditor.get("audit/consistency", params=sizes).json()
    path = [bytes.fromhex(each) for each in grown["path"]]
    roots = (root, bytes.fromhex(head["root"]))
    assert is_consistent(sizes["first"], sizes["second"], path, roots)


def test_what_is_not_there_cannot_be_proved_and_it_is_said_why(
    auditor: TestClient,
) -> None:
    missing = auditor.get("audit/inclusion", params={"position": 10**9})
    assert (missing.status_code, "position 1000000000" in missing.text) == (404, True)
    backwards = auditor.get("audit/consistency", params={"first": 2, "second": 1})
    assert backwards.status_code == 422
    assert backwards.json()["errors"][0]["pointer"] == "?first"
    future = auditor.get("audit/consistency", params={"first": 1, "second": 10**9})
    assert (future.status_code, "no tree of size 1000000000" in future.text) == (
        422,
        True,
    )


@pytest.mark.parametrize("name", ["admin.riverside", "specialist", "invoicing"])
def test_nobody_else_reads_the_ledger_and_is_told_who_may(
    client_as: ClientAs, name: str
) -> None:
    for path in PATHS:
        answer = client_as(name).get(f"/api/v1{path}")
        assert (answer.status_code, "an Auditor" in answer.text) == (403, True)


def test_what_was_altered_is_not_proved_and_it_is_said_how_to_look(
    auditor: TestClient, tmp_path: Path
) -> None:
    """H5."""
    asked = ("audit/inclusion?position=2", "audit/consistency?first=1&second=2")
    for file, statement, paths in (
        (
            "events",
            "UPDATE stored_events SET topic = 'x' WHERE position = 2",
            asked[:1],
        ),
        ("events", "DELETE FROM stored_events WHERE position = 2", asked[:1]),
        ("audit", "DELETE FROM leaves WHERE number < 2", asked[1:]),
        ("audit", "DELETE FROM nodes", asked[1:]),
    ):
        with closing(connect(tmp_path / "data" / f"{file}.db")) as opened, opened:
            opened.execute(statement)
        for path in paths:
            answer = auditor.get(path)
            assert (answer.status_code, "audit/verification" in answer.text) == (
                409,
                True,
            )
    found = auditor.get("audit/verification").json()
    assert (found["whole"], found["finding"]["kind"]) == (False, "ledger")
