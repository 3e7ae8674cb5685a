"""Claims withdrawn on pages, begun from a learner's page, and counted by what they lack."""

import re
from datetime import date

import pytest

from commands.claims.claim_submission import SubmitClaim
from events.claims.claim import Award
from store import Actor
from tests.api.seeded_centre import PRODUCT
from tests.clock import PATIENCE
from tests.web.claims.claiming import WHOLE, begin_claim, spare_of
from tests.web.pages import FullSite

FULL = Award(
    award_type="Full", award_date=date(2026, 11, 20), grades=dict.fromkeys(WHOLE, "P")
)
SHORT = Award(award_type="Full", award_date=date(2026, 11, 20), grades={WHOLE[0]: "P"})


def submit(full: FullSite, claim: str) -> None:
    by = Actor(
        user="admin.riverside",
        role="Centre Administrator",
        centre=full.things.centre,
        channel="test",
    )
    full.service.send(SubmitClaim(by=by, at=full.service.clock(), claim=claim))


def test_a_submitted_claim_is_withdrawn_for_a_reason(claims_site: FullSite) -> None:
    person, who = claims_site.person("admin.riverside"), spare_of(claims_site)
    claim = begin_claim(claims_site, **{who: FULL})
    address = f"/claims/{claim}/withdraw"
    assert "there is nothing to withdraw" in person.open(address).text
    submit(claims_site, claim)
    assert address in person.open(f"/claims/{claim}").links
    assessor = claims_site.person("assessor.riverside").open(address)
    assert "Centre Administrator" in assessor.text
    assert address not in [each.action for each in assessor.forms]
    assert claims_site.person("admin.hillside").open(address).status == 404
    page = person.open(address)
    refused = person.send(page, address, learner=who)
    assert refused.status == 422
    assert "Say why the claim is withdrawn." in refused.text
    assert f'value="{who}" selected' in refused.html
    for _ in range(2):
        done = person.send(page, address, learner=who, reason="Wrong group")
        assert done.address == f"/claims/{claim}"
    assert f"Claim {claim} is withdrawn for 1 learner." in done.text
    assert "Wrong group" in person.open(f"/history/{claim}").text


def test_a_claim_begins_with_the_learner_whose_page_leads_to_it(
    claims_site: FullSite,
) -> None:
    person, who = claims_site.person("admin.riverside"), spare_of(claims_site)
    page = person.open(f"/learners/{who}")
    address = next(each for each in page.links if each.startswith("/claims/new?"))
    page = person.open(address)
    assert "The claim begins with" in page.text
    begun = person.send(page, "/claims/new", qualification=PRODUCT)
    assert who in person.open(begun.address.replace("units", "learners")).html
    learners = person.open(begun.address.replace("/units", "")).links
    assert f"/learners/{who}" in learners
    assert person.open(address.replace(who, "L-0")).status == 404


def test_those_kept_back_are_counted_over_the_whole_list(
    claims_site: FullSite, monkeypatch: pytest.MonkeyPatch
) -> None:
    who, service = spare_of(claims_site), claims_site.service
    submit(claims_site, begin_claim(claims_site, **{who: SHORT}))
    assert service.read_models.wait_for(service.store.head(), PATIENCE)
    person = claims_site.person("admin.riverside")
    total = int(re.findall(r"(\d+) learners ", person.open("/ineligible").text)[0])
    assert total > 1
    monkeypatch.setattr("web.claims.ineligible.LISTED", 1)
    text = person.open("/ineligible").text
    assert re.search(rf"1 of \d+ are on this page|{total} learners", text)
    home = person.open("/").text
    assert f"{total} learners are not eligible yet" in home
    assert "can be claimed for" in home
