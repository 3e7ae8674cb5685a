"""An upload undone over HTTP: its learners are in no list any more (U11)."""

from typing import Any

from fastapi.testclient import TestClient

from service import Service
from tests.api.running import clients
from tests.api.uploads.test_learner_groups import GROUPS, LEARNERS, checked, until
from tests.clock import PATIENCE
from tests.learner_examples import ULN, cells

KEY = {"Idempotency-Key": "undo-1"}


def found(client: TestClient, service: Service, **query: str) -> list[Any]:
    assert service.read_models.wait_for(service.store.head(), PATIENCE)
    items: list[Any] = client.get(LEARNERS, params=query).json()["items"]
    return items


def test_an_upload_is_undone_and_its_learners_are_in_no_list(
    any_service: Service,
) -> None:
    """U11: on both databases; the history keeps what happened."""
    with clients(any_service) as client_as:
        client = client_as("admin.riverside")
        at = checked(client, cells(), cells(given_name="Ben", uln=""))
        client.post(f"{at}/submit")
        until(client, at, "done")
        (chloe,) = found(client, any_service, given_name="chloe")
        assert client.post(f"{at}/undo").status_code == 400
        assert (
            client_as("admin.hillside").post(f"{at}/undo", headers=KEY).status_code
            == 404
        )
        assert client_as("auditor").post(f"{at}/undo", headers=KEY).status_code == 403
        undone = client.post(f"{at}/undo", headers=KEY)
        assert undone.status_code == 202
        assert until(client, at, "undone")["learners"] == 0
        (row,) = (
            row
            for row in client.get("/api/v1/learner-groups").json()["items"]
            if at.endswith(row["group"])
        )
        assert (row["status"], row["learners"]) == ("undone", 0)
        assert client.post(f"{at}/undo", headers=KEY).status_code == 202
        assert found(client, any_service) == []
        assert found(client, any_service, given_name="chloe") == []
        assert found(client, any_service, group="autumn") == []
        (row,) = client.get(GROUPS).json()["items"]
        assert (row["status"], row["progress"]) == ("undone", 100)
        one = client.get(f"{LEARNERS}/{chloe['learner']}").json()
        assert (one["withdrawn"], one["uln"]) == (True, ULN)
        again = checked(client, cells())
        assert client.get(f"{again}/records/2").json()["state"] == "valid"


def test_an_undone_group_finds_no_learners_who_joined_it(
    any_service: Service,
) -> None:
    """U6, U11: who was linked to it is still known, and in it no more."""
    with clients(any_service) as client_as:
        client = client_as("admin.riverside")
        known = client.post(LEARNERS, json=cells()).json()["learner"]
        assert found(client, any_service) != []
        at = checked(client, cells(uln=""), name="Autumn")
        any_version = {"If-Match": "*"}
        record = client.patch(
            f"{at}/records/2", json={"link_to": known}, headers=any_version
        )
        assert record.status_code == 200, record.json()
        client.post(f"{at}/submit")
        group = until(client, at, "done")["group"]
        for named in ("autumn", group, group.removeprefix("G-")):
            (row,) = found(client, any_service, group=named)
            assert row["learner"] == known
        refused = client.post(f"{at}/undo", headers=KEY)
        assert refused.status_code == 409
        assert f"the link of row 2 to {known}" in refused.json()["detail"]
        lost = {"confirm_loss": True}
        assert client.post(f"{at}/undo", json=lost, headers=KEY).status_code == 202
        until(client, at, "undone")
        for named in ("autumn", group, group.removeprefix("G-")):
            assert found(client, any_service, group=named) == []
        (row,) = found(client, any_service)
        assert row["learner"] == known


def test_an_upload_whose_learners_are_ordered_is_not_undone(
    any_service: Service,
) -> None:
    """U11: the refusal names the order."""
    with clients(any_service) as client_as:
        client = client_as("admin.riverside")
        at = checked(client, cells())
        client.post(f"{at}/submit")
        group = until(client, at, "done")["group"]
        ordered = client.post(
            "/api/v1/orders",
            json={"learners": [{"groups": [group]}]},
            headers={"Idempotency-Key": "order-1"},
        )
        assert ordered.status_code == 201, ordered.json()
        refused = client.post(f"{at}/undo", headers=KEY)
        assert refused.status_code == 409
        assert ordered.json()["order"] in refused.json()["detail"]
