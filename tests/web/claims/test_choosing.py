"""The first three stages of a claim on pages: qualification, units, learners."""

from urllib.parse import quote_plus

from tests.api.seeded_centre import MANDATORY, PRODUCT
from tests.web.claims.claiming import WHOLE, begin_claim, spare_of
from tests.web.pages import FullSite


def test_a_claim_is_started_and_goes_from_stage_to_stage(claims_site: FullSite) -> None:
    person, who = claims_site.person("admin.riverside"), spare_of(claims_site)
    start = person.open("/claims/new")
    assert "Level 2 Diploma in Team Leading" in start.text
    assert person.send(start, "/claims/new", qualification="nothing").status == 422
    units = person.send(start, "/claims/new", qualification=PRODUCT)
    assert units.address.endswith("/units")
    assert "0 of" in units.text
    assert "Mandatory" in units.text
    learners = person.send(units, units.address, units=[*MANDATORY])
    assert learners.address.endswith("/learners")
    assert "5 units chosen" in learners.text
    grades = person.send(learners, learners.address, learners=[who])
    assert grades.address.endswith("/grades")
    assert "Spare Quillfeather" in grades.text
    claim = grades.address.removesuffix("/grades")
    assert f"{claim}/delete" in person.open(claim).links


def test_the_form_sent_twice_begins_one_claim(claims_site: FullSite) -> None:
    person = claims_site.person("admin.riverside")
    start = person.open("/claims/new")
    first = person.send(start, "/claims/new", qualification=PRODUCT)
    assert person.send(start, "/claims/new", qualification=PRODUCT).address == (
        first.address
    )


def test_why_a_qualification_is_missing_is_said(claims_site: FullSite) -> None:
    person = claims_site.person("admin.riverside")
    page = person.open("/claims/new?why=Access")
    assert "cannot be claimed now" in page.text
    assert "The centre has nobody registered on it" in page.text
    assert "There is no qualification" in person.open("/claims/new?why=<zzz>").text
    assert "None matches" in person.open("/claims/new?search=nothing+such").text
    other = claims_site.person("assessor.riverside").open("/claims/new")
    assert "Centre Administrators of the centre may change it" in other.text


def test_what_a_search_left_out_stays_and_losses_are_asked_about(
    claims_site: FullSite,
) -> None:
    person, who = claims_site.person("admin.riverside"), spare_of(claims_site)
    claim = claims_site.things.drafts["claim"]
    address = f"/claims/{claim}/units?search={quote_plus(MANDATORY[1])}"
    page = person.open(address)
    saved = person.send(page, address, units=[])
    assert "8 units chosen" in saved.text
    page = person.open(f"/claims/{claim}/units")
    left = {"units": [MANDATORY[2]], "seen": [*WHOLE]}
    asked = person.send(page, f"/claims/{claim}/units", **left)
    assert asked.status == 422
    assert "It may be lost" in asked.text
    assert asked.html.count('name="units"') == asked.html.count('name="seen"')
    page = person.open(f"/claims/{claim}/learners?family_name=nobody")
    assert "Nobody matches all of that" in page.text
    address = f"/claims/{claim}/learners"
    page = person.open(address)
    asked = person.send(page, address, learners=[], seen=[who])
    assert asked.status == 422
    assert "It may be lost" in asked.text
    assert "of 40 credits" in asked.text
    every = person.send(person.open(address), address, do="all", learners=[who])
    assert "2 learners chosen" in every.text
    assert person.open(f"{address}?date_of_birth=never").status == 422


def test_another_centre_and_an_old_page_change_nothing(claims_site: FullSite) -> None:
    claim = begin_claim(claims_site)
    other = claims_site.person("admin.hillside")
    for stage in ("qualification", "units", "learners", "delete", "done"):
        assert other.open(f"/claims/{claim}/{stage}").status == 404
    person = claims_site.person("admin.riverside")
    address = f"/claims/{claim}/units"
    page = person.open(address)
    stale = person.send(page, address, version="1", units=[MANDATORY[0]])
    assert stale.status == 422
    assert "Look again, then decide" in stale.text
    page = person.open(f"/claims/{claim}/qualification")
    same = person.send(page, f"/claims/{claim}/qualification", qualification=PRODUCT)
    assert "Qualification saved." in same.text
