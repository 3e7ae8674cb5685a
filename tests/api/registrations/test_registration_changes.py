"""Registrations cancelled, reopened and put on another pathway, over HTTP."""

from typing import Any

import pytest
from fastapi.testclient import TestClient

from service import Service
from tests.api.running import ClientAs
from tests.clock import PATIENCE

API = "/api/v1"
PRODUCT = "Q-0005001568"


@pytest.fixture
def registration(client_as: ClientAs) -> str:
    """Register a learner on a qualification with two pathways."""
    admin = client_as("admin.riverside")
    created = {"given_name": "Ben", "family_name": "M", "date_of_birth": "2006-03-27"}
    learner = admin.post(f"{API}/learners", json=created).json()["learner"]
    order = {
        "products": [PRODUCT],
        "learners": [
            {
                "product": PRODUCT,
                "learners": [{"learner": learner, "pathway": "FOOD"}],
            }
        ],
        "dates": [{"starts": "2026-09-01", "ends": "2027-07-16"}],
    }
    begun = admin.post(f"{API}/orders", json=order).json()
    confirmed = admin.post(
        f"{API}/orders/{begun['order']}/confirm",
        json={"total": begun["total"]},
        headers={"Idempotency-Key": "1"},
    )
    assert confirmed.is_success, confirmed.text
    return str(confirmed.json()["products"][0]["learners"][0]["registration"])


CONDITIONS = (
    *("active", "no-test-taken", "no-test-booked"),
    *("no-result", "no-outcome", "no-claim"),
)
"""That it is Active, and the five of C2."""


def ask(client: TestClient, path: str, key: str = "2", **body: str) -> Any:
    headers = {"Idempotency-Key": key}
    return client.post(f"{API}/registrations/{path}", json=body, headers=headers)


def test_the_five_conditions_and_the_charge_are_shown_before_anything_is_cancelled(
    client_as: ClientAs, registration: str
) -> None:
    """C2, C3, C5."""
    admin = client_as("admin.riverside")
    url = f"{API}/registrations/{registration}/cancellation"
    shown = admin.get(url).json()
    assert (shown["can_be_cancelled"], shown["charge_stands"]) == (True, False)
    assert {c["name"]: c["is_met"] for c in shown["conditions"]} == dict.fromkeys(
        CONDITIONS, True
    )
    assert shown["refund_request"] is None
    client_as("invoicing").post(
        f"{API}/invoice-lines/{registration}/status",
        json={"status": "Invoiced", "invoice": "INV-7"},
    )
    shown = admin.get(url).json()
    assert (shown["invoice_status"], shown["charge_stands"]) == ("Invoiced", True)
    assert "INV-7" in shown["refund_request"]


def test_an_administrator_cancels_once_and_it_stays_visible_with_a_credit(
    service: Service, client_as: ClientAs, registration: str
) -> None:
    """C1, C3, L4."""
    admin = client_as("admin.riverside")
    for _ in range(2):
        answer = ask(admin, f"{registration}/cancel", reason="By mistake")
        assert answer.json()["status"] == "Cancelled", answer.text
    again = ask(admin, f"{registration}/cancel", key="3", reason="By mistake")
    assert (again.status_code, "is Cancelled" in again.text) == (409, True)
    shown = admin.get(f"{API}/registrations/{registration}").json()
    assert (shown["status"], shown["invoice_status"]) == ("Cancelled", "Not invoiced")
    assert service.read_models.wait_for(service.store.head(), PATIENCE)
    listed = admin.get(f"{API}/registrations", params={"status": "Cancelled"}).json()
    assert [each["registration"] for each in listed["items"]] == [registration]
    charge, credit = admin.get(f"{API}/invoice-lines").json()["items"]
    assert credit["line"] == f"{registration}-CREDIT"
    assert credit["amount"] == f"-{charge['amount']}"


def test_an_assessor_may_not_cancel_and_the_attempt_is_in_the_history(
    client_as: ClientAs, registration: str
) -> None:
    """C1, H4, and section 2."""
    answer = ask(
        client_as("assessor.riverside"), f"{registration}/cancel", reason="By mistake"
    )
    assert (answer.status_code, "a Centre Administrator" in answer.text) == (403, True)
    history = client_as("auditor").get(f"{API}/registrations/{registration}/events")
    tried = history.json()["items"][-1]
    assert (tried["event"], tried["user"]) == ("command.refused", "assessor.riverside")


def test_the_effect_of_another_pathway_is_shown_before_a_specialist_chooses_it(
    client_as: ClientAs, registration: str
) -> None:
    """M11."""
    specialist = client_as("specialist")
    url = f"{API}/registrations/{registration}/pathway"
    shown = specialist.get(url, params={"pathway": "FRONT"}).json()
    assert (shown["pathway"], shown["other_pathway"]) == ("FOOD", "FRONT")
    assert [p["code"] for p in shown["now"]["pathways"]] == ["FOOD"]
    assert [p["code"] for p in shown["then"]["pathways"]] == ["FRONT"]
    assert specialist.get(url, params={"pathway": "X"}).status_code == 422
    told = {"pathway": "FRONT", "reason": "Enrolled on the wrong one"}
    refused = ask(client_as("admin.riverside"), f"{registration}/pathway", **told)
    assert (refused.status_code, "Account Specialist" in refused.text) == (403, True)
    changed = ask(specialist, f"{registration}/pathway", **told)
    assert changed.json()["pathway"] == "FRONT"
    shown = specialist.get(f"{API}/registrations/{registration}").json()
    assert shown["pathway"] == "FRONT"


def test_a_pathway_or_a_reopening_that_was_refused_is_in_the_history(
    client_as: ClientAs, registration: str
) -> None:
    """M14, H4: an active registration has nothing to reopen; no qualification has a pathway X."""
    specialist = client_as("specialist")
    answer = ask(specialist, f"{registration}/reopen", reason="x")
    assert (answer.status_code, "Active already" in answer.text) == (409, True)
    told = {"pathway": "X", "reason": "x"}
    assert ask(specialist, f"{registration}/pathway", **told).status_code == 422
    history = client_as("auditor").get(f"{API}/registrations/{registration}/events")
    reopening, pathway = history.json()["items"][-2:]
    assert (reopening["event"], pathway["event"]) == ("command.refused",) * 2
    assert reopening["sentence"].startswith("Refused to reopen a registration: ")
    assert pathway["sentence"].startswith("Refused to change a pathway: ")
    assert pathway["user"] == "specialist"
