"""Several bookings amended or cancelled together, each with its own result (B9, B10)."""

from collections.abc import Iterator

import pytest

from tests.web.pages import FullSite, full_site

TOGETHER = "/bookings/together"


@pytest.fixture
def site() -> Iterator[FullSite]:
    with full_site() as opened:
        yield opened


def chosen(site: FullSite, what: str) -> str:
    called = site.things.called
    both = f"picked={called['booking']}&picked={called['offline']}"
    return f"{TOGETHER}?{both}&do={what}"


def test_each_is_answered_by_itself(site: FullSite) -> None:
    person = site.person("admin.riverside")
    page = person.open(chosen(site, "amend"))
    assert "Amend 2 bookings" in page.text
    assert person.send(page, TOGETHER).status == 422
    both = [site.things.called["booking"], site.things.called["offline"]]
    typed = {"date": "11/12/2026", "time": "10:30", "picked": both}
    wrong = person.send(page, TOGETHER, **typed | {"date": "32/12/2026"})
    assert "#date" in wrong.links
    assert wrong.form(TOGETHER).values["time"] == "10:30"
    done = person.send(page, TOGETHER, **typed)
    assert "1 booking amended" in done.text
    assert "11 December 2026 at 10:30" in done.text
    assert "so the booking cannot be amended" in done.text
    history = f"/history/{both[0]}"
    before = person.open(history).text
    assert "1 booking amended" in person.send(page, TOGETHER, **typed).text
    assert person.open(history).text == before


def test_all_that_match_are_cancelled(site: FullSite) -> None:
    person = site.person("admin.riverside")
    listed = person.open("/bookings")
    page = person.open(f"{TOGETHER}?everything=yes&do=cancel")
    assert any(each.startswith(f"{TOGETHER}?everything=yes") for each in listed.links)
    both = [site.things.called["booking"], site.things.called["offline"]]
    done = person.send(page, TOGETHER, picked=both)
    assert "2 bookings cancelled" in done.text
    assert "No booking is ticked" in person.open(f"{TOGETHER}?do=cancel").text


def test_ticks_of_other_pages_are_kept(site: FullSite) -> None:
    name = site.things.called["booking"]
    page = site.person("admin.riverside").open(f"/bookings?name=Short&picked={name}")
    assert "1 ticked on other pages" in page.text
    assert page.form(TOGETHER).values["picked"] == name


def test_another_centres_are_not_there(site: FullSite) -> None:
    other = site.person("admin.hillside")
    assert other.open(chosen(site, "cancel")).status == 404
    page = other.open("/bookings/new")
    values = page.form("/bookings/new").values
    sent = {**values, "do": "cancel", "picked": site.things.called["booking"]}
    assert other.post(TOGETHER, sent).status == 404
    auditor = site.person("auditor").open(chosen(site, "cancel"))
    assert "Your role may not do this." in auditor.text
