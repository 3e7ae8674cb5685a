"""Tests are entered, booked, amended, sat, and count for claims, over HTTP."""

import csv
from collections.abc import Callable
from io import StringIO
from typing import Any

import pytest
from fastapi.testclient import TestClient

from api.app import create_app
from service import Service
from tests.api.running import ClientAs
from tests.clock import Clock

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


def test_an_order_of_entries_is_put_together_and_booked_at_the_total_seen(
    ask: Ask, learner: str
) -> None:
    """B1, B4, H4: a total that was not the one seen is in the history."""
    begun = ask("POST", "/entry-orders", {}, expect=201)
    path = f"/entry-orders/{begun['order']}"
    assert [m["message"] for m in begun["missing"]] == [
        "Choose the tests to be booked."
    ]
    bare = entry(learner, starts=None, mode=None)
    shown = ask("PUT", f"{path}/entries", {"entries": [bare]})
    assert [m["pointer"] for m in shown["missing"]] == [
        "/entries/0/mode",
        "/entries/0/starts",
    ]
    ask("POST", f"{path}/confirm", {"total": "14.50"}, expect=409)
    shown = ask("PUT", f"{path}/entries", {"entries": [entry(learner)]})
    assert (shown["missing"], shown["total"]) == ([], "14.50")
    ask("PUT", f"{path}/purchase-order-number", {"number": "PO-9"})
    refused = ask("POST", f"{path}/confirm", {"total": "14.00"}, expect=409)
    assert "come to £14.50 now" in refused["detail"]
    tried = ask("GET", f"{path}/events")["items"][-1]
    assert tried["sentence"].startswith("Refused to confirm an entry order: ")
    done = ask("POST", f"{path}/confirm", {"total": "14.50"})
    booking = done["entries"][0]["booking"]
    shown = ask("GET", f"/bookings/{booking}")
    assert shown["starts"] == "2026-12-10T10:00:00Z"
    assert shown["window"] == "10 December 2026 at 06:00 to 14:00"
    ask("DELETE", path, expect=409)
    line = ask("GET", "/invoice-lines")["items"][-1]
    assert (line["line"], line["unit"], line["amount"]) == (booking, UNIT, "14.50")
    assert line["purchase_order_number"] == "PO-9"


def test_an_order_of_entries_is_found_where_the_answer_says(
    client_as: ClientAs,
) -> None:
    client = client_as("admin.riverside")
    made = client.post("/api/v1/entry-orders", json={})
    shown = client.get(made.headers["location"])
    assert shown.json()["order"] == made.json()["order"]


def test_a_purchase_order_number_that_is_too_long_is_pointed_at(ask: Ask) -> None:
    """B1: as for orders of registrations."""
    ask("POST", "/entry-orders", {"purchase_order_number": "9" * 50}, expect=201)
    too_long = {"purchase_order_number": "9" * 51}
    refused = ask("POST", "/entry-orders", too_long, expect=422)
    assert refused["errors"][0]["pointer"] == "/purchase_order_number"


def test_an_order_that_was_thrown_away_is_not_there_any_more(ask: Ask) -> None:
    begun = ask("POST", "/entry-orders", {}, expect=201)
    ask("DELETE", f"/entry-orders/{begun['order']}", expect=204)
    ask("GET", f"/entry-orders/{begun['order']}", expect=404)


@pytest.mark.parametrize(
    ("other", "wrong"),
    [
        ({"starts": "2026-11-24T11:30"}, []),
        ({"starts": "2026-11-24T11:29"}, ["starts"]),
        ({"delivery": "Paper", "mode": None, "starts": "2026-12-06T09:30"}, []),
        ({"delivery": "Paper", "mode": None, "starts": "2026-12-06T09:29"}, ["starts"]),
        ({"delivery": "Paper"}, ["mode"]),
        ({"mode": None}, ["mode"]),
        ({"extra_time": 25}, []),
        ({"extra_time": 24}, ["extra_time"]),
        ({"extra_time": 301}, ["extra_time"]),
        ({"unit": "L/506/1788"}, ["unit"]),
        ({"qualification": "Q-0005001568"}, ["learner"]),
        ({"qualification": "Q-0009000001"}, ["learner"]),
        ({"apprenticeship": "Q-0009000001"}, ["learner"]),
        ({"unit": "X/000/0000"}, ["unit"]),
    ],
)
def test_each_entry_says_what_stands_in_its_way(
    ask: Ask, learner: str, other: dict[str, Any], wrong: list[str]
) -> None:
    """B2, B3, B5, B6: both sides of each boundary, at half past nine in November."""
    assert missing(ask, learner, **other) == wrong


def test_a_unit_is_not_booked_twice_nor_two_tests_at_once(
    ask: Ask, learner: str
) -> None:
    """B7."""
    begun = {"entries": [entry(learner), entry(learner)]}
    assert "twice" in ask("POST", "/entry-orders", begun, expect=422)["detail"]
    booking = book(ask, learner)["booking"]
    assert missing(ask, learner) == ["unit", "starts"]
    assert missing(ask, learner, starts="2026-12-10T11:00") == ["unit"]
    ask("POST", f"/bookings/{booking}/cancel")
    assert missing(ask, learner) == []


def test_a_booking_is_amended_and_cancelled_with_who_did_it(
    ask: Ask, learner: str, clock: Clock
) -> None:
    """B6, B8, B9, B10, H2, H4."""
    path = f"/bookings/{book(ask, learner)['booking']}"
    moved = ask("PATCH", path, {"starts": "2026-12-11T10:00", "extra_time": 25})
    assert (moved["starts"], moved["minutes"]) == ("2026-12-11T10:00:00Z", 75)
    ask("PATCH", path, {"extra_time": 50}, expect=409)
    ask("PATCH", path, {"extra_time": 50}, by="specialist", expect=422)
    given = ask("PATCH", path, {"extra_time": 50, "reason": "Agreed"}, by="specialist")
    assert given["minutes"] == 90
    events = ask("GET", f"{path}/events")["items"]
    assert events[1]["changes"]
    clock.advance(days=17)
    ask("PATCH", path, {"mode": "Offline"}, expect=409)
    assert ask("GET", "/bookings")["items"][0]["booking"] == given["booking"]
    cancelled = ask("POST", f"{path}/cancel")
    assert cancelled["attendance"] == "Cancelled"
    ask("POST", f"{path}/cancel", by="specialist", expect=403)
    tried = ask("GET", f"{path}/events")["items"][-1]
    assert tried["sentence"].startswith("Refused to cancel a booking: ")
    clock.advance(days=1)
    assert ask("GET", "/bookings")["items"] == []
    assert len(ask("GET", "/bookings", params={"past": True})["items"]) == 1
    charge, credit = ask("GET", "/invoice-lines")["items"][-2:]
    assert credit["amount"] == f"-{charge['amount']}"


def test_a_launch_link_starts_the_test_once(
    ask: Ask, service: Service, learner: str, clock: Clock
) -> None:
    """B12."""
    path = f"/bookings/{book(ask, learner)['booking']}"
    ask("POST", f"{path}/launch", expect=409)
    clock.advance(days=16)
    link = ask("POST", f"{path}/launch")["link"]
    player = TestClient(create_app(service))
    forged = link[:-1] + ("0" if link[-1] != "0" else "1")
    assert player.post(forged).status_code == 404
    started = player.post(link)
    assert (started.status_code, started.json()["minutes"]) == (200, 60)
    assert player.post(link).status_code == 404
    late = ask("POST", f"{path}/launch")["link"]
    clock.advance(minutes=5)
    assert player.post(late).status_code == 404


def test_a_pass_by_test_counts_for_a_claim_and_is_among_the_results(
    ask: Ask, learner: str, clock: Clock
) -> None:
    """B15, M12, R2."""
    entered = book(ask, learner)
    path = f"/bookings/{entered['booking']}"
    told = {"attendance": "Taken", "result": "Pass", "sat_on": "2026-12-10"}
    ask("POST", f"{path}/outcome", told, by="admin.riverside", expect=403)
    early = {"attendance": "Taken"}
    ask("POST", f"{path}/outcome", early, by="assessment", expect=409)
    ask("POST", f"{path}/outcome", told, by="assessment", expect=422)
    clock.advance(days=16)
    ask(
        "POST", f"{path}/outcome", {"attendance": "Booked"}, by="assessment", expect=422
    )
    ask(
        "POST", f"{path}/outcome", {**told, "sat_on": None}, by="assessment", expect=422
    )
    ask("POST", f"{path}/outcome", {**told, "grade": "Z"}, by="assessment", expect=422)
    for _ in range(2):
        shown = ask("POST", f"{path}/outcome", {**told, "mark": 40}, by="assessment")
        assert (shown["attendance"], shown["grade"]) == ("Taken", "P")
    ask(
        "POST", f"{path}/outcome", {"attendance": "Absent"}, by="assessment", expect=409
    )
    assert missing(ask, learner, starts="2026-12-20T10:00") == ["unit"]
    claim = {
        "qualification": QUALIFICATION,
        "units": ["L/506/1788"],
        "learners": [learner],
        "awards": [
            {
                "learner": learner,
                "award_type": "Interim",
                "award_date": "2026-12-10",
                "grades": {"L/506/1788": "P"},
            }
        ],
    }
    begun = ask("POST", "/claims", claim, expect=201)
    ask("POST", f"/claims/{begun['claim']}/submit")
    (shown,) = ask("GET", f"/learners/{learner}/results")
    assert {u["reference"] for u in shown["awards"][0]["units"]} == {
        UNIT,
        "L/506/1788",
    }
    (test,) = shown["tests"]
    assert (test["unit"], test["result"], test["sat_on"], test["mode"]) == (
        UNIT,
        "Pass",
        "2026-12-10",
        "Online",
    )
    url = f"/registrations/{entered['registration']}/cancellation"
    unmet = [c["name"] for c in ask("GET", url)["conditions"] if not c["is_met"]]
    assert unmet == ["no-test-taken", "no-result", "no-outcome", "no-claim"]


def test_a_result_that_is_put_right_is_shown_before_and_after(
    ask: Ask, learner: str, clock: Clock
) -> None:
    """B17, R2, H2."""
    path = f"/bookings/{book(ask, learner)['booking']}"
    clock.advance(days=16)
    failed = {"attendance": "Taken", "result": "Fail", "sat_on": "2026-12-10"}
    ask("POST", f"{path}/outcome", failed, by="assessment")
    right = {**failed, "result": "Pass", "mark": 41, "reason": "Marked again."}
    at = f"{path}/outcome/correction"
    ask("POST", at, right, by="admin.riverside", expect=403)
    ask("POST", at, {**right, "reason": ""}, by="assessment", expect=422)
    for _ in range(2):
        shown = ask("POST", at, right, by="assessment")
    assert (shown["is_pass"], shown["mark"]) == (True, 41)
    (before,) = shown["corrections"]
    assert (before["attendance"], before["is_pass"], before["sat_on"]) == (
        "Taken",
        False,
        "2026-12-10",
    )
    assert ask("GET", path)["corrections"] == [before]
    (listed,) = ask("GET", "/bookings", params={"date_from": "2026-12-01"})["items"]
    assert listed["corrections"] == [before]
    (results,) = ask("GET", f"/learners/{learner}/results")
    (test,) = results["tests"]
    assert (test["result"], test["corrections"]) == ("Pass", [before])
    ask("POST", at, {"attendance": "Absent", "reason": "Not there."}, by="assessment")
    ((test,),) = (r["tests"] for r in ask("GET", f"/learners/{learner}/results"))
    assert (test["result"], test["sat_on"]) == ("Absent", None)
    assert [each["is_pass"] for each in test["corrections"]] == [False, True]
    last = ask("GET", f"{path}/events")["items"][-1]
    assert (last["event"], last["reason"], last["user"]) == (
        "booking.outcome-corrected",
        "Not there.",
        "assessment",
    )


def test_the_register_of_a_sitting_names_who_sits_and_how_long(
    ask: Ask, learner: str, clock: Clock
) -> None:
    """B16."""
    booking = book(ask, learner, extra_time=25)["booking"]
    sitting = {"unit": UNIT, "starts": WHEN}
    (seat,) = ask("GET", "/bookings/register", params=sitting)
    assert (seat["learner"], seat["family_name"], seat["extra_time"]) == (
        learner,
        "M",
        25,
    )
    assert seat["attendance"] == "Booked"
    clock.advance(days=16)
    ask(
        "POST",
        f"/bookings/{booking}/outcome",
        {"attendance": "Absent"},
        by="assessment",
    )
    written = ask("GET", "/bookings/register.csv", params=sitting)
    (row,) = csv.DictReader(StringIO(written.removeprefix("\ufeff")))
    assert (row["learner"], row["family_name"], row["date_of_birth"]) == (
        learner,
        "M",
        "2006-03-27",
    )
    assert (row["extra_time"], row["minutes"], row["attendance"]) == (
        "25",
        "75",
        "Absent",
    )
    assert ask("GET", "/bookings/register", params=sitting, by="admin.hillside") == []
    ask("GET", "/bookings/register", params=sitting, by="specialist", expect=422)
    ask("GET", "/bookings/register", params=sitting, by="invoicing", expect=403)


def test_another_centre_finds_none_of_it(ask: Ask, learner: str) -> None:
    """Section 2."""
    entered = book(ask, learner)
    path = f"/bookings/{entered['booking']}"
    for method, each, body in (
        ("GET", path, None),
        ("PATCH", path, {"extra_time": 25}),
        ("POST", f"{path}/cancel", None),
        ("POST", f"{path}/launch", None),
    ):
        ask(method, each, body, by="admin.hillside", expect=404)
    assert ask("GET", "/bookings", by="admin.hillside")["items"] == []
    assert missing(
        lambda *a, **k: ask(*a, **{**k, "by": "admin.hillside"}), learner
    ) == ["learner"]
