"""The audit log on a page."""

from tests.web.pages import FullSite


def test_events_are_found_by_who_what_where_and_when(full: FullSite) -> None:
    """H1: who, in what role, for which centre, when, through which channel."""
    auditor, called = full.person("auditor"), full.things.called
    page = auditor.open("/audit")
    assert "admin.riverside (Centre Administrator)" in page.text
    assert "through api" in page.text
    assert "Before and after" in page.text
    older = next(each for each in page.links if "after=" in each)
    assert auditor.open(older).text != page.text
    page = auditor.open("/audit?kind=certificate&centre=48213")
    assert f"/history/{called['certificate']}" in page.links
    assert "No event matches" in auditor.open("/audit?user=nobody.here").text
    assert "No event matches" in auditor.open("/audit?date_from=1/1/2027").text
    assert "No event matches" in auditor.open("/audit?date_to=1/1/2020").text
    assert auditor.open("/audit?date_to=32/1/2020").status == 422
    assert "No event matches" not in auditor.open("/audit?date_to=1/1/2030").text


def test_everything_is_verified(full: FullSite) -> None:
    """H5: an Auditor verifies that nothing was altered."""
    full.service.ledger.catch_up()
    page = full.person("auditor").open("/audit/verification")
    assert "Everything is as it was recorded" in page.text
    assert "audit bundle" in page.text


def test_only_an_auditor_looks(full: FullSite) -> None:
    page = full.person("specialist").open("/audit")
    assert page.status == 403
    assert "an Auditor" in page.text
