"""What stands in the way of cancelling a registration, and what is charged for it."""

from typing import Any

import pytest

from aggregates.registrations.invoice_line import InvoiceStatus
from tests.api.bookings import booking_centre
from tests.api.bookings.booking_centre import QUALIFICATION, Ask, book
from tests.clock import Clock

ask, learner = booking_centre.ask, booking_centre.learner
UNIT = "L/506/1788"
NOT, INVOICED, PAID, CREDITED = InvoiceStatus
FOLLOWING = {NOT: {INVOICED}, INVOICED: {PAID, CREDITED}, PAID: {CREDITED}}


@pytest.fixture
def registration(ask: Ask, learner: str) -> str:
    (row,) = ask("GET", "/registrations", params={"learner": learner})["items"]
    return str(row["registration"])


def unmet(ask: Ask, registration: str) -> dict[str, list[str]]:
    """Say what stands in the way, all of which can be looked at."""
    shown = ask("GET", f"/registrations/{registration}/cancellation")
    assert [each["name"] for each in shown["conditions"]] == [
        "no-test-taken",
        "no-test-booked",
        "no-result",
        "no-outcome",
        "no-claim",
        "active",
    ]
    found = {c["name"]: c["in_the_way"] for c in shown["conditions"] if not c["is_met"]}
    assert shown["can_be_cancelled"] == (not found)
    for name in {name for names in found.values() for name in names}:
        kind = "claims" if name.startswith("AC-") else "bookings"
        ask("GET", f"/{kind}/{name}")
    if found:
        path, told = f"/registrations/{registration}/cancel", {"reason": "By mistake"}
        refused = ask("POST", path, told, expect=409)["detail"]
        assert all(name in refused for names in found.values() for name in names)
    return found


def begin(ask: Ask, learner: str, award_type: str) -> str:
    told = {
        "qualification": QUALIFICATION,
        "units": [UNIT],
        "learners": [learner],
        "awards": [award(learner, award_type, {UNIT: "P"})],
    }
    return str(ask("POST", "/claims", told, expect=201)["claim"])


def award(learner: str, award_type: str, grades: dict[str, str]) -> dict[str, Any]:
    return {
        "learner": learner,
        "award_type": award_type,
        "award_date": "2026-11-20",
        "grades": grades,
    }


def test_each_condition_is_met_again_once_what_stood_in_the_way_is_gone(
    ask: Ask, learner: str, registration: str, clock: Clock
) -> None:
    """C2: booked and cancelled or absent; graded and taken out; claimed and withdrawn."""
    assert unmet(ask, registration) == {}
    booking = book(ask, learner)["booking"]
    assert unmet(ask, registration) == {"no-test-booked": [booking]}
    ask("POST", f"/bookings/{booking}/cancel")
    assert unmet(ask, registration) == {}
    claim = begin(ask, learner, "Full")
    assert unmet(ask, registration) == {"no-outcome": [claim]}
    ask("POST", f"/claims/{claim}/submit")
    (row,) = ask("GET", f"/claims/{claim}")["learners"]
    assert row["status"] == "Unsubmitted"
    assert unmet(ask, registration) == {"no-outcome": [claim]}
    emptied = {"awards": [award(learner, "Interim", {})], "confirm_loss": True}
    ask("PUT", f"/claims/{claim}/grades", emptied)
    assert unmet(ask, registration) == {}
    claim = begin(ask, learner, "Interim")
    ask("POST", f"/claims/{claim}/submit")
    found = unmet(ask, registration)
    assert found == {"no-outcome": [claim], "no-claim": [claim]}
    ask("POST", f"/claims/{claim}/withdraw", {"reason": "By mistake"})
    assert unmet(ask, registration) == {}
    missed = book(ask, learner)["booking"]
    clock.advance(days=16)
    absent = {"attendance": "Absent"}
    ask("POST", f"/bookings/{missed}/outcome", absent, by="assessment")
    assert unmet(ask, registration) == {}
    ask("POST", f"/registrations/{registration}/cancel", {"reason": "By mistake"})


def test_a_test_that_was_taken_and_its_result_stand_in_the_way_for_good(
    ask: Ask, learner: str, registration: str, clock: Clock
) -> None:
    """C2, H2, H4: and who tried all the same is in the history."""
    booking = book(ask, learner)["booking"]
    clock.advance(days=16)
    at = f"/bookings/{booking}/outcome"
    ask("POST", at, {"attendance": "Taken"}, by="assessment")
    assert unmet(ask, registration) == {"no-test-taken": [booking]}
    failed = {"attendance": "Taken", "result": "Fail", "sat_on": "2026-12-10"}
    ask("POST", at, failed, by="assessment")
    found = unmet(ask, registration)
    assert found == {"no-test-taken": [booking], "no-result": [booking]}
    last = ask("GET", f"/registrations/{registration}/events")["items"][-1]
    assert (last["event"], last["user"]) == ("command.refused", "admin.riverside")
    ask("POST", f"/bookings/{booking}/cancel", expect=409)
    for who in ("assessor.riverside", "admin.hillside"):
        ask("PATCH", f"/bookings/{booking}", {"extra_time": 25}, by=who, expect=None)
    told = ask("GET", f"/bookings/{booking}/events")["items"]
    assert [
        (each["user"], "was sat already, so it cannot be" in each["sentence"])
        for each in told
        if each["event"] == "command.refused"
    ] == [("admin.riverside", True), ("assessor.riverside", True)]


@pytest.mark.parametrize(
    "reported",
    [
        *([], [INVOICED], [INVOICED, PAID]),
        *([INVOICED, CREDITED], [INVOICED, PAID, CREDITED]),
    ],
)
def test_only_the_next_status_is_taken_and_the_charge_goes_by_the_last(
    ask: Ask, registration: str, reported: list[InvoiceStatus]
) -> None:
    """C3, C4, C5: every other status is refused, a repeat is none, nothing is lost."""
    now, at = NOT, f"/invoice-lines/{registration}/status"
    for status in reported:
        for wanted in {*InvoiceStatus} - FOLLOWING[now] - {now}:
            told = {"status": wanted, "invoice": "INV-9"}
            refused = ask("POST", at, told, by="invoicing", expect=409)
            assert f"is {now}, and {wanted} was reported" in refused["detail"]
        for _ in range(2):
            number = "CN-1" if status is CREDITED else "INV-1"
            told = {"status": status, "invoice": number}
            shown = ask("POST", at, told, by="invoicing")
            assert (shown["status"], shown["invoice"]) == (status, "INV-1")
            assert shown["credit_note"] == ("CN-1" if status is CREDITED else None)
        other = {"status": status, "invoice": "INV-9"}
        ask("POST", at, other, by="invoicing", expect=409)
        now = status
    shown = ask("GET", f"/registrations/{registration}/cancellation")
    stands = now in {INVOICED, PAID}
    assert (shown["invoice_status"], shown["charge_stands"]) == (now, stands)
    assert ("the charge stands" if stands else "nothing is charged") in shown["charge"]
    request = shown["refund_request"]
    assert ("invoice INV-1" in request) if stands else request is None
    ask("POST", f"/registrations/{registration}/cancel", {"reason": "By mistake"})
    (last,) = ask("GET", f"/registrations/{registration}/events")["items"][-1:]
    cancelled = {"field": "is_cancelled", "before": False, "after": True}
    assert cancelled in last["changes"]
    assert (last["data"]["invoice_status"], last["data"]["charge_stands"]) == (
        now,
        stands,
    )
    lines = [each["line"] for each in ask("GET", "/invoice-lines")["items"]]
    credit = [f"{registration}-CREDIT"] if now is NOT else []
    assert lines == [registration, *credit]
