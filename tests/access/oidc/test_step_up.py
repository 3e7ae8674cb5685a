"""Proving at a real issuer that it is still oneself, and signing out there."""

import httpx2
import pytest

from access.oidc.sign_in import asked_since
from access.passwords import is_right
from repositories.aggregate_types import USER
from tests.access.oidc.door import HERE, Visitor, pages_with
from tests.access.oidc.forger import forging
from tests.access.oidc.server import IssuerServer
from tests.clock import Clock
from tests.web.pages import Opened, WebSite
from tests.web.test_sign_in import NAME
from web.centres.step_up import PROOF_LASTS

PASSWORD_PAGE = "/settings/password"
AGAIN = f"/sign-in/issuer/again?next={PASSWORD_PAGE}"
NEW = {"new": "quite another phrase", "again": "quite another phrase"}


def signed_in(site: WebSite, issuer: IssuerServer) -> Visitor:
    person = Visitor.at(pages_with(site.service, issuer.registration()))
    person.come_back(issuer.sign_in(person.begin(), NAME))
    return person


def prove(person: Visitor, issuer: IssuerServer, name: str = NAME) -> Opened:
    page = person.open(PASSWORD_PAGE)
    link = next(each for each in page.links if "/issuer/again" in each)
    sent = person.client.get(link, follow_redirects=False).headers["location"]
    assert "prompt=login" in sent
    assert "max_age=0" in sent
    return person.come_back(issuer.sign_in(sent, name))


def change_password(person: Visitor) -> Opened:
    page = person.open(PASSWORD_PAGE)
    values = page.form(PASSWORD_PAGE).values | NEW
    return person.post(PASSWORD_PAGE, values, headers={"Origin": HERE})


def test_who_has_no_password_proves_themselves_at_the_issuer_for_five_minutes(
    site: WebSite, issuer: IssuerServer
) -> None:
    person, other = signed_in(site, issuer), signed_in(site, issuer)
    assert "#current" in change_password(person).links
    page = prove(person, issuer)
    assert page.address == f"{HERE}{PASSWORD_PAGE}"
    assert "has confirmed that it is you" in page.text
    assert 'name="current"' not in page.html
    stolen = person.client.cookies["proved"]
    other.client.cookies.set("proved", stolen)
    assert "#current" in change_password(other).links, "another session"
    clock = site.service.clock
    assert isinstance(clock, Clock)
    clock.advance(seconds=PROOF_LASTS.total_seconds())
    try:
        assert "#current" in change_password(person).links, "too late"
    finally:
        clock.advance(seconds=-PROOF_LASTS.total_seconds())
    assert "Your password was changed." in change_password(person).text
    user = USER.replay(site.service.store.open(USER.stream_id(NAME)))
    assert is_right(NEW["new"], user.password_hash)
    assert "#current" in change_password(person).links, "it was for the user before"


def test_whoever_proves_to_be_somebody_else_has_proved_nothing(
    site: WebSite, issuer: IssuerServer
) -> None:
    person = signed_in(site, issuer)
    page = prove(person, issuer, "auditor")
    assert f"it knows you as auditor, not as {NAME}" in page.text
    assert "#current" in change_password(person).links
    assert "Amira Haddad" in person.open("/").text


@pytest.mark.parametrize(
    ("auth_time", "is_so"),
    [(940, True), (939, False), (None, False), ("soon", False), (5000, True)],
)
def test_an_issuer_that_did_not_ask_anew_is_not_believed(
    auth_time: object, *, is_so: bool
) -> None:
    assert asked_since(auth_time, 1000) is is_so


def test_who_signs_out_can_sign_out_at_the_issuer_too_and_comes_back(
    site: WebSite, issuer: IssuerServer
) -> None:
    person = signed_in(site, issuer)
    typed = person.open("/").form("/sign-out").values
    out = person.post("/sign-out", typed, headers={"Origin": HERE})
    link = next(each for each in out.links if each.startswith(issuer.address))
    answer = httpx2.get(link)
    assert answer.status_code == 200
    assert "sign-out" in answer.text.lower() or "logout" in answer.text.lower()


def test_an_issuer_without_a_page_to_sign_out_at_is_not_linked_to(
    site: WebSite,
) -> None:
    with forging() as forger:
        for end in (None, "javascript:alert(1)", f"{forger.address}/end?x=1"):
            forger.publish(**({"end_session_endpoint": end} if end else {}))
            person = Visitor.at(pages_with(site.service, forger.registration()))
            page = person.open("/sign-in?anew=1")
            links = [each for each in page.links if "client_id" in each]
            assert bool(links) is (end is not None and end.startswith("http"))
