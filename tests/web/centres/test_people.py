"""People and roles: invited by a link, changed, ended, each by who may."""

import re

import pytest

from tests.clock import PATIENCE, Clock
from tests.web.pages import FullSite, Opened, Person, WebSite, website
from tests.web.test_sign_in import NAME, PASSWORD, sign_in, with_password

NEW = {"full_name": "Sam Okoro", "name": "sam.riverside", "role": "Assessor"}
CHOSEN = "words that only sam knows"
ASSESSOR = "/settings/people/assessor.riverside"


def invite(admin: Person, **typed: str) -> Opened:
    page = admin.open("/settings/invite")
    return admin.send(page, "/settings/invite", **(NEW | typed))


def link_of(page: Opened) -> str:
    found = re.search(r"http://testserver(/invitation\?for=[\w.]+)", page.text)
    assert found, page.text
    return found[1]


def choose(person: Person, link: str, password: str = CHOSEN) -> Opened:
    typed = {"new": password, "again": password}
    return person.send(person.open(link), "/invitation", **typed)


def test_somebody_invited_chooses_a_password_by_the_link_once() -> None:
    with website() as opened:
        admin = opened.person(NAME)
        link = link_of(invite(admin))
        sam = opened.person()
        assert "sam.riverside" in sam.open(link).text
        refused = sam.send(sam.open(link), "/invitation", new="short", again="short")
        assert (refused.status, "#new" in refused.links) == (422, True)
        refused = sam.send(sam.open(link), "/invitation", new=CHOSEN, again="other")
        assert (refused.status, "#again" in refused.links) == (422, True)
        done = choose(sam, link)
        assert "Your password is set. Sign in as sam.riverside." in done.text
        for other in (sam, opened.person()):
            assert other.open(link).status == 404
            assert "works no more" in other.open(link).text
        page = sam.send(
            sam.open("/"), "/sign-in", user="sam.riverside", password=CHOSEN
        )
        assert (page.address, "Sam Okoro" in page.text) == ("/", True)
        assert "Sam Okoro" in admin.open("/settings/people?name=sam").text


def test_a_form_that_is_sent_again_gives_no_link_once_the_first_was_used() -> None:
    with website() as opened:
        admin = opened.person(NAME)
        page = admin.open("/settings/invite")
        form = page.form("/settings/invite").values | NEW
        link = link_of(admin.post("/settings/invite", form))
        assert link_of(admin.post("/settings/invite", form)) == link
        choose(opened.person(), link)
        again = admin.post("/settings/invite", form)
        assert (again.status, "/invitation?for=" in again.html) == (422, False)
        assert "was used or replaced since" in again.text


def test_a_link_that_was_replaced_or_ended_or_is_old_works_no_more() -> None:
    clock = Clock()
    with website(clock) as opened:
        admin = with_password(opened).person(NAME)
        first, at = link_of(invite(admin)), "/settings/people/sam.riverside"
        page = admin.send(admin.open(f"{at}/link"), f"{at}/link", password=PASSWORD)
        second = link_of(page)
        sam = opened.person()
        assert (sam.open(first).status, sam.open(second).status) == (404, 200)
        clock.advance(days=3)
        assert sam.open(second).status == 404
        admin = opened.person(NAME)
        page = admin.send(admin.open(f"{at}/link"), f"{at}/link", password=PASSWORD)
        third = link_of(page)
        ask = sam.open(third)
        admin.send(admin.open(f"{at}/disable"), f"{at}/disable")
        assert sam.open(third).status == 404
        typed = {"new": CHOSEN, "again": CHOSEN}
        assert sam.send(ask, "/invitation", **typed).status == 404


@pytest.mark.parametrize("part", [0, 33, 36, -1])
def test_a_link_that_was_changed_is_none(pages: WebSite, part: int) -> None:
    name = f"pat{part % 7}.riverside"
    link = link_of(invite(pages.person(NAME), name=name))
    _, _, text = link.partition("=")
    changed = text[:part] + ("1" if text[part] == "0" else "0") + text[part:][1:]
    assert pages.person().open(f"/invitation?for={changed}").status == 404


def test_who_forgot_is_let_in_by_a_link_and_is_out_everywhere_else() -> None:
    with website() as opened:
        admin = with_password(opened).person(NAME)
        lost = opened.person("assessor.riverside")
        page = admin.open(f"{ASSESSOR}/link")
        refused = admin.send(page, f"{ASSESSOR}/link", password="not mine")
        assert refused.status == 422
        assert "This is not your current password." in refused.text
        link = link_of(admin.send(page, f"{ASSESSOR}/link", password=PASSWORD))
        assert lost.open("/").address == "/"
        choose(opened.person(), link)
        assert lost.open("/").address == "/sign-in"


def test_an_invitation_sent_twice_invites_once() -> None:
    with website() as opened:
        admin = opened.person(NAME)
        page = admin.open("/settings/invite")
        first = admin.send(page, "/settings/invite", **NEW)
        again = admin.send(page, "/settings/invite", **NEW)
        assert link_of(first) == link_of(again)


def test_what_was_typed_is_kept_and_said_where_it_is_wrong(pages: WebSite) -> None:
    admin = pages.person(NAME)
    for typed, field in (
        ({"name": "?"}, "name"),
        ({"full_name": " "}, "full_name"),
        ({"role": ""}, "role"),
        ({"role": "King"}, "role"),
        ({"role": "Auditor"}, "role"),
        ({"name": NAME}, "name"),
    ):
        refused = invite(admin, **typed)
        assert refused.status == 422
        assert f"#{field}" in refused.links
        assert 'value="Sam Okoro"' in refused.html or field == "full_name"


def test_names_of_markup_are_only_text(pages: WebSite) -> None:
    hostile = "<script>alert(1)</script>"
    page = invite(pages.person(NAME), name="hostile.name", full_name=hostile)
    assert hostile not in page.html
    assert hostile not in pages.person(NAME).open("/settings/people/hostile.name").html


def test_why_somebody_was_invited_or_given_a_link_is_in_the_audit() -> None:
    with website() as opened:
        specialist = with_password(opened, "specialist").person("specialist")
        invite(specialist, centre="48213", reason="Letter of 3 November.")
        address = f"{ASSESSOR}/link"
        typed = {"password": PASSWORD, "reason": "Forgot the old one."}
        specialist.send(specialist.open(address), address, **typed)
        audit = opened.person("auditor").open("/audit?kind=user&user=specialist").text
        assert "Reason given: Letter of 3 November." in audit
        assert "Reason given: Forgot the old one." in audit


def test_a_role_is_changed_unless_somebody_else_did_meanwhile() -> None:
    with website() as opened:
        admin, specialist = opened.person(NAME), opened.person("specialist")
        page, role = admin.open(f"{ASSESSOR}/role"), "Centre Administrator"
        theirs = specialist.open(f"{ASSESSOR}/role")
        refused = specialist.send(theirs, f"{ASSESSOR}/role", role=role, centre="48213")
        assert (refused.status, "#reason" in refused.links) == (422, True)
        refused = specialist.send(
            refused, f"{ASSESSOR}/role", role=role, centre="", reason="x"
        )
        assert (refused.status, "#centre" in refused.links) == (422, True)
        done = specialist.send(
            theirs, f"{ASSESSOR}/role", role=role, centre="48213", reason="Asked."
        )
        assert "Tom Price has another role now." in done.text
        late = admin.send(page, f"{ASSESSOR}/role", role="Assessor")
        assert late.status == 422
        assert "specialist" in late.text


def test_access_ends_at_once() -> None:
    with website() as opened:
        admin, other = opened.person(NAME), opened.person("assessor.riverside")
        assert other.open("/").address == "/"
        page = admin.send(admin.open(f"{ASSESSOR}/disable"), f"{ASSESSOR}/disable")
        assert "Tom Price can no longer sign in." in page.text
        assert other.open("/").address == "/sign-in"
        assert "can no longer sign in" in admin.open(f"{ASSESSOR}/link").text


def test_who_may_not_is_told_who_may(full: FullSite) -> None:
    assessor = full.person("assessor.riverside")
    for path in ("/settings/people", "/settings/invite", f"{ASSESSOR}/role"):
        assert "Ask a Centre Administrator" in assessor.open(path).text
    token = assessor.open("/").form("/sign-out").values
    head = full.service.store.head()
    for path in ("/settings/invite", f"{ASSESSOR}/role", f"{ASSESSOR}/link"):
        refused = assessor.post(path, token | NEW | {"version": "1"})
        assert refused.status == 422
        assert "Ask a Centre Administrator" in refused.text
    assert full.service.store.head() == head
    own = full.person(NAME).open(f"/settings/people/{NAME}/role")
    assert "This is you" in own.text


def test_all_other_sessions_are_ended_at_once() -> None:
    with website() as opened:
        here, there = (with_password(opened).person(NAME) for _ in range(2))
        page = here.open("/settings/password")
        typed = {"current": PASSWORD, "new": CHOSEN, "again": CHOSEN}
        here.send(page, "/settings/password", end_others="yes", **typed)
        assert there.open("/").address == "/sign-in"
        there = opened.person()
        assert sign_in(there, password=CHOSEN).address == "/"
        models, store = opened.service.read_models, opened.service.store
        assert models.wait_for(store.head(), PATIENCE)
        page = here.open("/settings/sessions")
        ended = here.send(page, "/settings/sessions/end-others")
        assert "1 other session ended." in ended.text
        assert there.open("/").address == "/sign-in"
        assert here.open("/").address == "/"
