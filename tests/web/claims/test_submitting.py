"""Submitting claims on pages: who is, who is kept back, and what others did meanwhile."""

from datetime import date

from events.claims.claim import Award
from tests.api.seeded_centre import MANDATORY
from tests.web.claims.claiming import WHOLE, begin_claim, spare_of
from tests.web.pages import FullSite

DAY = date(2026, 11, 20)
FULL = Award(award_type="Full", award_date=DAY, grades=dict.fromkeys(WHOLE, "P"))
SHORT = Award(award_type="Full", award_date=DAY, grades={MANDATORY[0]: "P"})


def test_a_draft_is_deleted_once_that_is_confirmed(claims_site: FullSite) -> None:
    person, claim = claims_site.person("admin.riverside"), begin_claim(claims_site)
    page = person.open(f"/claims/{claim}/delete")
    gone = person.send(page, f"/claims/{claim}/delete")
    assert f"Draft claim {claim} deleted." in gone.text
    assert person.open(f"/claims/{claim}").status == 404
    submitted = claims_site.things.called["claim"]
    page = person.open(f"/claims/{submitted}/delete")
    kept = person.send(page, f"/claims/{submitted}/delete")
    assert kept.status == 422
    assert "has been submitted for learners" in kept.text


def test_those_who_may_not_claim_are_told_who_may(claims_site: FullSite) -> None:
    claim = begin_claim(claims_site, **{spare_of(claims_site): FULL})
    for name in ("assessor.riverside", "specialist"):
        page = claims_site.person(name).open(f"/claims/{claim}/submit")
        assert "Only a Centre Administrator of the centre may submit it" in page.text
        assert not [each for each in page.forms if each.action.endswith("/submit")]
    assert claims_site.person("admin.hillside").open(page.address).status == 404


def test_a_change_since_the_page_was_shown_is_told(claims_site: FullSite) -> None:
    person, who = claims_site.person("admin.riverside"), spare_of(claims_site)
    claim = begin_claim(claims_site, **{who: FULL})
    address = f"/claims/{claim}/submit"
    values = person.open(address).form(address).values
    assert values["eligible"] == who
    refused = person.post(address, values | {"eligible": ""})
    assert refused.status == 422
    assert "was not eligible when you opened this page and is now" in refused.text
    short = begin_claim(claims_site, **{who: SHORT})
    address = f"/claims/{short}/submit"
    page = person.open(address)
    assert "Nobody can be submitted yet" in page.text
    refused = person.post(address, values | {"eligible": who})
    assert "and is not any more" in refused.text
    stale = person.post(address, values | {"version": "1"})
    assert "Look again, then decide" in stale.text


def test_the_eligible_are_submitted_and_the_others_kept(claims_site: FullSite) -> None:
    person, who = claims_site.person("admin.riverside"), spare_of(claims_site)
    other = claims_site.things.called["learner"]
    claim = begin_claim(claims_site, **{who: FULL, other: SHORT})
    later = begin_claim(claims_site, **{who: FULL})
    address = f"/claims/{claim}/submit"
    page = person.open(address)
    assert "1 learner is eligible" in page.text
    assert "closes" in page.text
    assert "Certificate: Pass" in page.text
    late = person.open(f"/claims/{later}/submit")
    done = person.send(page, address)
    assert done.address == f"/claims/{claim}/done"
    assert "Claim submitted" in done.text
    assert "1 learner was kept back" in done.text
    assert person.send(page, address).address == done.address
    told = person.send(late, f"/claims/{later}/submit")
    assert told.status == 422
    assert "is not any more" in told.text
    assert claim in told.text
