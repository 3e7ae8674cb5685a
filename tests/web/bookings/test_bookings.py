"""Bookings listed, amended and cancelled on pages."""

from collections.abc import Iterator

import pytest

from tests.web.pages import FullSite, full_site


@pytest.fixture
def site() -> Iterator[FullSite]:
    with full_site() as opened:
        yield opened


def test_a_booking_is_listed_and_said_on_the_home_page(site: FullSite) -> None:
    person = site.person("admin.riverside")
    listed = person.open("/bookings")
    assert f"/bookings/{site.things.called['booking']}" in listed.links
    assert "10 December 2026" in listed.text
    assert "1 test today and tomorrow" in person.open("/").text
    assert "No booking matches" in person.open("/bookings?name=nobody").text
    assert person.open("/bookings?date_from=32/1/2026").status == 422
    found = person.open(f"/search?q={site.things.called['booking']}")
    assert found.address == f"/bookings/{site.things.called['booking']}"


def test_a_booking_is_amended(site: FullSite) -> None:
    person, path = (
        site.person("admin.riverside"),
        f"/bookings/{site.things.called['booking']}",
    )
    page = person.open(path)
    assert page.form(f"{path}/amend").values["date"] == "10/12/2026"
    saved = person.send(
        page,
        f"{path}/amend",
        date="11 December 2026",
        time="9:30",
        mode="Online",
        extra_time="25",
    )
    assert "Saved." in saved.text
    assert "11 December 2026 at 09:30" in saved.text
    assert "25 %" in saved.text


def test_what_cannot_be_read_is_said_at_its_field_and_kept(site: FullSite) -> None:
    person, path = (
        site.person("admin.riverside"),
        f"/bookings/{site.things.called['booking']}",
    )
    page = person.open(path)
    for typed, field in (
        ({"date": "32/12/2026", "time": "10:00"}, "date"),
        ({"date": "10/12/2026", "time": "25:00"}, "time"),
        ({"date": "10/12/2026", "time": ""}, "time"),
    ):
        refused = person.send(page, f"{path}/amend", **typed, mode="Online")
        assert refused.status == 422
        assert f"#{field}" in refused.links


def test_who_was_slower_is_told_who_changed_what(site: FullSite) -> None:
    path = f"/bookings/{site.things.called['booking']}"
    person, other = site.person("admin.riverside"), site.person("assessor.riverside")
    page = person.open(path)
    typed = {"date": "11/12/2026", "time": "10:00", "mode": "Online", "extra_time": "0"}
    other.send(other.open(path), f"{path}/amend", **typed)
    refused = person.send(page, f"{path}/amend", **typed | {"time": "11:00"})
    assert refused.status == 422
    assert "assessor.riverside changed the date, time, mode" in refused.text
    assert refused.form(f"{path}/amend").values["time"] == "11:00"


def test_a_booking_is_cancelled_once(site: FullSite) -> None:
    path = f"/bookings/{site.things.called['booking']}"
    person = site.person("admin.riverside")
    page = person.open(path)
    assert "The booking was cancelled." in person.send(page, f"{path}/cancel").text
    head = site.service.store.head()
    person.send(page, f"{path}/cancel")
    assert site.service.store.head() == head
    assert "it cannot be amended" in person.open(path).text


def test_who_may_not_amend_is_told_who_may(site: FullSite) -> None:
    page = site.person("auditor").open(f"/bookings/{site.things.called['booking']}")
    assert "A Centre Administrator or an Assessor" in page.text
