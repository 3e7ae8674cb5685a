"""Orders of entries are found and listed; one line enters many learners for a test."""

from typing import Any

import pytest

from tests.api.bookings import booking_centre
from tests.api.bookings.booking_centre import (
    QUALIFICATION,
    UNIT,
    WHEN,
    Ask,
    book,
    entry,
)
from tests.api.bookings.test_entries import APPRENTICESHIP, known, registered
from tests.clock import Clock
from tests.learner_examples import cells, csv_file

ask = booking_centre.ask
TEST = {
    "qualification": QUALIFICATION,
    "unit": UNIT,
    "delivery": "Onscreen",
    "starts": WHEN,
    "mode": "Online",
}
PRINCIPLES, NEEDS = "Q-0005001702", "Y/505/7002"


def of(ask: Ask, path: str = "/entry-orders", **params: Any) -> list[str]:
    return [row["order"] for row in ask("GET", path, params=params)["items"]]


@pytest.fixture
def people(ask: Ask) -> list[str]:
    """Make three learners known; two of them are on a qualification with a test."""
    found = [known(ask, given_name=name) for name in ("Ann", "Ben", "Cat")]
    for each in found[:2]:
        registered(ask, each, QUALIFICATION)
    return found


def uploaded(
    ask: Ask, name: str, *given_names: str, by: str = "admin.riverside"
) -> str:
    """Upload a group, and submit it."""
    rows = [cells(given_name=given_name, uln="") for given_name in given_names]
    files = {"file": ("learners.csv", csv_file(*rows), "text/csv")}
    told = {"data": {"name": name}, "files": files, "expect": 202, "by": by}
    group = str(ask("POST", "/learner-groups", **told)["group"])
    path = f"/learner-groups/{group}"
    for progress, then in ((50, f"{path}/submit"), (100, None)):
        while ask("GET", path, by=by)["progress"] < progress:
            pass
        if then:
            ask("POST", then, expect=202, by=by)
    return group


def test_orders_of_both_kinds_are_found_by_product_learner_and_state(
    ask: Ask, people: list[str], clock: Clock
) -> None:
    """B1, O1: apart and together, with what they are for and what they cost."""
    ann, ben, _ = people
    clock.advance(minutes=1)
    eve = known(ask, given_name="Eve")
    registered(ask, eve, APPRENTICESHIP)
    clock.advance(minutes=1)
    booked = book(ask, ben)["booking"]
    clock.advance(minutes=1)
    entries = [entry(ann), entry(eve, apprenticeship=APPRENTICESHIP)]
    draft = ask("POST", "/entry-orders", {"entries": entries}, expect=201)["order"]
    clock.advance(minutes=1)
    empty = ask("POST", "/entry-orders", {}, expect=201)["order"]
    confirmed = ask("GET", f"/bookings/{booked}")["order"]
    rows = ask("GET", "/entry-orders")["items"]
    assert [row["order"] for row in rows] == [empty, draft, confirmed]
    assert [
        (r["kind"], r["state"], r["learners"], r["entries"], r["total"]) for r in rows
    ] == [
        ("Entries", "Draft", 0, 0, "0.00"),
        ("Entries", "Draft", 2, 2, "29.00"),
        ("Entries", "Confirmed", 1, 1, "14.50"),
    ]
    assert rows[1]["products"] == {QUALIFICATION: 2}
    assert rows[1]["titles"] == {QUALIFICATION: "Level 2 Diploma in Team Leading"}
    assert of(ask, learner=ben) == [confirmed]
    assert of(ask, product=APPRENTICESHIP) == [draft]
    assert of(ask, product=QUALIFICATION, state="Draft") == [draft]
    assert of(ask, reference=draft[-5:]) == [draft]
    assert of(ask, product=PRINCIPLES) == []
    everything = of(ask, "/orders")
    assert everything[:3] == [empty, draft, confirmed]
    assert of(ask, "/orders", kind="Entries") == everything[:3]
    assert of(ask, "/orders", kind="Registrations") == everything[3:]
    both = of(ask, "/orders", learner=ben, product=QUALIFICATION)
    assert len(both) == 2
    assert both[0] == confirmed
    ask("DELETE", f"/entry-orders/{draft}", expect=204)
    assert of(ask) == [empty, confirmed]


def test_another_centre_finds_none_of_the_orders(ask: Ask, people: list[str]) -> None:
    book(ask, people[0])
    for path in ("/entry-orders", "/orders"):
        assert ask("GET", path, by="admin.hillside")["items"] == []
        assert len(ask("GET", path, by="auditor")["items"]) >= 1


def test_a_group_of_too_many_is_divided_as_the_refusal_says(
    ask: Ask, monkeypatch: pytest.MonkeyPatch
) -> None:
    """B1: its learners are listed, and named in several orders."""
    monkeypatch.setattr("aggregates.bookings.entry_order.MOST_ENTRIES", 2)
    group = uploaded(ask, "Autumn 2026", "Dan", "Eve", "Flo")
    listed = ask("GET", "/learners", params={"group": group})["items"]
    learners = [row["learner"] for row in listed]
    for learner in learners:
        registered(ask, learner, QUALIFICATION)
    whole = {"lines": [{**TEST, "groups": [group]}]}
    refused = ask("POST", "/entry-orders", whole, expect=422)
    assert refused["detail"] == (
        "An order has at most 2 entries; these are 3. Make 2 orders of them. To divide a"
        " group, name its learners under learners in place of the group: GET"
        " /learners?group= and the group's number lists them."
    )
    assert [each["pointer"] for each in refused["errors"]] == ["/lines/0"]
    for part in (learners[:2], learners[2:]):
        line = {**TEST, "learners": part}
        begun = ask("POST", "/entry-orders", {"lines": [line]}, expect=201)
        assert [each["learner"] for each in begun["entries"]] == part


def test_one_line_enters_a_list_and_a_group_for_a_test(
    ask: Ask, people: list[str]
) -> None:
    """B1, U10: one date, mode and extra time; who is named twice is entered once."""
    ann, ben, _ = people
    group = uploaded(ask, "Autumn 2026", "Dan", "Eve")
    (first, second) = (
        row["learner"]
        for row in ask("GET", "/learners", params={"group": group})["items"]
    )
    registered(ask, first, QUALIFICATION)
    line = {**TEST, "extra_time": 25, "learners": [ann, ben, first]}
    refused = ask(
        "POST", "/entry-orders", {"lines": [{**line, "groups": [group]}]}, expect=409
    )
    assert refused["errors"][0]["pointer"] == "/lines/0/groups"
    assert second in refused["detail"]
    assert refused["detail"].endswith("it leaves out those of a group who are not.")
    line["groups"], line["only_registered"] = [" autumn 2026 "], True
    begun = ask("POST", "/entry-orders", {"lines": [line]}, expect=201)
    assert [e["learner"] for e in begun["entries"]] == [ann, ben, first]
    assert {(e["starts"], e["mode"], e["extra_time"]) for e in begun["entries"]} == {
        ("2026-12-10T10:00:00Z", "Online", 25)
    }
    assert begun["entries"][2]["given_name"] in {"Dan", "Eve"}
    assert begun["entries"][0]["title"] == "Level 2 Diploma in Team Leading"
    assert begun["entries"][0]["unit_title"]
    assert (begun["missing"], begun["total"]) == ([], "43.50")
    path = f"/entry-orders/{begun['order']}/confirm"
    shown = ask("POST", path, {"total": "43.50"})
    booked = [each["booking"] for each in shown["entries"]]
    assert all(booked)
    for called in (group, "Autumn 2026"):
        (row,) = ask("GET", "/bookings", params={"group": called})["items"]
        assert row["booking"] == booked[2]


def test_entries_are_added_changed_and_removed_without_sending_all(
    ask: Ask, people: list[str]
) -> None:
    """B1: what was wrong is pointed to where it was sent."""
    ann, ben, cat = people
    begun = ask("POST", "/entry-orders", {"entries": [entry(ann)]}, expect=201)
    path = f"/entry-orders/{begun['order']}"
    more = {"lines": [{**TEST, "learners": [ben]}]}
    shown = ask("POST", f"{path}/entries", more)
    assert [each["learner"] for each in shown["entries"]] == [ann, ben]
    again = ask("POST", f"{path}/entries", more, expect=422)
    assert again["errors"][0]["pointer"] == "/lines/0"
    other = {"lines": [{**TEST, "learners": [cat]}]}
    refused = ask("POST", f"{path}/entries", other, expect=409)
    assert refused["errors"][0]["pointer"] == "/lines/0/learners/0"
    change = {"extra_time": 25, "starts": "2026-12-11T09:00", "mode": "Offline"}
    shown = ask("PATCH", f"{path}/entries/{ben}", change, params={"unit": UNIT})
    assert [
        (e["learner"], e["extra_time"], e["starts"], e["mode"])
        for e in shown["entries"]
    ] == [
        (ann, 0, "2026-12-10T10:00:00Z", "Online"),
        (ben, 25, "2026-12-11T09:00:00Z", "Offline"),
    ]
    assert ask("PATCH", f"{path}/entries/{ben}", {}) == shown
    away = {"starts": None, "mode": None}
    asked = ask("PATCH", f"{path}/entries/{ben}", away, expect=409)
    assert f"the time and the mode of the test of {UNIT} for {ben}" in asked["detail"]
    asked = ask("DELETE", f"{path}/entries/{ben}", expect=409)
    assert f"the test of {UNIT} for {ben}" in asked["detail"]
    cleared = ask("PATCH", f"{path}/entries/{ben}", {**away, "confirm_loss": True})
    assert [each["pointer"] for each in cleared["missing"]] == [
        "/entries/1/mode",
        "/entries/1/starts",
    ]
    wrong = {"delivery": "Paper", "starts": "2026-12-32"}
    ask("PATCH", f"{path}/entries/{ben}", wrong, expect=422)
    ask("PATCH", f"{path}/entries/{cat}", change, expect=404)
    ask("PATCH", f"{path}/entries/{ben}", change, params={"unit": NEEDS}, expect=404)
    ask("DELETE", f"{path}/entries/{cat}", expect=404)
    sure = {"confirm_loss": True}
    shown = ask("DELETE", f"{path}/entries/{ben}", params=sure)
    assert [each["learner"] for each in shown["entries"]] == [ann]
    ask("POST", f"{path}/confirm", {"total": "14.50"})
    for method in ("PATCH", "DELETE"):
        refused = ask(method, f"{path}/entries/{ann}", {}, expect=409)
        assert "confirmed" in refused["detail"]


def test_who_came_to_be_unable_to_be_entered_does_not_keep_others_out(
    ask: Ask, people: list[str]
) -> None:
    """B1, B2: what stays is not judged again until it is to be booked."""
    ann, ben, _ = people
    begun = ask("POST", "/entry-orders", {"entries": [entry(ann)]}, expect=201)
    (row,) = ask("GET", "/registrations", params={"learner": ann})["items"]
    ask("POST", f"/registrations/{row['registration']}/cancel", {"reason": "Slip."})
    path = f"/entry-orders/{begun['order']}/entries"
    shown = ask("POST", path, {"entries": [entry(ben)]})
    assert [each["pointer"] for each in shown["missing"]] == ["/entries/0/learner"]
    listed = ask("GET", "/entry-orders")["items"][0]
    assert (listed["total"], listed["entries"]) == (shown["total"], 2)
    refused = ask("PATCH", f"{path}/{ann}", {"extra_time": 25}, expect=409)
    assert f"{row['registration']} of {ann}" in refused["detail"]
    assert "is Cancelled. Order another first." in refused["detail"]


def test_a_group_is_called_by_name_and_by_who_uploaded_it_where_two_are_so_called(
    ask: Ask,
) -> None:
    """U1, U10, O3: for entries and for registrations."""
    mine = uploaded(ask, "Autumn 2026", "Dan")
    theirs = uploaded(ask, "Autumn 2026", "Eve", by="assessor.riverside")
    linked = {"groups": ["AUTUMN 2026"]}
    for path, body, pointer in (
        ("/orders", {"learners": [linked]}, "/learners/0/groups/0"),
        ("/entry-orders", {"lines": [{**TEST, **linked}]}, "/lines/0/groups/0"),
    ):
        refused = ask("POST", path, body, expect=422)
        assert refused["errors"][0]["pointer"] == pointer
        assert f"{mine} of admin.riverside" in refused["detail"]
        assert f"{theirs} of assessor.riverside" in refused["detail"]
    ask("POST", f"/learner-groups/{theirs}/undo", by="assessor.riverside", expect=202)
    begun = ask("POST", "/orders", {"learners": [linked]}, expect=201)
    assert begun["learners"] == 1
    unknown = {"groups": ["Spring 2027"]}
    refused = ask("POST", f"/orders/{begun['order']}/learners", unknown, expect=422)
    assert "called Spring 2027" in refused["detail"]
    assert refused["errors"][0]["pointer"] == "/groups/0"


def test_a_purchase_order_number_has_one_name_and_the_old_one_is_still_read(
    ask: Ask,
) -> None:
    """O1."""
    for path in ("/orders", "/entry-orders"):
        at = f"{path}/{ask('POST', path, {}, expect=201)['order']}"
        for name in ("purchase_order_number", "number"):
            told = ask("PUT", f"{at}/purchase-order-number", {name: f"PO {name}"})
            assert told["purchase_order_number"] == f"PO {name}"
        refused = ask(
            "PUT",
            f"{at}/purchase-order-number",
            {"purchase_order_number": "9" * 51},
            expect=422,
        )
        assert refused["errors"][0]["pointer"] == "/purchase_order_number"
