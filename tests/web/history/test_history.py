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


def test_two_moments_are_compared(pages: WebSite) -> None:
    person = pages.person("admin.riverside")
    learner = number_of(add(person, given_name="Twice", family_name=HOSTILE))
    address = f"/history/{learner}/compare"
    assert address in person.open(f"/history/{learner}").links
    page = person.open(f"{address}?earlier=1/1/2020")
    assert "1 event lies between" in page.text
    assert HOSTILE in page.text
    assert HOSTILE not in page.html
    same = person.open(f"{address}?earlier=1/1/2020&later=2/1/2020")
    assert "Nothing happened to it between." in same.text
    reversed_ = person.open(f"{address}?earlier=2/1/2020&later=1/1/2020")
    assert reversed_.status == 422
    assert "This is before the earlier moment." in reversed_.text
    unread = person.open(f"{address}?earlier=1/1/2020&earlier_time=soon")
    assert "Give the time as 10:14" in unread.text
    assert pages.person("admin.hillside").open(address).status == 404
    for shown in (page, person.open(f"/history/{learner}/replay")):
        assert "{}" not in shown.text
