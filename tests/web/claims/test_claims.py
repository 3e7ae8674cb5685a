"""Claims, and who is not eligible yet, on pages (I1, I2, I4)."""

from tests.web.pages import FullSite


def test_claims_are_listed_by_status_and_number(full: FullSite) -> None:
    person = full.person("admin.riverside")
    submitted, draft = full.things.called["claim"], full.things.drafts["claim"]
    listed = person.open("/claims")
    assert {f"/claims/{submitted}", f"/claims/{draft}"} <= {*listed.links}
    assert f"/claims/{submitted}" not in person.open("/claims?status=Draft").links
    assert f"/claims/{submitted}" in person.open(f"/claims?reference={submitted}").links
    assert person.open("/claims?status=nothing").status == 422
    assert person.open(f"/search?q={submitted}").address == f"/claims/{submitted}"


def test_a_claim_says_what_became_of_each_learner(full: FullSite) -> None:
    claim, short = full.things.called["claim"], full.things.called["learner"]
    page = full.person("admin.riverside").open(f"/claims/{claim}")
    assert "1 of 2 learners is not eligible yet" in page.text
    assert "the others are not held up" in page.text
    assert full.things.called["certificate"] in page.text
    assert f"/claims/{claim}/ineligible/{short}" in page.links


def test_who_waits_is_listed_with_the_reasons_and_said_at_home(full: FullSite) -> None:
    person, short = full.person("admin.riverside"), full.things.called["learner"]
    claim = full.things.called["claim"]
    page = person.open("/ineligible")
    assert f"/claims/{claim}/ineligible/{short}" in page.links
    assert "Rules of combination not met" in page.text
    assert "Nobody matches" in person.open("/ineligible?name=nobody").text
    assert "not eligible yet" in person.open("/").text


def test_what_is_missing_is_told_with_the_ways_to_put_it_right(full: FullSite) -> None:
    claim, short = full.things.called["claim"], full.things.called["learner"]
    page = full.person("admin.riverside").open(f"/claims/{claim}/ineligible/{short}")
    assert "is not eligible yet" in page.text
    assert "The quickest ways to put it right" in page.text
    assert "Participate in a project" in page.text
    assert "no grade yet" in page.text
    assert "more ways" in page.text


def test_a_learner_who_does_not_wait_has_no_such_page(full: FullSite) -> None:
    claim, other = full.things.called["claim"], full.things.called["other"]
    person = full.person("admin.riverside")
    assert person.open(f"/claims/{claim}/ineligible/{other}").status == 404
    assert person.open(f"/claims/{claim}/ineligible/nobody").status == 404


def test_results_are_found_and_given_as_a_file(full: FullSite) -> None:
    person = full.person("admin.riverside")
    page = person.open("/results?name=full")
    assert full.things.called["certificate"] in page.text
    assert "1 result " in page.text
    both = "/results?given_name=full&family_name=quill&product_title=team+leading"
    assert full.things.called["certificate"] in person.open(both).text
    assert "No result matches" in person.open(f"{both}&grade=D").text
    assert "No result matches" in person.open("/results?name=nobody").text
    address = next(each for each in page.links if each.startswith("/results.csv"))
    assert full.things.called["certificate"] in person.client.get(address).text
    assert person.open("/results?after=nonsense").status == 422


def test_the_strip_counts_learners_on_their_way(full: FullSite) -> None:
    page = full.person("admin.riverside").open("/claims")
    for counted in ("1 In draft", "1 Not eligible", "0 Submitted", "1 Certificate"):
        assert counted in page.text
    assert {"/claims?status=Draft", "/claims/new"} <= {*page.links}
    assert "To claim for" not in full.person("auditor").open("/claims").text


def test_who_is_not_eligible_is_given_as_a_file(full: FullSite) -> None:
    person, short = full.person("admin.riverside"), full.things.called["learner"]
    page = person.open("/ineligible")
    address = next(each for each in page.links if each.startswith("/ineligible.csv"))
    assert f"{short},Short Quillfeather" in person.client.get(address).text
