"""The history of one thing on a page."""

from tests.web.learners.test_editing import add, number_of
from tests.web.pages import WebSite

HOSTILE = "<b>bold</b>"


def test_all_that_happened_is_told_newest_first(pages: WebSite) -> None:
    person = pages.person("admin.riverside")
    learner = number_of(add(person, family_name=HOSTILE))
    path = f"/learners/{learner}/edit"
    person.send(person.open(path), path, email="new@example.org")
    for address in (f"/history/{learner}", f"/learners/{learner}/timeline"):
        page = person.open(address)
        assert page.status == 200
        assert HOSTILE in page.text
        assert HOSTILE not in page.html
        assert "new@example.org" in page.text
        assert page.text.index("new@example.org") < page.text.index("was created")
        assert "admin.riverside (Centre Administrator)" in page.text


def test_a_number_that_is_none_or_anothers_is_not_there(pages: WebSite) -> None:
    learner = number_of(add(pages.person("admin.riverside"), family_name="Private"))
    other = pages.person("admin.hillside")
    for name in (learner, "L-0000000000A", "nonsense", "X-1"):
        assert other.open(f"/history/{name}").status == 404
    assert pages.person("auditor").open(f"/history/{learner}").status == 200
