"""A database that does not answer: said, and nothing lost, until it does again."""

from collections.abc import Generator, Mapping
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from http import HTTPStatus
from pathlib import Path
from typing import Any

import psycopg
import pytest
from fastapi.testclient import TestClient
from psycopg.sql import SQL, Identifier
from sqlalchemy import make_url

from service import Service
from tests.api.running import clients, running
from tests.clock import PATIENCE, Clock, until
from tests.image_examples import PHOTOGRAPH
from tests.learner_examples import cells, csv_file

API = "/api/v1"
UMA = {"given_name": "Uma", "family_name": "Bell", "date_of_birth": "2006-03-27"}
FILE = {"file": ("learners.csv", csv_file(cells()), "text/csv")}


@contextmanager
def outage(server: str, address: str) -> Generator[None]:
    """Let nobody into the database, and throw out who is in it."""
    name = make_url(address).database or ""
    allow = SQL("ALTER DATABASE {} ALLOW_CONNECTIONS {}")
    with psycopg.connect(server, autocommit=True) as admin:
        admin.execute(allow.format(Identifier(name), SQL("false")))
        admin.execute(
            "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = %s",
            [name],
        )
        try:
            yield
        finally:
            admin.execute(allow.format(Identifier(name), SQL("true")))


def every_kind(learner: str) -> Mapping[tuple[str, str], dict[str, Any]]:
    """Ask for what is read and written in each of the ways there are."""
    return {
        ("GET", "/learners"): {},
        ("GET", f"/learners/{learner}"): {},
        ("GET", "/audit/head"): {},
        ("POST", "/learners"): {"json": UMA},
        ("POST", "/learner-groups"): {"files": FILE},
        ("PUT", f"/learners/{learner}/photograph"): {
            "files": {"file": ("uma.png", PHOTOGRAPH, "image/png")},
            "headers": {"If-Match": "*"},
        },
        ("GET", "/me"): {},
    }


def ready(client: TestClient) -> bool:
    return client.get("/readyz").status_code == HTTPStatus.OK


@pytest.mark.postgres
def test_a_database_that_does_not_answer_is_said_to_and_nothing_is_lost(
    postgres_server: str,
    postgres_url: str,
    keys: Path,
    clock: Clock,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr("store.postgres.recorder.WAIT_SECONDS", 0.2)
    long = 2 * PATIENCE  # as it would be after an outage of minutes
    monkeypatch.setattr("psycopg_pool.base.AttemptWithBackoff.INITIAL_DELAY", long)
    with running(postgres_url, keys, clock) as service, clients(service) as client_as:
        client = client_as("admin.riverside")
        made = client.post(f"{API}/learners", json=UMA)
        asked = every_kind(made.json()["learner"])
        with outage(postgres_server, postgres_url), ThreadPoolExecutor(4) as threads:
            answers = list(
                threads.map(
                    lambda each: client.request(
                        each[0][0], API + each[0][1], **each[1]
                    ),
                    asked.items(),
                )
            )
            said = {answer.status_code for answer in answers}
            assert said == {HTTPStatus.SERVICE_UNAVAILABLE}
            assert {a.headers["Retry-After"] for a in answers} == {"5"}
            assert {a.json()["type"] for a in answers} == {
                "urn:learner-management:unavailable"
            }
            assert client.get("/healthz").is_success
            assert client.get("/metrics").is_success
            unready = client.get("/readyz")
            assert unready.status_code == HTTPStatus.SERVICE_UNAVAILABLE
            assert "database" in unready.json()["errors"]
        assert_all_is_well_again(service, client, made.json()["learner"])


def assert_all_is_well_again(
    service: Service, client: TestClient, learner: str
) -> None:
    until(lambda: ready(client))
    other = client.post(
        f"{API}/learners",
        json={**UMA, "given_name": "Una"},
    )
    assert other.status_code == HTTPStatus.CREATED
    listed = client.get(
        f"{API}/learners",
        headers={"Min-Position": str(service.store.head()), "Prefer": "wait=60"},
    )
    assert {row["learner"] for row in listed.json()["items"]} == {
        learner,
        other.json()["learner"],
    }
