"""Signing in to pages by a real issuer."""

from http.cookies import SimpleCookie

import pytest

from access.oidc import published
from access.throttle import FROM_ONE_ADDRESS_FOR_ONE_NAME
from cli.session import SERVICE
from commands.centres.user import DisableUser
from events.centres.sign_in import SignInRefused
from service import Service
from tests.access.oidc.door import HERE, Visitor, pages_with
from tests.access.oidc.server import IssuerServer
from tests.web.pages import WebSite
from tests.web.test_sign_in import NAME, PASSWORD, with_password


def refusals(service: Service) -> int:
    return sum(
        isinstance(each.event, SignInRefused)
        for each in service.store.log(after=0, limit=100_000)
    )


def visitor(site: WebSite, issuer: IssuerServer, **other: str) -> Visitor:
    return Visitor.at(pages_with(site.service, issuer.registration(**other)))


def test_somebody_signs_in_and_comes_to_the_page_that_they_wanted(
    site: WebSite, issuer: IssuerServer
) -> None:
    person = visitor(site, issuer)
    asked = person.open("/learners?name=khan")
    link = next(each for each in asked.links if each.startswith("/sign-in/issuer"))
    there = person.client.get(link, follow_redirects=False).headers["location"]
    page = person.come_back(issuer.sign_in(there, "admin.riverside"))
    assert (page.status, page.address) == (200, f"{HERE}/learners?name=khan")
    assert "Amira Haddad" in page.text
    assert "sign-in" not in person.client.cookies


def test_the_request_is_kept_in_a_cookie_that_comes_back_from_another_site(
    site: WebSite, issuer: IssuerServer
) -> None:
    public = "https://learners.example.org"
    pages = pages_with(site.service, issuer.registration(), public=public)
    answer = Visitor.at(pages, public).client.get(
        "/sign-in/issuer", follow_redirects=False
    )
    kept = SimpleCookie("; ".join(answer.headers.get_list("set-cookie")))[
        "__Host-sign-in"
    ]
    assert (kept["samesite"], kept["path"], kept["max-age"]) == ("lax", "/", "600")
    assert kept["httponly"]
    assert kept["secure"]


@pytest.mark.parametrize(
    "wanted", ["https://elsewhere.example/", "//elsewhere.example", "/\\elsewhere"]
)
def test_nobody_is_led_away_from_here(
    site: WebSite, issuer: IssuerServer, wanted: str
) -> None:
    person = visitor(site, issuer)
    there = person.begin(wanted)
    assert person.come_back(issuer.sign_in(there, NAME)).address == f"{HERE}/"


def test_whom_the_service_does_not_know_is_told_whom_to_ask_and_recorded(
    site: WebSite, issuer: IssuerServer
) -> None:
    before = refusals(site.service)
    for _ in range(FROM_ONE_ADDRESS_FOR_ONE_NAME + 1):
        person = visitor(site, issuer)
        back = issuer.sign_in(person.begin("/orders"), "<b>nobody</b>")
        page = person.come_back(back)
        assert "knows you as <b>nobody</b>, and there is no such user here" in page.text
        assert "<b>nobody" not in page.html
        assert "Ask a Centre Administrator of your centre" in page.text
        assert page.form("/sign-in").values["next"] == "/orders"
        assert person.open("/").address == f"{HERE}/sign-in"
    recorded = refusals(site.service) - before
    assert recorded == 2 * FROM_ONE_ADDRESS_FOR_ONE_NAME, "of the name, of the address"


def test_a_disabled_user_is_nobody(site: WebSite, issuer: IssuerServer) -> None:
    site.service.send(
        DisableUser(
            by=SERVICE, at=site.service.clock(), name="admin.hillside", reason="Left."
        )
    )
    person = visitor(site, issuer)
    page = person.come_back(issuer.sign_in(person.begin(), "admin.hillside"))
    assert "there is no such user here" in page.text


def test_a_machine_has_no_pages_however_it_signs_in(
    site: WebSite, issuer: IssuerServer
) -> None:
    person = visitor(site, issuer)
    assert person.come_back(issuer.sign_in(person.begin(), "invoicing")).status == 403


def test_what_one_browser_began_no_other_ends(
    site: WebSite, issuer: IssuerServer
) -> None:
    attacker, victim = visitor(site, issuer), visitor(site, issuer)
    back = issuer.sign_in(attacker.begin(), "auditor")
    assert "begun in another browser" in victim.come_back(back).text
    victim.begin()
    assert "begun in another browser" in victim.come_back(back).text
    assert victim.open("/").address == f"{HERE}/sign-in"


def test_a_code_is_good_once(site: WebSite, issuer: IssuerServer) -> None:
    person = visitor(site, issuer)
    back = issuer.sign_in(person.begin(), NAME)
    kept = person.client.cookies["sign-in"]
    assert person.come_back(back).address == f"{HERE}/"
    again = visitor(site, issuer)
    assert "begun in another browser" in again.come_back(back).text, (
        "without the cookie"
    )
    again.client.cookies.set("sign-in", kept)
    assert "is over already" in again.come_back(back).text, "with it"


def test_a_cookie_that_was_changed_or_is_old_ends_nothing(
    site: WebSite, issuer: IssuerServer
) -> None:
    person = visitor(site, issuer)
    back = issuer.sign_in(person.begin(), NAME)
    kept = person.client.cookies["sign-in"]
    for changed in ("", "x", f"A{kept}", f"{kept}0", kept.split(".")[0] + "."):
        person.client.cookies.clear()
        person.client.cookies.set("sign-in", changed)
        assert "begun in another browser" in person.come_back(back).text


def test_who_does_not_finish_is_told_and_may_begin_again(
    site: WebSite, issuer: IssuerServer
) -> None:
    person = visitor(site, issuer)
    state = person.begin("/claims").partition("state=")[2].partition("&")[0]
    said = f"error=access_denied&state={state}&iss={issuer.address}"
    page = person.come_back(f"/sign-in/return?{said}")
    assert "You did not finish signing in" in page.text
    assert "/sign-in/issuer?next=%2Fclaims" in page.links


def test_after_signing_out_or_as_somebody_unknown_the_issuer_asks_anew(
    site: WebSite, issuer: IssuerServer
) -> None:
    """Else the next person at a shared machine would be the one before."""
    person = visitor(site, issuer)
    assert "prompt=" not in person.begin()
    unknown = person.come_back(issuer.sign_in(person.begin(), "nobody"))
    home = person.come_back(issuer.sign_in(person.begin(), NAME))
    typed = home.form("/sign-out").values
    out = person.post("/sign-out", typed, headers={"Origin": HERE})
    for page in (unknown, out):
        link = next(each for each in page.links if each.startswith("/sign-in/issuer"))
        sent = person.client.get(link, follow_redirects=False).headers["location"]
        assert "prompt=login" in sent
        assert issuer.sign_in(sent, NAME).startswith(HERE)


@pytest.mark.parametrize("iss", ["", "&iss=http%3A%2F%2Felsewhere.example"])
def test_an_answer_of_another_issuer_is_not_taken(
    site: WebSite, issuer: IssuerServer, iss: str
) -> None:
    """The issuer says that it names itself, so an answer without its name is not its own."""
    person = visitor(site, issuer)
    back = issuer.sign_in(person.begin(), NAME).partition("&iss=")[0]
    assert "does not come from that service" in person.come_back(back + iss).text


def test_an_address_of_email_counts_once_it_is_verified(
    site: WebSite, issuer: IssuerServer
) -> None:
    for name, text in (
        (NAME, "Amira Haddad"),
        ("auditor", "does not say who you are (email)"),
    ):
        person = visitor(site, issuer, user_claim="email")
        assert text in person.come_back(issuer.sign_in(person.begin(), name)).text


def test_the_wrong_secret_is_said_to_be_the_services_fault(
    site: WebSite, issuer: IssuerServer
) -> None:
    person = visitor(site, issuer, client_secret="wrong")
    page = person.come_back(issuer.sign_in(person.begin(), NAME))
    assert "it does not know this service" in page.text


@pytest.mark.usefixtures("issuer")
def test_while_the_issuer_is_down_passwords_go_on_and_nothing_is_lost(
    site: WebSite, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(published, "PAUSE", 0.0)
    with_password(site)
    server = IssuerServer()
    person = visitor(site, server)
    page = person.open("/sign-in/issuer?next=/orders")
    assert (page.status, page.form("/sign-in").values["next"]) == (503, "/orders")
    assert "does not answer just now" in page.text
    typed = page.form("/sign-in").values | {"user": NAME, "password": PASSWORD}
    there = person.post("/sign-in", typed, headers={"Origin": HERE})
    assert there.address == f"{HERE}/orders"

    server.start()
    try:
        late = Visitor.at(person.client.app)
        back = server.sign_in(late.begin("/claims"), NAME)
        server.stop()
        page = late.come_back(back)
        assert "does not answer just now" in page.text, "between its page and ours"
        assert page.form("/sign-in").values["next"] == "/claims"
    finally:
        server.stop()


@pytest.mark.usefixtures("issuer")
def test_a_new_key_of_the_issuer_is_fetched_when_it_is_first_seen(
    site: WebSite, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(published, "PAUSE", 0.0)
    old = IssuerServer()
    old.start()
    new = IssuerServer(port=old.port)
    try:
        pages = pages_with(site.service, old.registration())
        for server in (old, new):
            if server is new:
                old.stop()
                new.start()
            person = Visitor.at(pages)
            page = person.come_back(server.sign_in(person.begin(), NAME))
            assert page.address == f"{HERE}/", page.text
    finally:
        old.stop()
        new.stop()
