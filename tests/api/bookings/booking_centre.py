"""What tests of bookings ask for: somebody who asks, a learner, an entry booked."""

from collections.abc import Callable
from typing import Any

import pytest

from service import Service
from tests.api.running import ClientAs

API = "/api/v1"
QUALIFICATION, UNIT = "Q-0005001227", "F/506/1934"
WHEN = "2026-12-10T10:00"
Ask = Callable[..., Any]


@pytest.fixture
def ask(service: Service, client_as: ClientAs) -> Ask:
    """Ask as somebody, up to date; anything but the status expected is a failure."""
    keys = iter(range(1000))

    def ask(method: str, path: str, body: Any = None, **how: Any) -> Any:
        by, expect = how.get("by", "admin.riverside"), how.get("expect", 200)
        client = client_as(by)
        headers = {
            "Idempotency-Key": f"{next(keys)}",
            "If-Match": "*",
            "Min-Position": str(service.store.head()),
            "Prefer": "wait=60",
        }
        answer = client.request(
            method,
            f"{API}{path}",
            json=body,
            headers=headers,
            **{name: how[name] for name in ("params", "data", "files") if name in how},
        )
        assert expect in (None, answer.status_code), answer.text
        is_json = answer.text and "json" in answer.headers.get("content-type", "")
        return answer.json() if is_json else answer.text

    return ask


@pytest.fixture
def learner(ask: Ask) -> str:
    """Register a learner on a qualification that has a test."""
    created = {"given_name": "Ben", "family_name": "M", "date_of_birth": "2006-03-27"}
    learner = ask("POST", "/learners", created, expect=201)["learner"]
    order = {
        "products": [QUALIFICATION],
        "learners": [{"learners": [{"learner": learner}]}],
        "dates": [{"starts": "2026-09-01", "ends": "2027-07-16"}],
    }
    begun = ask("POST", "/orders", order, expect=201)
    ask("POST", f"/orders/{begun['order']}/confirm", {"total": begun["total"]})
    return str(learner)


def entry(learner: str, **other: Any) -> dict[str, Any]:
    return {
        "learner": learner,
        "qualification": QUALIFICATION,
        "unit": UNIT,
        "delivery": "Onscreen",
        "starts": WHEN,
        "mode": "Online",
        **other,
    }


def book(ask: Ask, learner: str, **other: Any) -> Any:
    begun = ask(
        "POST", "/entry-orders", {"entries": [entry(learner, **other)]}, expect=201
    )
    assert begun["missing"] == []
    path = f"/entry-orders/{begun['order']}/confirm"
    return ask("POST", path, {"total": begun["total"]})["entries"][0]


def missing(ask: Ask, learner: str, **other: Any) -> list[str]:
    """Say which values of an entry stand in its way, refused or still to come."""
    told = {"entries": [entry(learner, **other)]}
    begun = ask("POST", "/entry-orders", told, expect=None)
    found = begun["missing"] if "missing" in begun else begun["errors"]
    return [each["pointer"].rpartition("/")[2] for each in found]
