"""Orders over HTTP: steps, learners and costs, confirming, retries, refusals."""

from collections.abc import Mapping
from decimal import Decimal
from typing import Any

import pytest
from fastapi.testclient import TestClient

from service import Service
from tests.api.running import ClientAs, clients

TEAM_LEADING, HOSPITALITY, CLOSED = "Q-0005001227", "Q-0005001568", "Q-0005000733"
DATES = {"starts": "2026-09-01", "ends": "2027-07-16"}
CONFIRMING = {"Idempotency-Key": "first"}
ANY = {"If-Match": "*"}


@pytest.fixture
def admin(client_as: ClientAs) -> TestClient:
    return client_as("admin.riverside")


def learner(client: TestClient, given_name: str = "Chloë") -> str:
    told = {
        "given_name": given_name,
        "family_name": "Okafor",
        "date_of_birth": "27/3/2006",
    }
    made = client.post("/api/v1/learners", json=told)
    assert made.status_code == 201, made.text
    return str(made.json()["learner"])


def begin(client: TestClient, *learners: str, **more: Any) -> dict[str, Any]:
    """Begin an order of Team Leading for learners, with dates."""
    body: Mapping[str, Any] = {
        "products": [TEAM_LEADING],
        "learners": [{"learners": [{"learner": each} for each in learners]}],
        "dates": [DATES],
        **more,
    }
    made = client.post("/api/v1/orders", json=body)
    assert made.status_code == 201, made.text
    assert made.headers["Location"] == f"/api/v1/orders/{made.json()['order']}"
    shown: dict[str, Any] = made.json()
    return shown


def path(order: Mapping[str, Any], step: str = "") -> str:
    return f"/api/v1/orders/{order['order']}{step}"


def confirm(
    client: TestClient, order: Mapping[str, Any], total: str, key: str = "first"
) -> Any:
    return client.post(
        path(order, "/confirm"), json={"total": total}, headers={"Idempotency-Key": key}
    )


def missing(order: Mapping[str, Any]) -> dict[str, list[str]]:
    return {s["step"]: s["missing"] for s in order["steps"] if not s["is_complete"]}


def test_an_order_from_its_beginning_to_its_registrations(
    any_service: Service,
) -> None:
    """O1-O6: step by step, on both databases."""
    with clients(any_service) as client_as:
        admin = client_as("assessor.riverside")
        ann, ben = learner(admin, "Ann"), learner(admin, "Ben")
        order = admin.post("/api/v1/orders", json={}).json()
        assert list(missing(order)) == [
            "products",
            "learners",
            "course-dates",
            "confirm",
        ]
        linked = admin.post(
            path(order, "/learners"),
            json={"learners": [{"learner": ann}, {"learner": ben}]},
        )
        etag = {"If-Match": linked.headers["ETag"]}
        body = {"products": [TEAM_LEADING, HOSPITALITY]}
        order = admin.put(path(order, "/products"), json=body, headers=etag).json()
        assert (order["learners"], order["registrations"]) == (2, 4)
        assert order["total"] == "448.00"
        assert "FOOD or FRONT" in missing(order)["learners"][0]
        unlinked = admin.delete(
            path(order, f"/learners/{ben}?product={HOSPITALITY}"), headers=ANY
        )
        assert unlinked.json()["total"] == "322.00"
        new = {
            "given_name": "Cat",
            "family_name": "Müller",
            "date_of_birth": "1 Feb 2007",
            "uln": "9999999999",
        }
        order = admin.post(
            path(order, "/learners"),
            json={
                "product": HOSPITALITY,
                "learners": [{"learner": ann, "pathway": "FRONT"}],
                "new_learner": new,
                "pathway": "FOOD",
            },
        ).json()
        (warning,) = order["new_learner_warnings"]
        assert warning["code"] == "uln-temporary"
        hospitality = order["products"][1]
        assert [
            (each["given_name"], each["pathway"]) for each in hospitality["learners"]
        ] == [("Ann", "FRONT"), ("Cat", "FOOD")]
        assert hospitality["cost"] == "252.00"
        for step, told in (
            ("/course-dates", {"dates": [DATES]}),
            ("/purchase-order-number", {"number": "PO-1"}),
            ("/purchase-order-number", {"number": "PO-2", "product": HOSPITALITY}),
        ):
            order = admin.put(path(order, step), json=told, headers=ANY).json()
        assert list(missing(order)) == ["confirm"]
        confirmed = confirm(admin, order, order["total"])
        assert confirmed.status_code == 200, confirmed.text
        order = confirmed.json()
        assert order["state"] == "Confirmed"
        assert order["confirmed_by"] == "assessor.riverside"
        assert missing(order) == {}
        seen = {"Min-Position": confirmed.headers["Event-Position"]}
        found = admin.get(
            f"/api/v1/registrations?order={order['order']}", headers=seen
        ).json()["items"]
        assert {
            (each["given_name"], each["product"], each["pathway"]) for each in found
        } == {
            ("Ann", TEAM_LEADING, "MAIN"),
            ("Ben", TEAM_LEADING, "MAIN"),
            ("Ann", HOSPITALITY, "FRONT"),
            ("Cat", HOSPITALITY, "FOOD"),
        }
        assert {each["product"]: each["purchase_order_number"] for each in found} == {
            TEAM_LEADING: "PO-1",
            HOSPITALITY: "PO-2",
        }
        one = admin.get(f"/api/v1/registrations/{found[0]['registration']}")
        assert one.json() == found[0]
        assert one.headers["ETag"].startswith('"1-')
        listed = admin.get("/api/v1/orders?state=Confirmed", headers=seen).json()
        (row,) = listed["items"]
        assert (row["total"], row["learners"]) == (order["total"], 3)


def test_a_group_that_is_not_there_is_not_found(admin: TestClient) -> None:
    """O3, U10."""
    order = begin(admin)
    refused = admin.post(path(order, "/learners"), json={"groups": ["G-0000000000"]})
    assert refused.status_code == 404
    assert "group G-0000000000" in refused.json()["detail"]


def test_confirming_is_answered_again_and_done_once(admin: TestClient) -> None:
    """O5: the same key and body give the same answer; another body is refused."""
    order = begin(admin, learner(admin))
    first = confirm(admin, order, "98.00")
    again = confirm(admin, order, "98.00")
    assert (first.status_code, again.status_code) == (200, 200)
    assert again.json() == first.json()
    other_body = confirm(admin, order, "97.00")
    assert other_body.status_code == 422
    other_key = confirm(admin, order, "98.00", key="second")
    assert other_key.json() == first.json()
    keyless = admin.post(path(order, "/confirm"), json={"total": "98.00"})
    assert keyless.status_code == 400


def test_a_refused_confirmation_may_be_sent_again_under_its_key(
    admin: TestClient,
) -> None:
    """O5: the refusal shows the total as it is now."""
    order = begin(admin, learner(admin))
    refused = confirm(admin, order, "90.00")
    assert refused.status_code == 409
    problem = refused.json()
    assert problem["type"].endswith("total-has-changed")
    assert "£98.00 now, not £90.00" in problem["detail"]
    assert [error["pointer"] for error in problem["errors"]] == ["/total"]
    prices = {"total": "98.00", "prices": {TEAM_LEADING: "90.00"}}
    dearer = admin.post(path(order, "/confirm"), json=prices, headers=CONFIRMING)
    assert dearer.json()["errors"][0]["pointer"] == f"/prices/{TEAM_LEADING}"
    assert confirm(admin, order, "98.00").status_code == 200


def test_all_that_is_missing_is_listed_with_the_step_it_belongs_to(
    admin: TestClient,
) -> None:
    """O1, O5."""
    order = begin(admin, products=[TEAM_LEADING, HOSPITALITY], dates=[], learners=[])
    refused = confirm(admin, order, "0.00")
    assert refused.status_code == 409
    pointers = [error["pointer"] for error in refused.json()["errors"]]
    assert pointers == ["/learners", "/course-dates"]


def test_who_is_registered_already_is_shown_before_and_refused_by_name(
    admin: TestClient,
) -> None:
    """O6."""
    ann = learner(admin)
    first, second = begin(admin, ann), begin(admin, ann)
    done = confirm(admin, first, "98.00").json()
    registration = done["products"][0]["learners"][0]["registration"]
    shown = admin.get(path(second)).json()
    (linked,) = shown["products"][0]["learners"]
    assert linked["already_registered"] == registration
    refused = confirm(admin, second, "98.00", key="second")
    assert refused.status_code == 409
    assert registration in refused.json()["detail"]
    unlinked = admin.delete(path(second, f"/learners/{ann}"), headers=ANY).json()
    assert unlinked["registrations"] == 0


def test_a_product_that_cannot_be_ordered_is_refused_with_the_reason(
    admin: TestClient,
) -> None:
    """O2."""
    refused = admin.post("/api/v1/orders", json={"products": [CLOSED, "Q-0"]})
    assert refused.status_code == 409
    assert {e["pointer"]: e["message"][:24] for e in refused.json()["errors"]} == {
        "/products/0": "Registration for Level 2",
        "/products/1": "There is no product Q-0.",
    }


def test_who_is_linked_can_be_replaced(admin: TestClient) -> None:
    """O3."""
    ann, ben = learner(admin, "Ann"), learner(admin, "Ben")
    order = begin(admin, ann)
    body = {"learners": [{"learner": ben}]}
    order = admin.put(path(order, "/learners"), json=body, headers=ANY).json()
    assert order["linked_to_every_product"] == [ben]
    assert [each["learner"] for each in order["products"][0]["learners"]] == [ben]
    assert order["products"][0]["learners"][0]["course_dates"] == DATES


@pytest.mark.parametrize(
    ("step", "body"),
    [
        ("/products", {"products": []}),
        ("/learners", {}),
        ("/course-dates", {"dates": []}),
        ("/purchase-order-number", {"number": None}),
    ],
)
def test_a_step_is_changed_as_it_was_looked_at(
    admin: TestClient, step: str, body: dict[str, Any]
) -> None:
    order = begin(admin)
    assert admin.put(path(order, step), json=body).status_code == 428
    stale = admin.put(path(order, step), json=body, headers={"If-Match": '"1"'})
    assert stale.status_code == 412
    assert "admin.riverside" in stale.json()["detail"]
    assert admin.put(path(order, step), json=body, headers=ANY).status_code == 200


def test_a_draft_is_deleted_and_a_confirmed_order_is_not(admin: TestClient) -> None:
    """O1, O5."""
    draft, order = begin(admin), begin(admin, learner(admin))
    assert admin.delete(path(draft), headers=ANY).status_code == 204
    assert admin.get(path(draft)).status_code == 404
    confirm(admin, order, "98.00")
    refused = admin.delete(path(order), headers=ANY)
    assert refused.status_code == 409
    assert refused.json()["type"].endswith("order-is-confirmed")


def test_a_course_that_ends_before_it_starts_is_pointed_at(admin: TestClient) -> None:
    """O4."""
    order = begin(admin)
    turned = {"dates": [DATES, {"starts": "2026-09-01", "ends": "2026-08-31"}]}
    refused = admin.put(path(order, "/course-dates"), json=turned, headers=ANY)
    assert refused.status_code == 422
    assert refused.json()["errors"][0]["pointer"] == "/dates/1/ends"


def test_a_new_learners_faults_are_listed_at_once(admin: TestClient) -> None:
    """O3, L1."""
    order = begin(admin)
    told = {"given_name": "Cat", "date_of_birth": "31/2/2006"}
    refused = admin.post(path(order, "/learners"), json={"new_learner": told})
    assert refused.status_code == 422
    assert {error["pointer"] for error in refused.json()["errors"]} == {
        "/new_learner/family_name",
        "/new_learner/date_of_birth",
    }


def test_other_roles_may_look_at_orders_and_not_change_them(
    admin: TestClient, client_as: ClientAs
) -> None:
    order = begin(admin, learner(admin))
    for name in ("auditor", "specialist"):
        reader = client_as(name)
        assert reader.get(path(order)).json()["total"] == "98.00"
        refused = confirm(reader, order, "98.00")
        assert refused.status_code == 403
        assert "a Centre Administrator or an Assessor" in refused.json()["detail"]


def test_another_centres_orders_and_registrations_are_not_found(
    admin: TestClient, client_as: ClientAs
) -> None:
    order = begin(admin, learner(admin))
    confirmed = confirm(admin, order, "98.00")
    registration = confirmed.json()["products"][0]["learners"][0]["registration"]
    seen = {"Min-Position": confirmed.headers["Event-Position"]}
    stranger = client_as("admin.hillside")
    for place in (path(order), f"/api/v1/registrations/{registration}"):
        assert stranger.get(place).status_code == 404
    for lists in ("/api/v1/orders", "/api/v1/registrations?centre=48213"):
        assert stranger.get(lists, headers=seen).json()["items"] == []
    auditor = client_as("auditor")
    everywhere = "/api/v1/registrations?centre=48213"
    assert len(auditor.get(everywhere, headers=seen).json()["items"]) == 1


def test_the_cost_of_drafts_is_listed_at_todays_prices(admin: TestClient) -> None:
    """O1."""
    ann, ben = learner(admin, "Ann"), learner(admin, "Ben")
    order = begin(admin, ann, ben, purchase_order_number="PO-1")
    position = admin.get(path(order))
    assert position.status_code == 200
    newest = admin.put(
        path(order, "/purchase-order-number"), json={"number": "PO-2"}, headers=ANY
    )
    seen = {"Min-Position": newest.headers["Event-Position"]}
    (row,) = admin.get(
        "/api/v1/orders?purchase_order_number=PO-2", headers=seen
    ).json()["items"]
    assert Decimal(row["total"]) == 2 * Decimal("98.00")
    assert (row["products"], row["learners"]) == ({TEAM_LEADING: 2}, 2)
    assert (row["state"], row["currency"]) == ("Draft", "GBP")


def test_the_pathway_of_a_product_may_be_said_by_its_number(
    admin: TestClient,
) -> None:
    """O1: as the document's example has it."""
    ann = learner(admin)
    choice = {
        "product": HOSPITALITY,
        "learners": [{"learner": ann, "pathways": {HOSPITALITY: "FRONT"}}],
    }
    order = begin(admin, products=[HOSPITALITY], learners=[choice])
    (chosen,) = order["products"][0]["learners"]
    assert chosen["pathway"] == "FRONT"


def test_a_learner_on_two_pathways_in_one_request_is_asked_about(
    admin: TestClient,
) -> None:
    """O1: the first is not dropped without a word, wherever the second is said."""
    ann = learner(admin)
    front, food = (
        {"learner": ann, "pathway": pathway} for pathway in ("FRONT", "FOOD")
    )
    of_both = {"product": HOSPITALITY, "learners": [front, food]}
    of_one = {"product": HOSPITALITY, "learners": [front]}
    of_other = {**of_one, "pathway": "FOOD", "learners": [{"learner": ann}]}
    for choices, pointer in (
        ([of_both], "/learners/0/learners/1"),
        ([of_one, of_other], "/learners/1/learners/0"),
    ):
        body = {"products": [HOSPITALITY], "learners": choices}
        refused = admin.post("/api/v1/orders", json=body)
        assert refused.status_code == 422
        assert f"Two pathways are said for {ann}" in refused.text
        assert pointer in refused.text
    order = begin(admin, products=[HOSPITALITY], learners=[of_one, of_one])
    refused = admin.put(path(order, "/learners"), json=of_both, headers=ANY)
    assert (refused.status_code, "/learners/1" in refused.text) == (422, True)
