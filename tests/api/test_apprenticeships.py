"""Apprenticeships over HTTP: ordered as one product, registered on by qualification."""

from typing import Any

import pytest
from fastapi.testclient import TestClient

from tests.api.running import ClientAs
from tests.api.test_orders import ANY, TEAM_LEADING, begin, confirm, learner, path

APPRENTICESHIP, ADMINISTRATION = "Q-0009000001", "Q-0005001300"


@pytest.fixture
def admin(client_as: ClientAs) -> TestClient:
    return client_as("admin.riverside")


def ordered(client: TestClient, *learners: str) -> dict[str, Any]:
    return begin(client, *learners, products=[APPRENTICESHIP])


def test_an_apprenticeship_is_ordered_at_one_price(admin: TestClient) -> None:
    """O7."""
    ann, ben = learner(admin, "Ann"), learner(admin, "Ben")
    order = ordered(admin, ann, ben)
    (product,) = order["products"]
    assert (order["total"], product["price"]) == ("280.00", "140.00")
    assert (order["registrations"], product["registrations"]) == (6, 6)
    assert [q["qualification"] for q in product["qualifications"]] == [
        TEAM_LEADING,
        ADMINISTRATION,
    ]
    confirmed = confirm(admin, order, "280.00").json()
    for row in confirmed["products"][0]["learners"]:
        parent = admin.get(f"/api/v1/registrations/{row['registration']}").json()
        assert (parent["product"], parent["price"]) == (APPRENTICESHIP, "140.00")
        for part in row["qualifications"]:
            assert part["pathway"] == "MAIN"
            child = admin.get(f"/api/v1/registrations/{part['registration']}").json()
            assert (child["product"], child["price"]) == (part["qualification"], "0.00")
            assert (child["pathway"], child["rules_version"]) == ("MAIN", 1)


def test_what_stands_in_the_way_is_shown_by_qualification(admin: TestClient) -> None:
    """O6, O7."""
    ann = learner(admin)
    order = begin(admin, ann)
    alone = confirm(admin, order, order["total"]).json()
    (row,) = alone["products"][0]["learners"]
    again = ordered(admin, ann)
    (shown,) = again["products"][0]["learners"]
    assert shown["already_registered"] is None
    assert [p["already_registered"] for p in shown["qualifications"]] == [
        row["registration"],
        None,
    ]
    refused = confirm(admin, again, "140.00", key="second")
    assert refused.status_code == 409
    assert row["registration"] in refused.json()["detail"]


def test_pathways_are_said_by_qualification(admin: TestClient) -> None:
    """O1, O7: and one that there is not is pointed at."""
    ann = learner(admin)
    order = ordered(admin, ann)
    body: dict[str, Any] = {
        "product": APPRENTICESHIP,
        "learners": [{"learner": ann, "pathways": {TEAM_LEADING: "MAIN"}}],
    }
    linked = admin.put(path(order, "/learners"), json=body, headers=ANY)
    assert linked.status_code == 200, linked.text
    body["learners"][0]["pathways"] = {ADMINISTRATION: "NORTH"}
    refused = admin.put(path(order, "/learners"), json=body, headers=ANY)
    assert refused.status_code == 422
    assert (
        refused.json()["errors"][0]["pointer"]
        == f"/learners/0/pathways/{ADMINISTRATION}"
    )
    body = {
        "product": APPRENTICESHIP,
        "learners": [{"learner": ann}],
        "pathway": "MAIN",
    }
    refused = admin.put(path(order, "/learners"), json=body, headers=ANY)
    assert refused.status_code == 422
    assert "by qualification" in refused.json()["detail"]
