"""Why learners are not eligible, and the ways to fix it as buttons."""

from datetime import date

from events.claims.claim import Award
from tests.api.seeded_centre import MANDATORY, OPTIONAL
from tests.web.claims.claiming import WHOLE, begin_claim, spare_of
from tests.web.pages import FullSite

DAY = date(2026, 11, 20)
SHORT = Award(award_type="Full", award_date=DAY, grades=dict.fromkeys(MANDATORY, "P"))


def test_the_matrix_says_what_is_missing_and_how_near(claims_site: FullSite) -> None:
    person, who = claims_site.person("admin.riverside"), spare_of(claims_site)
    whole = Award(award_type="Full", award_date=DAY, grades=dict.fromkeys(WHOLE, "P"))
    other = claims_site.things.called["learner"]
    claim = begin_claim(claims_site, **{who: SHORT, other: whole})
    page = person.open(f"/claims/{claim}/ineligible")
    assert "1 of 2 learners is not eligible yet" in page.text
    assert "more needed" in page.text
    assert page.html.count('class="is-counted"') >= len(MANDATORY) + len(WHOLE)
    assert f"#{who}" in page.links
    assert who in page.ids
    assert (
        "Everyone is eligible"
        in person.open(
            f"/claims/{begin_claim(claims_site, **{who: whole})}/ineligible"
        ).text
    )


def test_a_way_to_fix_leads_to_the_grade_that_is_missing(claims_site: FullSite) -> None:
    person, who = claims_site.person("admin.riverside"), spare_of(claims_site)
    claim = begin_claim(claims_site, **{who: SHORT})
    page = person.open(f"/claims/{claim}/ineligible")
    address = f"/claims/{claim}/ineligible/{who}/units"
    grades = person.send(page, address, units=["R/506/1789", OPTIONAL[0]])
    assert grades.address == f"/claims/{claim}/grades?learner={who}"
    assert "Give the grades of 2 units" in grades.text
    assert 'grades-R/506/1789"' in grades.html
    assert person.send(page, address, units=["nothing"]).status == 422
    assert person.post(address.replace(who, "L-0"), {}).status in {403, 404}


def test_a_full_claim_becomes_an_interim_one(claims_site: FullSite) -> None:
    person, who = claims_site.person("admin.riverside"), spare_of(claims_site)
    claim = begin_claim(claims_site, **{who: SHORT})
    page = person.open(f"/claims/{claim}/ineligible")
    submit = person.send(page, f"/claims/{claim}/ineligible/{who}/interim")
    assert submit.address == f"/claims/{claim}/submit"
    assert "Changed to an Interim award." in submit.text
    assert "Notification of performance" in submit.text
    assert "stays open" in submit.text


def test_those_who_may_not_claim_see_the_ways_without_buttons(
    claims_site: FullSite,
) -> None:
    claim = begin_claim(claims_site, **{spare_of(claims_site): SHORT})
    page = claims_site.person("assessor.riverside").open(f"/claims/{claim}/ineligible")
    assert page.status == 200
    assert "Quickest ways" in page.text
    assert not [f for f in page.forms if "/ineligible/" in f.action]
    other = claims_site.person("admin.hillside")
    assert other.open(f"/claims/{claim}/ineligible").status == 404
