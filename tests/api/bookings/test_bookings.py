"""Tests are entered, booked, amended, sat, and count for claims, over HTTP."""

from typing import Any

import pytest
from fastapi.testclient import TestClient

from api.app import create_app
from service import Service
from tests.api.bookings import booking_centre
from tests.api.bookings.booking_centre import UNIT, Ask, book, entry, missing
from tests.api.running import ClientAs
from tests.clock import Clock

ask, learner = booking_centre.ask, booking_centre.learner


def test_an_order_of_entries_is_put_together_and_booked_at_the_total_seen(
    ask: Ask, learner: str
) -> None:
    """B1, B4, H4: a total that was not the one seen is in the history."""
    begun = ask("POST", "/entry-orders", {}, expect=201)
    path = f"/entry-orders/{begun['order']}"
    assert [m["message"] for m in begun["missing"]] == [
        "There are no tests in the order. Choose at least one."
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
    assert missing(ask, learner) == ["unit"]
    assert missing(ask, learner, starts="2026-12-10T11:00") == ["unit"]
    ask("POST", f"/bookings/{booking}/cancel")
    assert missing(ask, learner) == []


def test_a_test_is_not_booked_in_a_year_that_was_mistyped(
    ask: Ask, learner: str
) -> None:
    """B3: nor moved to one."""
    assert missing(ask, learner, starts="2040-12-10T11:00") == ["starts"]
    path = f"/bookings/{book(ask, learner)['booking']}"
    moved = ask("PATCH", path, {"starts": "2040-12-11T10:00"}, expect=409)
    assert "more than 5 years from now" in moved["detail"]


def test_what_was_sent_as_if_match_and_never_was_is_told(
    ask: Ask, learner: str, client_as: ClientAs
) -> None:
    path = f"/api/v1/bookings/{book(ask, learner)['booking']}"
    body, headers = {"extra_time": 25}, {"If-Match": '"999"'}
    answer = client_as("admin.riverside").patch(path, json=body, headers=headers)
    assert answer.status_code == 412
    assert "was never the ETag of this" in answer.json()["detail"]


def test_what_had_not_begun_at_a_moment_is_said_of_that_moment(
    ask: Ask, learner: str
) -> None:
    """H3."""
    path = f"/learners/{learner}"
    then = {"as_at": "2020-01-01T00:00:00Z"}
    missed = ask("GET", path, params=then, expect=404)
    assert missed["detail"].startswith(
        f"There was no learner {learner} here at that moment."
    )


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


def test_a_centre_does_not_undo_the_extra_time_of_an_account_specialist(
    ask: Ask, learner: str
) -> None:
    """B6: it is refused, saying so; another time is had all the same."""
    path = f"/bookings/{book(ask, learner)['booking']}"
    given = {"extra_time": 40, "reason": "Seen the report."}
    ask("PATCH", path, given, by="specialist")
    refused = ask("PATCH", path, {"extra_time": 25}, expect=409)
    assert "An Account Specialist gave" in refused["detail"]
    assert "Leave extra_time out to keep it" in refused["detail"]
    shown = ask("PATCH", path, {"starts": "2026-12-11T10:00"})
    assert (shown["extra_time"], shown["starts"]) == (40, "2026-12-11T10:00:00Z")
    ask("PATCH", path, {"extra_time": 0, "reason": "Not needed."}, by="specialist")
    ask("PATCH", path, {"extra_time": 25}, expect=409)


def test_course_dates_a_century_off_are_asked_about(ask: Ask) -> None:
    """O4: and taken from whoever says that they are right."""
    slip = {"starts": "1926-09-01", "ends": "2027-07-16"}
    order = {"products": ["Q-0005001568"], "dates": [slip]}
    refused = ask("POST", "/orders", order, expect=409)
    (error,) = refused["errors"]
    assert error["pointer"] == "/dates/0/starts"
    assert "start on 1 September 1926" in error["message"]
    begun = ask("POST", "/orders", {"products": ["Q-0005001568"]}, expect=201)
    path = f"/orders/{begun['order']}/course-dates"
    ask("PUT", path, {"dates": [slip]}, expect=409)
    ask("PUT", path, {"dates": [{**slip, "confirm_unlikely": True}]})
