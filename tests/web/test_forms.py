"""Every form is one of ours, of this session, and done once."""

import re
from itertools import chain

import pytest

from tests.web.pages import OWN, FullSite, Person, WebSite
from web.app import ROUTERS
from web.centres.sign_in import destination
from web.http.context import Said, pack_said, unpack_said

POSTS = sorted(
    re.sub(r"\{\w+\}", "X", route.path)
    for route in chain.from_iterable(router.routes for router in ROUTERS)
    if "POST" in (route.methods or ())
)


@pytest.fixture(scope="module")
def person(pages: WebSite) -> Person:
    """Give somebody whom nothing of what is refused signs out."""
    return pages.person("admin.riverside")


def token_of(person: Person) -> str:
    return person.open("/").form("/sign-out").values["_token"]


@pytest.fixture(scope="module")
def own_token(person: Person) -> str:
    return token_of(person)


@pytest.fixture(scope="module")
def token_of_another(pages: WebSite) -> str:
    return token_of(pages.person("assessor.riverside"))


@pytest.mark.parametrize("path", POSTS)
def test_a_form_without_a_token_of_the_session_is_refused(
    pages: WebSite, person: Person, token_of_another: str, path: str
) -> None:
    head = pages.service.store.head()
    assert person.post(path, {"_once": "1"}).status == 403
    assert person.post(path, {"_token": token_of_another}).status == 403
    assert person.open("/").status == 200
    assert pages.service.store.head() == head


@pytest.mark.parametrize("path", POSTS)
@pytest.mark.parametrize(
    "headers",
    [
        {"Origin": "https://elsewhere.example"},
        {"Origin": "null"},
        OWN | {"Sec-Fetch-Site": "cross-site"},
        OWN | {"Sec-Fetch-Site": "same-site"},
        {"Referer": "https://elsewhere.example/page"},
    ],
)
def test_a_form_from_elsewhere_is_refused(
    person: Person, own_token: str, path: str, headers: dict[str, str]
) -> None:
    refused = person.post(path, {"_token": own_token}, headers=headers)
    assert refused.status == 403
    assert "nothing was done" in refused.text


def test_pages_that_are_opened_by_https_unknown_to_the_service_are_told_of_in_the_log(
    pages: WebSite, capsys: pytest.CaptureFixture[str]
) -> None:
    person = pages.person("admin.riverside")
    token = person.open("/").form("/sign-out").values["_token"]
    sent = {"Origin": "https://testserver", "Sec-Fetch-Site": "same-origin"}
    assert person.post("/sign-out", {"_token": token}, headers=sent).status == 403
    assert "set PUBLIC_URL" in capsys.readouterr().out


def test_a_number_in_small_letters_leads_to_the_page(full: FullSite) -> None:
    order = full.things.called["order"]
    person = full.person("admin.riverside")
    page = person.open(f"/orders/{order.lower()}?said=x")
    assert page.status == 200
    assert page.address.startswith(f"/orders/{order}")
    assert person.open("/orders/o-1").status == 404


def test_each_page_has_a_token_of_its_own(pages: WebSite) -> None:
    """Else compressed pages would tell it bit by bit; more in a page would but weigh."""
    person = pages.person("admin.riverside")
    seen = [
        {each.values["_token"] for each in page.forms if "_token" in each.values}
        for page in map(person.open, 2 * ["/settings/sessions"])
    ]
    assert len(seen[0]) == len(seen[1]) == 1
    assert seen[0] != seen[1]


def test_an_address_that_is_none_says_so(pages: WebSite) -> None:
    missing = pages.person("admin.riverside").open("/nothing")
    assert (missing.status, "There is no page at this address." in missing.text) == (
        404,
        True,
    )


def test_a_page_is_not_kept_by_browsers_and_runs_nothing_of_others(
    pages: WebSite,
) -> None:
    headers = pages.person("admin.riverside").open("/").headers
    assert headers["Cache-Control"] == "no-store"
    assert "default-src 'none'" in headers["Content-Security-Policy"]
    assert "unsafe" not in headers["Content-Security-Policy"]


def test_a_fault_of_our_own_is_a_page_with_a_number_to_give(
    pages: WebSite, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(*_: object, **__: object) -> None:
        raise ZeroDivisionError

    monkeypatch.setattr("web.http.context.PageContext.page", fail)
    page = pages.person("admin.riverside").open("/")
    assert page.status == 500
    assert "What you had saved is safe." in page.text
    assert page.headers["X-Request-Id"] in page.text
    assert page.headers["Cache-Control"] == "no-store"


def test_a_nul_is_refused_wherever_it_is_sent(pages: WebSite) -> None:
    person = pages.person("admin.riverside")
    token = person.open("/").form("/sign-out").values
    for page in (
        person.open("/learners?name=a%00b"),
        person.open("/learners/L-1%00"),
        person.post("/learners/new", token | {"given_name": "a\0b"}),
    ):
        assert page.status == 422
        assert "a character that no text has" in page.text


STRANGE = "multipart/form-data; boundary=b; charset={}"
PART = (
    '--b\r\nContent-Disposition: form-data; name="_token"\r\n\r\n\\ud800.a\r\n--b--\r\n'
)


@pytest.mark.parametrize("charset", ["undefined", "unicode_escape", "utf-16"])
def test_a_form_in_any_encoding_is_answered(pages: WebSite, charset: str) -> None:
    headers = OWN | {"Content-Type": STRANGE.format(charset)}
    for who in (None, "admin.riverside"):
        client = pages.person(who).client
        answer = client.post("/sign-in", content=PART, headers=headers)
        assert answer.status_code == 403


def test_who_comes_from_an_address_that_is_none_is_asked_who_they_are(
    pages: WebSite,
) -> None:
    page = pages.person().post("/learners/new", {}, headers={"Referer": "http://["})
    assert page.address == "/sign-in"


@pytest.mark.parametrize("used", ["999999999999", "253402300800", "0"])
def test_a_moment_that_no_clock_shows_is_no_session(pages: WebSite, used: str) -> None:
    person = pages.person()
    cookie = f"lm_{'a' * 32}_{'b' * 20}_{'c' * 43}.{used}.{'d' * 64}"
    person.client.cookies.set("session", cookie)
    assert person.open("/").address == "/sign-in"


@pytest.mark.parametrize("version", ["", "-1", "²", "9" * 5000, "x"])
def test_a_form_that_does_not_say_what_it_was_filled_in_on_does_nothing(
    pages: WebSite, version: str
) -> None:
    person = pages.person("admin.riverside")
    token = person.open("/").form("/sign-out").values
    details = {
        "given_name": "A",
        "family_name": f"V{len(version)}",
        "date_of_birth": "27/3/2006",
        "confirm_different_person": "yes",
    }
    made = person.post("/learners/new", token | details).address
    head = pages.service.store.head()
    token = person.open("/").form("/sign-out").values
    refused = person.post(
        f"{made}/edit", token | {"version": version, "email": "x@example.org"}
    )
    assert refused.status == 422
    assert "does not say what it was filled in on" in refused.text
    assert pages.service.store.head() == head


@pytest.mark.parametrize("letter", ["a", "é", "😀", '"', "\\"])
def test_what_the_next_page_says_fits_into_a_cookie_however_long_it_is(
    letter: str,
) -> None:
    said = Said(text=letter * 5_000, position=10**15)
    cookie = pack_said(said, lambda _: "0" * 64)
    assert len(f"said={cookie}") < 4_000
    read = unpack_said(cookie, lambda _: "0" * 64)
    assert (read.text[0], read.text[-1], read.position) == (letter, "…", 10**15)


def test_no_address_to_go_on_to_is_longer_than_a_cookie_keeps() -> None:
    assert destination("/learners?name=" + "a" * 1_000) != "/"
    assert destination("/learners?name=" + "a" * 2_000) == "/"
    assert destination("/" + "é" * 1_000) == "/"


def test_no_link_is_made_with_http_where_a_proxy_takes_https(full: FullSite) -> None:
    admin, headers = full.person("admin.riverside"), {"X-Forwarded-Proto": "https"}
    page = admin.open("/settings/invite")
    typed = {"name": "behind.proxy", "full_name": "Bea Hind", "role": "Assessor"}
    form = page.form("/settings/invite").values | typed
    refused = admin.post("/settings/invite", form, headers={**OWN, **headers})
    assert "LEARNER_MANAGEMENT_PUBLIC_URL" in refused.text
    assert "/invitation?for=" not in refused.html
