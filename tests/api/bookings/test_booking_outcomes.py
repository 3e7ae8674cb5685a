"""What becomes of a booking: its register, its result, and a result put right."""

import csv
from io import StringIO
from typing import Any

from tests.api.bookings import booking_centre
from tests.api.bookings.booking_centre import (
    QUALIFICATION,
    UNIT,
    WHEN,
    Ask,
    book,
    missing,
)
from tests.clock import Clock

ask, learner = booking_centre.ask, booking_centre.learner


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


def test_a_report_that_lacks_something_is_told_what(
    ask: Ask, learner: str, clock: Clock
) -> None:
    """B15: nothing that is sent is passed over in silence."""
    booking = book(ask, learner)["booking"]
    path = f"/bookings/{booking}/outcome"
    clock.advance(days=16)
    result = {"attendance": "Taken", "result": "Pass", "sat_on": "2026-12-10"}

    def refused(**told: Any) -> tuple[str, str]:
        problem = ask("POST", path, told, by="assessment", expect=422)
        (error,) = problem["errors"]
        return error["pointer"], error["message"]

    day = {**result, "sat_on": None}
    pointer, said = refused(**day)
    assert pointer == "/sat_on"
    assert said.startswith(f"The day on which {booking} was sat is missing.")
    for lone in ({"sat_on": "2026-12-10"}, {"mark": 30}, {"grade": "P"}):
        (what,) = lone
        pointer, said = refused(attendance="Taken", **lone)
        assert (pointer, f"{what} of {booking} was sent" in said) == ("/result", True)
    for part in ({"result": "Pass"}, {"mark": 0}, {"sat_on": "2026-12-10"}):
        pointer, said = refused(attendance="Absent", **part)
        assert (pointer, "Report Absent alone" in said) == ("/attendance", True)
    assert refused(**result, mark=61) == (
        "/mark",
        f"61 is more than the 60 marks of {UNIT}. Give a mark of 0 to 60.",
    )
    shown = ask("POST", path, {**result, "mark": 60}, by="assessment")
    assert (shown["attendance"], shown["mark"]) == ("Taken", 60)
