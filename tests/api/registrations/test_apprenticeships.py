"""Apprenticeships over HTTP: ordered as one product, registered on by qualification."""

from typing import Any

import pytest
from fastapi.testclient import TestClient

from aggregates.registrations.registration_refusals import IsOnApprenticeship
from catalogue import AwardType
from cli.eligibility.answers import answer_for
from service import Service
from tests.api.orders.test_orders import (
    ANY,
    TEAM_LEADING,
    begin,
    confirm,
    learner,
    path,
)
from tests.api.running import ClientAs

APPRENTICESHIP, ADMINISTRATION = "Q-0009000001", "Q-0005001300"
CUSTOMER_SERVICE = "Q-0005001415"


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
    assert "Name one for each" in refused.json()["detail"]


def test_the_learner_page_shows_apprenticeships_with_their_qualifications(
    admin: TestClient, service: Service
) -> None:
    """L4, O7: those alone apart, and all the way to the results."""
    ann = learner(admin)
    number = {"purchase_order_number": "PO-9"}
    order = begin(admin, ann, products=[APPRENTICESHIP], **number)
    confirm(admin, order, "140.00")
    alone = begin(admin, ann, products=[CUSTOMER_SERVICE])
    done = confirm(admin, alone, alone["total"], key="second")
    seen = {"Min-Position": done.headers["Event-Position"]}
    page = admin.get(f"/api/v1/learners/{ann}/registrations", headers=seen).json()
    assert [r["product"] for r in page["qualifications"]] == [CUSTOMER_SERVICE]
    (parent,) = page["apprenticeships"]
    assert (parent["product"], parent["number"]) == (APPRENTICESHIP, None)
    assert "Apprenticeship" in parent["title"]
    assert [
        (part["product"], part["number"], part["status"], part["purchase_order_number"])
        for part in parent["qualifications"]
    ] == [
        (TEAM_LEADING, "601/3450/1", "Active", "PO-9"),
        (ADMINISTRATION, parent["qualifications"][1]["number"], "Active", "PO-9"),
    ]
    assert parent["invoice_status"] == "Not invoiced"
    assert {part["invoice_status"] for part in parent["qualifications"]} == {None}
    claimable = admin.get(
        f"/api/v1/claimable-qualifications?why={TEAM_LEADING}", headers=seen
    ).json()["items"]
    assert claimable[0]["learners_to_claim"] == 1
    units = ["L/506/1788"]
    claim = admin.post(
        "/api/v1/claims",
        json={
            "qualification": TEAM_LEADING,
            "units": units,
            "learners": [ann],
            "awards": [
                {
                    "learner": ann,
                    "award_type": "Fallback",
                    "award_date": service.clock().date().isoformat(),
                    "grades": {"L/506/1788": "P"},
                }
            ],
        },
    ).json()["claim"]
    submitted = admin.post(
        f"/api/v1/claims/{claim}/submit", headers={"Idempotency-Key": "third"}
    )
    assert submitted.status_code == 200, submitted.text
    seen = {"Min-Position": submitted.headers["Event-Position"]}
    page = admin.get(f"/api/v1/learners/{ann}/registrations", headers=seen).json()
    (parent,) = page["apprenticeships"]
    assert parent["status"] == "Active"
    assert [p["status"] for p in parent["qualifications"]] == ["Completed", "Active"]
    results = "/api/v1/results?product_title=intermediate+apprenticeship"
    (row,) = admin.get(results, headers=seen).json()["items"]
    assert row["qualification"]["reference"] == TEAM_LEADING
    assert row["apprenticeship"]["reference"] == APPRENTICESHIP
    (whole,) = admin.get(f"/api/v1/learners/{ann}/results", headers=seen).json()
    assert whole["awards"][0]["apprenticeship"] == row["apprenticeship"]


def test_an_apprenticeship_has_no_pathway_of_its_own_to_change(
    admin: TestClient, client_as: ClientAs
) -> None:
    """M11, O7: whoever asks is told where to look."""
    order = ordered(admin, learner(admin))
    done = confirm(admin, order, "140.00").json()
    (row,) = done["products"][0]["learners"]
    at = f"/api/v1/registrations/{row['registration']}"
    part = row["qualifications"][0]["registration"]
    specialist = client_as("specialist")
    body = {"pathway": "MAIN", "reason": "Asked for"}
    for answer in (
        admin.get(f"{at}/pathway?pathway=MAIN"),
        specialist.post(f"{at}/pathway", json=body),
    ):
        assert answer.status_code == 409
        assert part in answer.json()["detail"]
    shown = admin.get(f"{at}/cancellation").json()
    assert shown["can_be_cancelled"]
    of_part = admin.get(f"/api/v1/registrations/{part}/cancellation").json()
    assert not of_part["can_be_cancelled"]
    assert of_part["conditions"][0]["in_the_way"] == [row["registration"]]


def test_eligibility_is_asked_for_a_qualification_of_the_apprenticeship(
    admin: TestClient, service: Service
) -> None:
    """M10, O7: from the command line too."""
    ann = learner(admin)
    confirm(admin, ordered(admin, ann), "140.00")
    with pytest.raises(IsOnApprenticeship, match="cannot be assessed"):
        answer_for(service, ann, APPRENTICESHIP, AwardType.FULL)
    assert not answer_for(service, ann, TEAM_LEADING, AwardType.FULL)["eligible"]
