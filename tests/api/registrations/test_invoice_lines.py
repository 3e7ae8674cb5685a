"""The invoice feed, and what is reported back on it (C4, L4)."""

import csv
from io import StringIO
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


def test_the_feed_is_the_same_as_csv(
    service: Service, invoicing: TestClient, line: str
) -> None:
    """C4."""
    assert report(invoicing, line, "Invoiced", "INV-1").is_success
    assert service.read_models.wait_for(service.store.head(), PATIENCE)
    answer = invoicing.get(f"{API}/invoice-lines/feed.csv")
    assert answer.headers["content-type"].startswith("text/csv")
    (row,) = csv.DictReader(StringIO(answer.text))
    (shown,) = feed(invoicing)
    assert row == {name: str(value or "") for name, value in shown.items()}
    assert (row["currency"], row["title"]) == ("GBP", shown["title"])
    assert row["charged_at"] == "2026-11-24T09:30:00Z"


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
    wrong = {"status": "Invoiced", "invoice": "INV-3", "corrects": "INV-1"}
    path = f"{API}/invoice-lines/{line}/status"
    assert invoicing.post(path, json=wrong).json()["invoice"] == "INV-3"
    right = {"status": "Invoiced", "invoice": "INV-1", "corrects": "INV-3"}
    assert invoicing.post(path, json=right).json()["invoice"] == "INV-1"
    recorded = [each.event.topic for each in service.store.log(after=0)]
    assert recorded.count("invoice.number-recorded") == 2
    assert report(invoicing, line, "Paid", None).json()["invoice"] == "INV-1"
    assert service.read_models.wait_for(service.store.head(), PATIENCE)
    (shown,) = feed(invoicing, status="Paid")
    assert shown["reported_at"] is not None
    assert feed(invoicing, status="Invoiced") == []
    assert report(invoicing, line, "Credited", "CN-1").json()["credit_note"] == "CN-1"
    assert service.read_models.wait_for(service.store.head(), PATIENCE)
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
    admin, only = client_as("admin.riverside"), "Only the invoicing system may report"
    for path in (f"{line}/status", "statuses"):
        told = {"line": line, "status": "Invoiced"}
        body = {"reports": [told]} if path == "statuses" else {"status": "Invoiced"}
        answer = admin.post(f"{API}/invoice-lines/{path}", json=body)
        assert answer.status_code == 403
        assert answer.json()["detail"] == f"{only} invoice statuses."
    assert [each["line"] for each in feed(client_as("admin.riverside"))] == [line]
    assert feed(client_as("admin.hillside")) == []
    assert feed(client_as("admin.hillside"), centre="48213") == []


def test_many_lines_are_reported_at_once_and_each_is_answered(
    service: Service, invoicing: TestClient, line: str
) -> None:
    """C4: what is refused does not keep the others back; sent again, nothing changes."""
    reports = [
        {"line": line, "status": "Paid"},
        {"line": line, "status": "Invoiced", "invoice": "INV-1"},
        {"line": "R-0000000000", "status": "Invoiced"},
        {"line": line, "status": "Paid"},
    ]
    path = f"{API}/invoice-lines/statuses"
    first = invoicing.post(path, json={"reports": reports})
    assert first.status_code == 200
    paid, invoiced, unknown, paid_now = first.json()["items"]
    assert (paid["is_taken"], paid["now"]) == (False, None)
    assert paid["refused"]["message"] == (
        f"{line} is Not invoiced, and Paid was reported; nothing was changed. Report"
        " Invoiced next."
    )
    assert (invoiced["is_taken"], invoiced["now"]["invoice"]) == (True, "INV-1")
    assert unknown["refused"]["type"] == "urn:learner-management:not-found"
    assert (paid_now["now"]["status"], paid_now["refused"]) == ("Paid", None)
    head = service.store.head()
    assert first.headers["event-position"] == str(head)
    again = [r for r in reports if r["status"] == "Paid"]
    items = invoicing.post(path, json={"reports": again}).json()["items"]
    assert all(each["is_taken"] for each in items)
    assert service.store.head() == head
    too_many = {"reports": reports * 51}
    assert invoicing.post(path, json=too_many).status_code == 422


def test_a_charge_cancelled_before_invoicing_and_its_credit_name_each_other(
    service: Service, client_as: ClientAs, invoicing: TestClient, line: str
) -> None:
    """C3, C4: and it cannot be invoiced any more."""
    (before,) = feed(invoicing)
    assert (before["credit_of"], before["credited_by"]) == (None, None)
    cancelled = client_as("admin.riverside").post(
        f"{API}/registrations/{line}/cancel",
        json={"reason": "Registered by mistake."},
        headers={"Idempotency-Key": "2"},
    )
    assert cancelled.is_success, cancelled.text
    assert service.read_models.wait_for(service.store.head(), PATIENCE)
    charge, credit = feed(invoicing)
    assert (charge["credited_by"], charge["credit_of"]) == (credit["line"], None)
    assert (credit["credit_of"], credit["credited_by"]) == (line, None)
    refused = report(invoicing, line, "Invoiced", "INV-1")
    assert refused.status_code == 409
    assert "cancelled before it was invoiced" in refused.json()["detail"]
    assert report(invoicing, credit["line"], "Credited", "CN-1").is_success
