"""Sittings are listed, with rooms and registers by name; bookings are found by all that."""

import csv
from io import StringIO
from typing import Any

import pytest

from tests.api.bookings import booking_centre
from tests.api.bookings.booking_centre import QUALIFICATION, UNIT, WHEN, Ask, book
from tests.api.bookings.test_entries import known, registered
from tests.clock import Clock

ask = booking_centre.ask
SITTING = {"unit": UNIT, "starts": WHEN}
LATER = "2026-12-12T14:30"


@pytest.fixture
def booked(ask: Ask) -> dict[str, str]:
    """Book a test for three at one time, and for a fourth later: each with a learner."""
    made = {}
    for given_name, family_name, how in (
        ("Zoë", "Äbel", {"mode": "Online", "extra_time": 25}),
        ("ann", "o'Brien", {"mode": "Offline"}),
        ("Ben", "abel", {"delivery": "Paper", "mode": None}),
        ("Cat", "Young", {"starts": LATER}),
    ):
        learner = known(ask, given_name=given_name, family_name=family_name)
        registered(ask, learner, QUALIFICATION)
        made[str(given_name)] = str(book(ask, learner, **how)["booking"])
    return made


def bookings(ask: Ask, **params: Any) -> set[str]:
    rows = ask("GET", "/bookings", params=params)["items"]
    return {str(row["booking"]) for row in rows}


def test_sittings_are_listed_by_their_time_with_how_many_sit_them(
    ask: Ask, booked: dict[str, str], clock: Clock
) -> None:
    """B8, B16."""
    first, later = ask("GET", "/sittings")["items"]
    assert (first["unit"], first["starts"]) == (UNIT, "2026-12-10T10:00:00Z")
    assert (first["learners"], first["booked"], first["modes"]) == (
        3,
        3,
        ["Offline", "Online", "Paper"],
    )
    assert first["when"] == "10 December 2026 at 10:00"
    assert first["title"] == "Level 2 Diploma in Team Leading"
    assert first["unit_title"]
    assert (later["learners"], later["starts"]) == (1, "2026-12-12T14:30:00Z")
    ask("POST", f"/bookings/{booked['Cat']}/cancel")
    assert ask("GET", "/sittings")["items"] == [first]
    assert len(ask("GET", first["register_at"].removeprefix("/api/v1"))) == 3
    for params in (
        {"unit": "A/506/0000"},
        {"qualification": "Q-0005001568"},
        {"date_from": "2026-12-11"},
        {"date_to": "2026-12-09"},
        {"room": "Hall B"},
    ):
        assert ask("GET", "/sittings", params=params)["items"] == [], params
    day = {"date_from": "2026-12-10", "date_to": "2026-12-10", "unit": UNIT}
    assert ask("GET", "/sittings", params=day)["items"] == [first]
    assert ask("GET", "/sittings", by="admin.hillside")["items"] == []
    assert ask("GET", "/sittings", by="auditor")["items"] == [first]
    clock.advance(days=20)
    outcome = {"attendance": "Absent"}
    ask("POST", f"/bookings/{booked['Ben']}/outcome", outcome, by="assessment")
    assert ask("GET", "/sittings")["items"] == []
    (over,) = ask("GET", "/sittings", params={"past": "true"})["items"]
    assert (over["booked"], over["absent"], over["taken"]) == (2, 1, 0)


def test_sittings_are_listed_page_by_page(ask: Ask, booked: dict[str, str]) -> None:
    assert booked
    whole = ask("GET", "/sittings")["items"]
    page = ask("GET", "/sittings", params={"limit": 1})
    rest = ask("GET", "/sittings", params={"limit": 1, "cursor": page["next"]})
    assert [*page["items"], *rest["items"]] == whole
    assert rest["next"] is None


def test_a_register_is_by_name_with_title_day_time_and_room_for_excel(
    ask: Ask, booked: dict[str, str]
) -> None:
    """B16: case and accents apart; a room given to all, and to one otherwise."""
    told = ask("POST", "/sittings/room", {**SITTING, "room": " Hall B\u00a0"})
    assert told["bookings"] == 3
    shown = ask("PUT", f"/bookings/{booked['ann']}/room", {"room": "=1+1"})
    assert shown["room"] == "=1+1"
    rows = ask("GET", "/bookings/register", params=SITTING)
    assert [(row["family_name"], row["given_name"]) for row in rows] == [
        ("abel", "Ben"),
        ("Äbel", "Zoë"),
        ("o'Brien", "ann"),
    ]
    assert {(row["date"], row["time"]) for row in rows} == {("2026-12-10", "10:00")}
    assert {row["title"] for row in rows} == {"Level 2 Diploma in Team Leading"}
    assert [row["room"] for row in rows] == ["Hall B", "Hall B", "=1+1"]
    assert [(row["mode"], row["minutes"]) for row in rows] == [
        (None, 60),
        ("Online", 75),
        ("Offline", 60),
    ]
    written = ask("GET", "/bookings/register.csv", params=SITTING)
    assert written.startswith("\ufefflearner,given_name,family_name")
    found = [*csv.DictReader(StringIO(written.removeprefix("\ufeff")))]
    assert [row["room"] for row in found] == ["Hall B", "Hall B", "'=1+1"]
    assert [row["unit_title"] for row in found] == [row["unit_title"] for row in rows]
    in_hall = {**SITTING, "room": "Hall B"}
    assert len(ask("GET", "/bookings/register", params=in_hall)) == 2
    (sitting, _) = ask("GET", "/sittings")["items"]
    assert sitting["rooms"] == ["=1+1", "Hall B"]


def test_a_room_is_given_taken_away_and_kept_in_the_history(
    ask: Ask, booked: dict[str, str], clock: Clock
) -> None:
    """B10, B16: even after the window has opened, when nothing else can be amended."""
    path = f"/bookings/{booked['Zoë']}"
    clock.now = clock.now.replace(month=12, day=10, hour=9)
    assert ask("PUT", f"{path}/room", {"room": "Hall A"})["room"] == "Hall A"
    assert ask("PUT", f"{path}/room", {"room": "Hall A"})["room"] == "Hall A"
    assert ask("PUT", f"{path}/room", {"room": " "})["room"] is None
    rooms = [
        each["data"]["room"]
        for each in ask("GET", f"{path}/events")["items"]
        if each["event"] == "booking.room-given"
    ]
    assert rooms == ["Hall A", None]
    ask("POST", f"{path}/cancel")
    refused = ask("PUT", f"{path}/room", {"room": "Hall A"}, expect=409)
    assert "is cancelled" in refused["detail"]
    assert ask("POST", "/sittings/room", {**SITTING, "room": "B"})["bookings"] == 2
    for method, at, body in (
        ("PUT", f"{path}/room", {"room": "A"}),
        ("PUT", f"/bookings/{booked['ann']}/room", {"room": "A"}),
    ):
        ask(method, at, body, by="admin.hillside", expect=404)
    nobody = ask(
        "POST",
        "/sittings/room",
        {**SITTING, "room": "A"},
        by="admin.hillside",
        expect=404,
    )
    assert nobody["detail"].startswith("Nobody of your centre sits")
    ask("POST", "/sittings/room", {**SITTING, "room": "A"}, by="auditor", expect=403)


def test_bookings_are_found_by_name_mode_group_and_plain_days(
    ask: Ask, booked: dict[str, str]
) -> None:
    """B8: days are London's, both included."""
    zoe, ann, ben, cat = booked.values()
    assert bookings(ask) == {zoe, ann, ben, cat}
    assert bookings(ask, name="abel") == {zoe, ben}
    assert bookings(ask, name="zoe ABEL") == {zoe}
    assert bookings(ask, name="brien") == {ann}
    assert bookings(ask, mode="Offline") == {ann}
    assert bookings(ask, group="Autumn 2026") == set()
    assert bookings(ask, date_from="2026-12-11") == {cat}
    assert bookings(ask, date_to="2026-12-11") == {zoe, ann, ben}
    assert bookings(ask, date_from="2026-12-12", date_to="2026-12-12") == {cat}
    (row,) = ask("GET", "/bookings", params={"name": "Young"})["items"]
    assert (row["title"], row["unit_title"]) == (
        "Level 2 Diploma in Team Leading",
        ask("GET", "/sittings")["items"][0]["unit_title"],
    )
