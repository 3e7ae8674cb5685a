"""Who is entered for tests, through what, and when a test is or was to be sat."""

import csv
from io import StringIO
from typing import Any

from tests.api.bookings import booking_centre
from tests.api.bookings.booking_centre import (
    QUALIFICATION,
    UNIT,
    Ask,
    book,
    entry,
    missing,
)
from tests.clock import Clock

ask, learner = booking_centre.ask, booking_centre.learner
APPRENTICESHIP, OTHER_APPRENTICESHIP = "Q-0009000001", "Q-0009000002"
PRINCIPLES = "Q-0005001702"
NEEDS, COMPLAINTS = "Y/505/7002", "T/505/7010"
FORMULAS = {"given_name": '=HYPERLINK("http://x")', "family_name": "@SUM(A1)"}


def known(ask: Ask, **other: str) -> str:
    told = {"given_name": "Ann", "family_name": "N", "date_of_birth": "2006-03-28"}
    return str(ask("POST", "/learners", {**told, **other}, expect=201)["learner"])


def registered(ask: Ask, learner: str, product: str) -> dict[str, Any]:
    order = {
        "products": [product],
        "learners": [{"learners": [{"learner": learner}]}],
        "dates": [{"starts": "2026-09-01", "ends": "2027-07-16"}],
    }
    begun = ask("POST", "/orders", order, expect=201)
    told = {"total": begun["total"]}
    done = ask("POST", f"/orders/{begun['order']}/confirm", told)
    row: dict[str, Any] = done["products"][0]["learners"][0]
    return row


def look_up(ask: Ask, learner: str, by: str = "admin.riverside", **told: str) -> Any:
    params = {"qualification": QUALIFICATION, "unit": UNIT, **told}
    return ask("GET", f"/entry-orders/learners/{learner}", by=by, params=params)


def why(ask: Ask, learner: str, **told: str) -> str:
    """Give the one reason why a learner cannot be entered; nothing if they can."""
    found = look_up(ask, learner, **told)
    assert found["can_be_entered"] == (found["reasons"] == [])
    assert len(found["reasons"]) <= 1
    return "".join(found["reasons"])


def test_who_came_through_an_apprenticeship_is_booked_through_it(ask: Ask) -> None:
    """B2, L4, O7: from its order to the learner's page; not as stand-alone."""
    ann = known(ask)
    row = registered(ask, ann, APPRENTICESHIP)
    (part,) = (q for q in row["qualifications"] if q["qualification"] == QUALIFICATION)
    refused = ask("POST", "/entry-orders", {"entries": [entry(ann)]}, expect=409)
    assert f"through the apprenticeship {APPRENTICESHIP}" in refused["detail"]
    assert missing(ask, ann, apprenticeship=OTHER_APPRENTICESHIP) == ["learner"]
    assert missing(ask, ann, qualification=APPRENTICESHIP) == ["learner"]
    entered = book(ask, ann, apprenticeship=APPRENTICESHIP)
    assert entered["registration"] == part["registration"]
    assert entered["apprenticeship"] == APPRENTICESHIP
    page = ask("GET", f"/learners/{ann}/registrations")
    assert page["qualifications"] == []
    (parent,) = page["apprenticeships"]
    tested, other = parent["qualifications"]
    (test,) = tested["tests"]
    assert test == {
        "booking": entered["booking"],
        "unit": UNIT,
        "unit_title": "Participate in a project",
        "starts": "2026-12-10T10:00:00Z",
        "when": "10 December 2026 at 10:00",
        "attendance": "Booked",
        "is_pass": None,
        "invoice_status": "Not invoiced",
    }
    assert other["tests"] == []
    url = f"/registrations/{row['registration']}/cancellation"
    unmet = {c["name"]: c["in_the_way"] for c in ask("GET", url)["conditions"]}
    assert unmet["no-test-booked"] == [entered["booking"]]


def test_who_cannot_be_found_for_a_test_is_looked_up_and_the_reason_given(
    ask: Ask, learner: str
) -> None:
    """B2, B7."""
    assert why(ask, learner) == ""
    assert "not through Q-0009000001" in why(
        ask, learner, apprenticeship=APPRENTICESHIP
    )
    assert "not a testable unit" in why(ask, learner, unit="L/506/1788")
    cat = known(ask, given_name="Cat")
    assert "no Active registration" in why(ask, cat)
    row = registered(ask, cat, APPRENTICESHIP)
    assert look_up(ask, cat)["apprenticeship"] == APPRENTICESHIP
    assert "book through it" in why(ask, cat)
    assert why(ask, cat, apprenticeship=APPRENTICESHIP) == ""
    cancel = f"/registrations/{row['registration']}/cancel"
    ask("POST", cancel, {"reason": "By mistake"})
    assert "is Cancelled" in why(ask, cat, apprenticeship=APPRENTICESHIP)
    booking = book(ask, learner)["booking"]
    assert f"booked for {UNIT} already, by {booking}" in why(ask, learner)
    found = look_up(ask, learner, by="assessor.riverside")
    assert (found["family_name"], found["can_be_entered"]) == ("M", False)
    at = f"/entry-orders/learners/{learner}"
    params = {"qualification": QUALIFICATION, "unit": UNIT}
    ask("GET", at, by="admin.hillside", params=params, expect=404)
    ask("GET", at, params={**params, "qualification": APPRENTICESHIP}, expect=404)


def test_a_test_that_was_taken_frees_its_unit_and_one_that_was_passed_does_not(
    ask: Ask, learner: str, clock: Clock
) -> None:
    """B7, B8, B9, B15, R2, L4: entered, sat and entered again, in every way there is."""
    paper = {"delivery": "Paper", "mode": None}
    ways: list[tuple[dict[str, Any], dict[str, Any], str | None]] = [
        ({"mode": "Classroom"}, {"attendance": "Absent"}, None),
        ({"mode": "Offline"}, {"attendance": "Taken"}, None),
        (paper, {"attendance": "Taken", "result": "Fail", "mark": 12}, "Fail"),
        ({"mode": "Online"}, {"attendance": "Taken", "result": "Pass"}, "Pass"),
    ]
    for number, (how, outcome, result) in enumerate(ways):
        day = f"2027-01-{number + 10}"
        at = f"/bookings/{book(ask, learner, starts=f'{day}T10:00', **how)['booking']}"
        clock.now = clock.now.replace(
            year=2027, month=1, day=number + 10, hour=13, minute=59
        )
        assert [b["booking"] for b in ask("GET", "/bookings")["items"]] == [at[10:]]
        told = {**outcome, "sat_on": day} if result else outcome
        shown = ask("POST", f"{at}/outcome", told, by="assessment")
        assert shown["attendance"] == outcome["attendance"]
        over = ask("POST", f"{at}/cancel", expect=409)["detail"]
        state = "was sat" if outcome["attendance"] == "Taken" else "was reported Absent"
        assert over.startswith(f"{at[10:]} {state}")
        assert ", so it cannot be cancelled; nothing was changed." in over
        clock.advance(minutes=1)
        assert ask("GET", "/bookings")["items"] == []
        clock.now = clock.now.replace(year=2026, month=12, day=20)
    assert missing(ask, learner, starts="2027-02-01T10:00") == ["unit"]
    assert why(ask, learner).endswith(
        f"has passed {UNIT} already. Leave this test out."
    )
    (shown,) = ask("GET", f"/learners/{learner}/results")
    assert [
        (t["delivery"], t["mode"], t["sat_on"], t["result"], t["mark"])
        for t in shown["tests"]
    ] == [
        ("Paper", None, "2027-01-12", "Fail", 12),
        ("Onscreen", "Online", "2027-01-13", "Pass", None),
    ]
    (row,) = ask("GET", f"/learners/{learner}/registrations")["qualifications"]
    assert [(t["when"], t["attendance"], t["is_pass"]) for t in row["tests"]] == [
        ("10 January 2027 at 10:00", "Absent", None),
        ("11 January 2027 at 10:00", "Taken", None),
        ("12 January 2027 at 10:00", "Taken", False),
        ("13 January 2027 at 10:00", "Taken", True),
    ]


def test_no_learner_is_given_two_tests_at_once_nor_moved_to_another(ask: Ask) -> None:
    """B6, B7, B10: one begins when the other ends, 57 minutes of 45 with extra time."""
    ann = known(ask)
    registered(ask, ann, PRINCIPLES)
    both = {"qualification": PRINCIPLES, "starts": "2026-12-10T10:00"}
    first = book(ask, ann, **both, unit=NEEDS, extra_time=25)["booking"]
    assert ask("GET", f"/bookings/{first}")["minutes"] == 57
    soon = {**both, "unit": COMPLAINTS, "starts": "2026-12-10T10:56"}
    assert missing(ask, ann, **soon) == ["starts"]
    second = book(ask, ann, **{**soon, "starts": "2026-12-10T10:57"})["booking"]
    path = f"/bookings/{second}"
    refused = ask("PATCH", path, {"starts": "2026-12-10T10:56"}, expect=409)
    assert first in refused["detail"]
    ask("PATCH", path, {"starts": "2026-12-10T09:20"})
    ask("PATCH", path, {"extra_time": 25}, expect=409)
    ask("PATCH", path, {"starts": "2026-12-10T09:10", "extra_time": 25})
    ask("POST", f"/bookings/{first}/cancel")
    ask("PATCH", path, {"starts": "2026-12-10T10:56"})


def test_a_booking_is_cancelled_until_its_window_closes_whatever_the_clocks_do(
    ask: Ask, learner: str, clock: Clock
) -> None:
    """B4, B9: the hour that is not there is no time; of two, the first is meant."""
    for skipped in ("2027-03-28T01:00", "2027-03-28T01:59"):
        told = {"entries": [entry(learner, starts=skipped)]}
        refused = ask("POST", "/entry-orders", told, expect=422)
        assert "does not exist in London" in refused["detail"]
        assert refused["errors"][0]["pointer"] == "/entries/0/starts"
    at = f"/bookings/{book(ask, learner, starts='2026-12-10T10:00')['booking']}"
    ask("PATCH", at, {"starts": "2027-03-28T01:30"}, expect=422)
    moved = ask("PATCH", at, {"starts": "2027-10-31T01:30"})
    assert moved["starts"] == "2027-10-31T00:30:00Z"
    later = ask("PATCH", at, {"starts": "2027-10-31T01:30+00:00"})
    assert later["starts"] == "2027-10-31T01:30:00Z"
    moved = ask("PATCH", at, {"starts": "2027-03-28T03:00"})
    assert (moved["opens"], moved["closes"]) == (
        "2027-03-27T22:00:00Z",
        "2027-03-28T06:00:00Z",
    )
    clock.now = clock.now.replace(year=2027, month=3, day=28, hour=6, minute=0)
    refused = ask("POST", f"{at}/cancel", expect=409)
    assert "closed on 28 March 2027 at 07:00" in refused["detail"]
    clock.advance(microseconds=-1)
    assert ask("POST", f"{at}/cancel")["attendance"] == "Cancelled"


def test_a_register_has_every_name_as_it_is_and_as_text_in_a_spreadsheet(
    ask: Ask,
) -> None:
    """B16: JSON and CSV; of those who sit, not of who was cancelled."""
    ann, ben = known(ask, **FORMULAS), known(ask, given_name="Ben")
    for each in (ann, ben):
        registered(ask, each, QUALIFICATION)
    book(ask, ann)
    called_off = book(ask, ben)["booking"]
    ask("POST", f"/bookings/{called_off}/cancel")
    sitting = {"unit": UNIT, "starts": "2026-12-10T10:00"}
    (seat,) = ask("GET", "/bookings/register", params=sitting)
    assert {name: seat[name] for name in FORMULAS} == FORMULAS
    written = ask("GET", "/bookings/register.csv", params=sitting)
    assert written.startswith("\ufeff")
    (row,) = csv.DictReader(StringIO(written.removeprefix("\ufeff")))
    assert {name: row[name] for name in FORMULAS} == {
        name: f"'{value}" for name, value in FORMULAS.items()
    }
    asked = {"reason": "Asked", "end_in_flight": True}
    ask("POST", f"/learners/{ann}/erase", asked, by="specialist")
    assert ask("GET", "/bookings/register", params=sitting) == []
    other = {**sitting, "starts": "2026-12-10T10:01"}
    assert ask("GET", "/bookings/register", params=other) == []
