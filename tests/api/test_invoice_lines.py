"""The invoice feed, and what is reported back on it (C4, L4)."""

from typing import Any

import pytest
from fastapi.testclient import TestClient

from service import Service
from tests.api.running import ClientAs
from tests.clock import PATIENCE

API = "/api/v1"
PRODUCT = "Q-0005001227"


@pytest.fixture
def line(service: Service, client_as: ClientAs) -> str:
    """Register a learner by an order, which is charged for."""
    admin = client_as("admin.riverside")
    created = {"given_name": "Ben", "family_name": "M", "date_of_birth": "2006-03-27"}
    learner = admin.post(f"{API}/learners", json=created).json()["learner"]
    order = {
        "products": [PRODUCT],
        "learners": [{"learners": [{"learner": learner}]}],
        "dates": [{"starts": "2026-09-01", "ends": "2027-07-16"}],
        "purchase_order_number": "PO-7",
    }
    begun = admin.post(f"{API}/orders", json=order).json()
    confirmed = admin.post(
        f"{API}/orders/{begun['order']}/confirm",
        json={"total": begun["total"]},
        headers={"Idempotency-Key": "1"},
    )
    assert confirmed.is_success, confirmed.text
    assert service.read_models.wait_for(service.store.head(), PATIENCE)
    return str(confirmed.json()["products"][0]["learners"][0]["registration"])


@pytest.fixture
def invoicing(client_as: ClientAs) -> TestClient:
    return client_as("invoicing")


def feed(client: TestClient, **params: Any) -> list[dict[str, Any]]:
    answer = client.get(f"{API}/invoice-lines", params=params)
    assert answer.is_success, answer.text
    items: list[dict[str, Any]] = answer.json()["items"]
    return items


def report(client: TestClient, line: str, status: str, invoice: str | None) -> Any:
    body = {"status": status, "invoice": invoice}
    return client.post(f"{API}/invoice-lines/{line}/status", json=body)


def test_a_registration_is_a_line_with_all_that_an_invoice_says(
    invoicing: TestClient, line: str
) -> None:
    """C4."""
    (shown,) = feed(invoicing)
    assert (shown["line"], shown["cause"]) == (line, "registration.made")
    assert (shown["amount"], shown["currency"]) == ("98.00", "GBP")
    assert (shown["product"], shown["title"]) == (
        PRODUCT,
        "Level 2 Diploma in Team Leading",
    )
    assert (shown["purchase_order_number"], shown["status"]) == ("PO-7", "Not invoiced")
    assert feed(invoicing, after=shown["position"]) == []
    assert feed(invoicing, after=shown["position"] - 1) == [shown]


def test_the_feed_is_the_same_as_csv(invoicing: TestClient, line: str) -> None:
    """C4."""
    answer = invoicing.get(f"{API}/invoice-lines/feed.csv")
    assert answer.headers["content-type"].startswith("text/csv")
    head, row = answer.text.splitlines()
    assert head.startswith("line,position,charged_at")
    assert row.startswith(f"{line},")


def test_a_status_is_reported_once_however_often_it_is_sent(
    service: Service, invoicing: TestClient, line: str
) -> None:
    """C4."""
    assert report(invoicing, line, "Paid", None).status_code == 409
    for _ in range(2):
        answer = report(invoicing, line, "Invoiced", "INV-1")
        assert answer.json() == {
            "line": line,
            "status": "Invoiced",
            "invoice": "INV-1",
            "credit_note": None,
        }
    other = report(invoicing, line, "Paid", "INV-2")
    assert (other.status_code, "INV-1, and INV-2" in other.text) == (409, True)
    assert report(invoicing, line, "Paid", None).json()["invoice"] == "INV-1"
    assert service.read_models.wait_for(service.store.head(), PATIENCE)
    (shown,) = feed(invoicing, status="Paid")
    assert shown["reported_at"] is not None
    assert feed(invoicing, status="Invoiced") == []
    assert report(invoicing, line, "Credited", "CN-1").json()["credit_note"] == "CN-1"
    assert service.read_models.wait_for(service.store.head(), 10)
    (shown,) = feed(invoicing)
    assert (shown["invoice"], shown["credit_note"]) == ("INV-1", "CN-1")


@pytest.mark.parametrize("unknown", ["R-0000000000", "L-0000000000A", "{}-CREDIT"])
def test_a_line_that_is_not_there_cannot_be_reported_on(
    invoicing: TestClient, line: str, unknown: str
) -> None:
    """C4."""
    answer = report(invoicing, unknown.format(line), "Invoiced", None)
    assert (answer.status_code, "invoice line" in answer.text) == (404, True)


def test_only_the_invoicing_system_reports_and_a_centre_sees_its_own_lines(
    client_as: ClientAs, line: str
) -> None:
    """C4, and section 2."""
    answer = report(client_as("admin.riverside"), line, "Invoiced", None)
    assert (answer.status_code, "Invoicing" in answer.text) == (403, True)
    assert [each["line"] for each in feed(client_as("admin.riverside"))] == [line]
    assert feed(client_as("admin.hillside")) == []
    assert feed(client_as("admin.hillside"), centre="48213") == []
