"""Duplicates over HTTP: shown side by side, decided on, and named by each other."""

from http import HTTPStatus
from typing import Any

import pytest
from fastapi.testclient import TestClient

from service import Service
from tests.api.running import ClientAs

API = "/api/v1"


@pytest.fixture
def pair(client_as: ClientAs) -> tuple[str, str]:
    """Make one person known twice at one centre."""
    admin = client_as("admin.riverside")
    return made(admin, "Ann", "Reid"), made(admin, "Reid", "Anne")


def made(client: TestClient, given_name: str, family_name: str, uln: str = "") -> str:
    body = {"given_name": given_name, "family_name": family_name, "uln": uln}
    answer = client.post(
        f"{API}/learners", json={**body, "date_of_birth": "2006-03-27"}
    )
    return str(answer.json()["learner"])


def shown(service: Service, client: TestClient, path: str = "/duplicates") -> Any:
    headers = {"Min-Position": str(service.store.head())}
    answer = client.get(f"{API}{path}", headers=headers)
    assert answer.status_code == HTTPStatus.OK, answer.text
    return answer.json()


def decide(
    client: TestClient, pair: tuple[str, str], decision: str, reason: str = "Seen"
) -> Any:
    url = f"{API}/duplicates/{pair[0]}/{pair[1]}"
    return client.post(url, json={"decision": decision, "reason": reason})


def test_a_centre_sees_its_pairs_and_decides(
    service: Service, client_as: ClientAs, pair: tuple[str, str]
) -> None:
    """L5: nothing is merged; each names the other."""
    admin = client_as("admin.riverside")
    (found,) = shown(service, admin)["items"]
    assert {found["first"]["learner"], found["second"]["learner"]} == {*pair}
    assert "swapped" in found["why"]
    assert found["differing"] == ["given_name", "family_name"]
    assert shown(service, client_as("admin.hillside"))["items"] == []
    assert decide(admin, pair, "same", reason=" ").status_code == 422
    for one, other in (pair, pair[::-1]):
        assert decide(admin, (one, other), "same").status_code == HTTPStatus.OK
        learner = shown(service, admin, f"/learners/{one}")
        assert learner["same_person_as"] == [other]
    assert shown(service, admin)["items"] == []
    decide(admin, pair, "different")
    assert shown(service, admin, f"/learners/{pair[0]}")["same_person_as"] == []
    assert shown(service, admin)["items"] == []


def test_a_specialist_links_across_centres_and_the_centres_are_not_told(
    service: Service, client_as: ClientAs
) -> None:
    """L5: neither may a centre decide on another's learner."""
    admin, other = client_as("admin.riverside"), client_as("admin.hillside")
    specialist = client_as("specialist")
    names = made(admin, "Ann", "Reid"), made(other, "ann", "REID")
    (found,) = shown(service, specialist)["items"]
    assert found["differing"] == ["given_name", "family_name", "centre"]
    assert decide(admin, names, "same").status_code == HTTPStatus.NOT_FOUND
    assert decide(specialist, names, "same").status_code == HTTPStatus.OK
    for who, name in ((admin, names[0]), (other, names[1])):
        assert shown(service, who, f"/learners/{name}")["same_person_as"] == []
    learner = shown(service, specialist, f"/learners/{names[0]}")
    assert learner["same_person_as"] == [names[1]]


def test_nobody_who_was_erased_or_named_twice_is_decided_on(
    service: Service, client_as: ClientAs, pair: tuple[str, str]
) -> None:
    """L5, H6."""
    specialist = client_as("specialist")
    twice = decide(specialist, (pair[0], pair[0]), "same")
    assert twice.status_code == HTTPStatus.UNPROCESSABLE_ENTITY
    auditor = decide(client_as("auditor"), pair, "same")
    assert auditor.status_code == HTTPStatus.FORBIDDEN
    specialist.post(f"{API}/learners/{pair[1]}/erase", json={"reason": "Asked for"})
    assert decide(specialist, pair, "same").status_code == HTTPStatus.CONFLICT
    assert shown(service, specialist)["items"] == []
