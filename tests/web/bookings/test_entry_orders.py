"""Tests booked from nothing on pages: tests, learners, times, confirmation (B1-B7)."""

from collections.abc import Iterator

import pytest

from tests.api.seeded_centre import PRODUCT, TEST
from tests.clock import PATIENCE
from tests.web.pages import FullSite, Opened, Person, full_site

CHOSEN = f"{PRODUCT} {TEST} Onscreen"


@pytest.fixture
def site() -> Iterator[FullSite]:
    with full_site() as opened:
        yield opened


def begin(person: Person, **learner: str) -> tuple[Opened, str]:
    """Begin an order and choose the one test; give its page of learners, and its address."""
    query = "".join(f"?learner={each}" for each in learner.values())
    kind = person.open(f"/bookings/new{query}")
    units = person.send(kind, f"/bookings/new{query}", kind="qualification")
    path, _, asked = units.address.partition("?")
    field = f"delivery-{PRODUCT}-{TEST.replace('/', '')}"
    send_to = f"{path}?{asked}"
    missing = person.send(units, send_to, tests=f"{PRODUCT} {TEST}")
    assert missing.status == 422
    assert f"#{field}" in missing.links
    typed = {"tests": f"{PRODUCT} {TEST}", field: "Onscreen"}
    return person.send(missing, send_to, **typed), path.removesuffix("/units")


@pytest.fixture
def free(site: FullSite) -> str:
    """Give a registered learner who is booked for nothing any more."""
    booking = f"/bookings/{site.things.called['booking']}"
    person = site.person("admin.riverside")
    person.send(person.open(booking), f"{booking}/cancel")
    assert site.service.read_models.wait_for(site.service.store.head(), PATIENCE)
    return site.things.others[2]


def link(person: Person, learner: str) -> str:
    """Begin an order with one learner on it; give its address."""
    page, order = begin(person, learner=learner)
    linked = person.send(page, page.address, learners=f"{learner} {PRODUCT}")
    assert "Added: 1 test for 1 learner." in linked.text
    return order


def test_a_test_is_booked_from_nothing(site: FullSite, free: str) -> None:
    person = site.person("admin.riverside")
    assert "/bookings/new" in person.open("/bookings").links
    order = link(person, free)
    assert "Finish booking tests" in person.open("/").text
    assert order in person.open("/orders?kind=Entries").links
    assert person.open(order.replace("entry-orders", "orders")).address == order
    schedule = person.open(f"{order}/schedule")
    assert "Onscreen the earliest is" in schedule.text
    typed = {"date-0": "12/12/2026", "time-0": "9:30", "extra-0": "25"}
    saved = person.send(schedule, f"{order}/schedule", **typed)
    assert "1 thing is still in the way" in saved.text
    assert "Choose a mode for an onscreen test" in saved.text
    assert "05:30 to 13:30" in saved.text
    each = f"{order}/schedule/each"
    changed = {"date-1": "12/12/2026", "time-1": "9:30", "extra-1": "25"}
    done = person.send(saved, each, **changed, **{"mode-1": "Online"})
    assert "Date, time and mode saved." in done.text
    check = person.open(f"{order}/confirm")
    assert "= £14.50" in check.text
    booked = person.send(check, f"{order}/confirm")
    assert "Tests booked" in booked.text
    assert "12 December 2026 at 09:30" in booked.text
    head = site.service.store.head()
    assert person.send(check, f"{order}/confirm").address == f"{order}/done"
    assert site.service.store.head() == head
    assert free in person.open(f"{order}/bookings.csv").html


def test_who_cannot_be_entered_is_listed_with_the_reason(site: FullSite) -> None:
    person = site.person("admin.riverside")
    page, _ = begin(person)
    for learner in (site.things.others[2], site.things.called["learner"]):
        assert f"{learner} is booked for {TEST} already" in page.text
    full = site.things.called["other"]
    assert full not in page.text
    why = person.open(f"{page.address}&who={full}")
    assert "Completed" in why.text or "closed" in why.text
    nobody = person.open(f"{page.address}&who=%3Cb%3ENobody")
    assert "No learner of your centre is called <b>Nobody." in nobody.text
    refused = person.send(page, page.address, learners=f"{full} {PRODUCT}")
    assert refused.status == 422
    assert "Nobody was added." in refused.text
    assert person.send(page, page.address, everybody="yes").status == 422


def test_times_that_cannot_be_are_said_and_kept(site: FullSite, free: str) -> None:
    person = site.person("admin.riverside")
    order = link(person, free)
    page = person.open(f"{order}/schedule")
    for typed, field in (
        ({"date-0": "32/12/2026", "time-0": "10:00"}, "date-0"),
        ({"date-0": "12/12/2026", "time-0": "25:00"}, "time-0"),
        ({"date-0": "28/3/2027", "time-0": "01:30"}, "time-0"),
        ({}, "date-0"),
    ):
        refused = person.send(page, f"{order}/schedule", **typed)
        assert refused.status == 422
        assert f"#{field}" in refused.links
        assert typed.get("date-0", "") in refused.html
    soon = {"date-0": "24/11/2026", "time-0": "00:01", "mode-0": "Online"}
    late = person.send(page, f"{order}/schedule", **soon)
    assert "the earliest time is" in late.text
    assert "the earliest time is" in person.open(f"{order}/confirm").text


def test_times_are_pasted(site: FullSite, free: str) -> None:
    person = site.person("admin.riverside")
    order = link(person, free)
    page, send_to = person.open(f"{order}/schedule"), f"{order}/schedule/pasted"
    wrong = f"{free}\tSpare\t32/12/2026\t10:00\nL-0000000017T;12/12/2026;10:00"
    refused = person.send(page, send_to, pasted=wrong)
    assert "Line 1: " in refused.text
    assert "Line 2: L-0000000017T is not on this order" in refused.text
    assert "32/12/2026" in refused.html
    good = f"{free}\tSpare\t{TEST}\t12/12/2026\t10.15"
    assert "12 December 2026 at 10:15" in person.send(page, send_to, pasted=good).text


def test_a_draft_is_changed_numbered_and_deleted(site: FullSite, free: str) -> None:
    person = site.person("assessor.riverside")
    order = link(person, free)
    number = person.open(f"{order}/po")
    saved = person.send(number, f"{order}/po", purchase_order_number="PO 7")
    assert "PO 7" in saved.text
    page = person.open(f"{order}/learners")
    gone = person.send(page, f"{order}/learners/remove", remove=f"{free} {TEST}")
    assert "Linked: 0 learners" in gone.text
    assert "Nobody is entered" in person.open(f"{order}/schedule").text
    deleted = person.send(person.open(f"{order}/delete"), f"{order}/delete")
    assert "deleted" in deleted.text
    assert person.open(order).status == 404


def test_a_group_is_entered_but_for_who_is_not_registered(site: FullSite) -> None:
    person = site.person("admin.riverside")
    page, _ = begin(person)
    group = site.things.called["group"]
    refused = person.send(page, page.address, link_group=group)
    assert refused.status == 422
    assert "Nobody was added." in refused.text


def test_others_are_told_what_they_may_and_other_centres_nothing(
    site: FullSite, free: str
) -> None:
    order = link(site.person("admin.riverside"), free)
    looking = site.person("auditor")
    assert "Centre Administrators and Assessors" in looking.open(order).text
    assert "may book tests" in looking.open("/bookings/new").text
    assert site.person("admin.hillside").open(order).status == 404
    assert site.person("admin.riverside").open("/bookings/new").status == 200


def test_a_kind_must_be_chosen(site: FullSite) -> None:
    person = site.person("admin.riverside")
    refused = person.send(person.open("/bookings/new"), "/bookings/new")
    assert refused.status == 422
    assert "#kind" in refused.links
    chosen = person.send(refused, "/bookings/new", kind="apprenticeship")
    assert "through " in chosen.text
