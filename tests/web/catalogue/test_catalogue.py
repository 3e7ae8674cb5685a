"""The catalogue on pages, and the tester of its rules."""

from tests.api.seeded_centre import MANDATORY, OPTIONAL, PRODUCT
from tests.web.pages import WebSite


def test_products_are_found_and_shown_with_their_rules(pages: WebSite) -> None:
    person = pages.person("assessor.riverside")
    page = person.open("/catalogue?q=6013450")
    assert f"/catalogue/{PRODUCT}" in page.links
    assert "No product matches" in person.open("/catalogue?q=nothing").text
    one = person.open(f"/catalogue/{PRODUCT}")
    assert "Tick units in the table" in one.text
    assert "not met" not in one.text
    assert "At least 12 credits from group B" in one.text
    assert person.open("/catalogue/Q-1").status == 404
    parts = [each for each in person.open("/catalogue").links if "/catalogue/" in each]
    assert {person.open(each).status for each in parts} == {200}


def test_ticked_units_are_judged(pages: WebSite) -> None:
    """M10: by the rules, with nothing recorded."""
    person, head = pages.person("auditor"), pages.service.store.head()
    some = "&".join(f"unit={each}" for each in MANDATORY)
    page = person.open(f"/catalogue/{PRODUCT}?{some}&unit=<b>")
    assert "5 units" in page.text
    assert "They do not earn the qualification yet" in page.text
    assert "The shortest way there" in page.text
    whole = "&".join(f"unit={each}" for each in (*MANDATORY, *OPTIONAL))
    part = person.client.get(
        f"/catalogue/{PRODUCT}?{whole}", headers={"HX-Request": "true"}
    ).text
    assert "They earn the qualification" in part
    assert "<html" not in part
    assert pages.service.store.head() == head
