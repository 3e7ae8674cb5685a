"""Addresses and fields that no page of ours writes: each is answered with a sentence."""

import pytest

from tests.web.pages import FullSite


@pytest.mark.parametrize(
    "moment", ["9999-12-31T23:59-14:00", "0001-01-01T00:00+14:00", "9999-12-31"]
)
def test_a_moment_beyond_what_clocks_show_is_said_at_its_field(
    full: FullSite, moment: str
) -> None:
    page = full.person("admin.riverside").client.get(
        "/learners", params={"as_at": moment}
    )
    assert page.status_code in {200, 422}


def test_a_certificate_is_checked_as_it_is_now(full: FullSite) -> None:
    person = full.person("admin.riverside")
    page = person.open(f"/certificates/{full.things.called['certificate']}")
    link = next(each for each in page.links if "/verify/" in each)
    path = "/verify/" + link.rpartition("/")[2]
    assert person.open(path).status == 200
    assert person.open(f"{path}?as_at=2020-01-01").text == person.open(path).text


@pytest.mark.parametrize("seen", ["9" * 5_000, "²", "-1"])
def test_a_number_that_is_none_does_no_harm(full: FullSite, seen: str) -> None:
    group = full.things.called["group"]
    person = full.person("admin.riverside")
    assert person.open(f"/uploads/{group}?seen={seen}").status == 200
    page = person.open(f"/uploads/{group}/rename")
    at = f"/uploads/{group}/rename"
    assert person.send(page, at, name="Renamed", version=seen).status in {200, 422}
