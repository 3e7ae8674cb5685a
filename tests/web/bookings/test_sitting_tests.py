"""Online tests launched, offline packages checked and downloaded, registers (B12-B16)."""

from collections.abc import Iterator
from datetime import UTC, datetime
from urllib.parse import urlsplit

import pytest
from fastapi.testclient import TestClient

from tests.api.running import clients
from tests.api.seeded_centre import PIN, PROGRAM, TEST
from tests.clock import Clock
from tests.web.pages import OWN, FullSite, full_site


@pytest.fixture
def site() -> Iterator[FullSite]:
    with full_site() as opened:
        yield opened


def test_a_test_that_cannot_start_yet_says_when(site: FullSite) -> None:
    path = f"/bookings/{site.things.called['booking']}"
    person = site.person("admin.riverside")
    assert f"{path}/launch" in person.open(path).links
    page = person.open(f"{path}/launch")
    assert "can be started from 10 December 2026 at 06:00" in page.text
    assert all(each.action != f"{path}/launch" for each in page.forms)
    form = person.open(path).form(f"{path}/cancel").values
    refused = person.post(f"{path}/launch", form)
    assert refused.status == 409
    assert site.person("auditor").open(f"{path}/launch").status == 200
    assert site.person("admin.hillside").open(f"{path}/launch").status == 404


def test_a_launch_link_starts_the_test_and_the_same_form_gives_the_same(
    site: FullSite,
) -> None:
    clock = site.service.clock
    assert isinstance(clock, Clock)
    clock.now = datetime(2026, 12, 10, 9, tzinfo=UTC)
    path = f"/bookings/{site.things.called['booking']}/launch"
    person = site.person("admin.riverside")
    page = person.open(path)
    first, second = (person.send(page, path) for _ in range(2))
    links = [w for w in first.text.split() if "/api/v1/launch/" in w]
    assert links
    assert links == [w for w in second.text.split() if "/api/v1/launch/" in w]
    with clients(site.service) as client_as:
        player: TestClient = client_as("auditor")
        started = player.post(urlsplit(links[0]).path)
    assert started.status_code == 200
    assert started.json()["booking"] == site.things.called["booking"]


def test_the_four_checks_are_shown_and_a_package_is_downloaded(site: FullSite) -> None:
    path = f"/bookings/{site.things.called['offline']}/package"
    person = site.person("admin.riverside")
    page = person.open(path)
    assert "4 of 4 checks passed" in page.text
    part = person.client.get(path, headers={"HX-Request": "true", **OWN})
    assert "checks passed" in part.text
    assert "<h1" not in part.text
    wrong = person.send(page, path, pin="48")
    assert wrong.status == 422
    assert "#pin" in wrong.links
    refused = person.send(page, path, pin="0000")
    assert refused.status == 422
    assert "wrong" in refused.text.lower()
    values = page.form(path).values | {"pin": PIN}
    answer = person.client.post(path, data=values, headers=OWN)
    assert answer.headers["content-type"] == "application/zip"
    assert "attachment" in answer.headers["content-disposition"]
    assert PROGRAM.manifest(answer.content, PIN)["booking"] in path


def test_whoever_has_no_pin_chooses_one_first(site: FullSite) -> None:
    path = f"/bookings/{site.things.called['offline']}/package"
    person = site.person("assessor.riverside")
    page = person.open(path)
    assert "You have no PIN yet" in page.text
    assert person.send(page, f"{path}/pin", new_pin="12a4").status == 422
    done = person.send(page, f"{path}/pin", new_pin="9753")
    assert "Your PIN is set." in done.text
    assert done.form(path).values["client"] == site.things.called["client"]
    assert "Your role looks at" in site.person("auditor").open(path).text


def test_a_register_has_everybody_of_a_day(site: FullSite) -> None:
    person = site.person("admin.riverside")
    page = person.open("/bookings/register?day=10/12/2026")
    assert site.things.others[2] in page.text
    assert "Quillfeather, Spare" in page.text
    assert "may start 06:00 to 14:00" in page.text
    file = person.open("/bookings/register.csv?day=10/12/2026")
    assert site.things.called["booking"] in file.html
    other = person.open(f"/bookings/register?day=10/12/2026&unit={TEST}")
    assert "Quillfeather, Spare" in other.text
    assert person.open("/bookings/register?day=32/12/2026").status == 422
    away = site.person("admin.hillside").open("/bookings/register?day=10/12/2026")
    assert "No test is booked on 10 December 2026." in away.text
