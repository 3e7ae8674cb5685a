"""Signing in by pages, staying signed in, and signing out."""

import re

import pytest
from starlette.testclient import TestClient

from access.passwords import hash_password
from cli.session import SERVICE
from commands.centres.user import SetPassword
from tests.clock import PATIENCE, Clock
from tests.web.pages import Opened, Person, WebSite, site_of, website
from transport.metrics import Metrics
from web.app import create_pages

NAME, PASSWORD = "admin.riverside", "a long pass phrase"


def with_password(opened: WebSite, name: str = NAME) -> WebSite:
    kept = hash_password(PASSWORD, user=name)
    opened.service.send(
        SetPassword(
            by=SERVICE,
            at=opened.service.clock(),
            name=name,
            password_hash=kept,
            reason="A test.",
        )
    )
    return opened


def sign_in(person: Person, *, wanted: str = "/", password: str = PASSWORD) -> Opened:
    return person.send(person.open(wanted), "/sign-in", user=NAME, password=password)


def test_who_is_not_signed_in_is_asked_who_they_are_and_comes_to_where_they_were(
    pages: WebSite,
) -> None:
    person = with_password(pages).person()
    asked = person.open("/learners?name=khan")
    assert asked.address == "/sign-in?next=%2Flearners%3Fname%3Dkhan"
    there = sign_in(person, wanted="/learners?name=khan")
    assert there.address == "/learners?name=khan"
    assert "Amira Haddad" in there.text


def test_a_wrong_password_says_so_and_keeps_the_name(pages: WebSite) -> None:
    person = with_password(pages).person()
    refused = sign_in(person, password="wrong")
    assert refused.status == 422
    assert "The user name or the password is wrong." in refused.text
    assert f'value="{NAME}"' in refused.html
    assert "wrong" not in refused.form("/sign-in").values.get("password", "")


def test_what_is_missing_is_said_at_its_field(pages: WebSite) -> None:
    person = pages.person()
    refused = person.send(person.open("/sign-in"), "/sign-in", user="", password="")
    assert "Enter your user name." in refused.text
    assert "Enter your password." in refused.text
    assert {"#user", "#password"} <= {*refused.links}


@pytest.mark.parametrize(
    "wanted", ["https://elsewhere.example/", "//elsewhere.example", "/\\elsewhere", "x"]
)
def test_nobody_is_led_away_from_here_after_signing_in(
    pages: WebSite, wanted: str
) -> None:
    person = with_password(pages).person()
    page = person.open("/sign-in")
    there = person.send(page, "/sign-in", user=NAME, password=PASSWORD, next=wanted)
    assert there.address == "/"


def test_who_signs_out_is_out_with_every_copy_of_the_cookie(pages: WebSite) -> None:
    person = pages.person(NAME)
    stolen = person.client.cookies["session"]
    out = person.send(person.open("/"), "/sign-out")
    assert out.address == "/sign-in"
    thief = pages.person()
    thief.client.cookies.set("session", stolen)
    assert thief.open("/").address == "/sign-in"


def test_a_session_ends_an_hour_after_its_last_use_and_twelve_after_its_first() -> None:
    clock = Clock()
    with website(clock) as opened:
        person = opened.person(NAME)
        for _ in range(12):
            clock.advance(minutes=59)
            assert person.open("/").address == "/"
        clock.advance(minutes=59)
        assert person.open("/").address == "/sign-in"
        other = opened.person(NAME)
        clock.advance(minutes=61)
        assert other.open("/").address == "/sign-in"


@pytest.mark.parametrize("part", [0, 3, 60, -1])
def test_a_cookie_that_was_changed_opens_nothing(pages: WebSite, part: int) -> None:
    person = pages.person(NAME)
    cookie = person.client.cookies["session"]
    changed = "0" if cookie[part] != "0" else "1"
    person.client.cookies.clear()
    person.client.cookies.set("session", cookie[:part] + changed + cookie[part:][1:])
    assert person.open("/").address == "/sign-in"


def test_the_moment_in_a_cookie_cannot_be_written_anew(pages: WebSite) -> None:
    person = pages.person(NAME)
    text, used, mac = person.client.cookies["session"].rsplit(".", 2)
    person.client.cookies.clear()
    person.client.cookies.set("session", f"{text}.{int(used) + 1}.{mac}")
    assert person.open("/").address == "/sign-in"


def test_ones_sessions_are_listed_and_another_can_be_ended() -> None:
    with website() as opened:
        here, there = opened.person(NAME), opened.person(NAME)
        there.open("/")
        assert opened.service.read_models.wait_for(
            opened.service.store.head(), PATIENCE
        )
        page = here.open("/settings/sessions")
        assert "This one" in page.text
        token = there.client.cookies["session"].split("_")[2]
        after = here.send(page, f"/settings/sessions/{token}/end")
        assert "That session has ended." in after.text
        assert there.open("/").address == "/sign-in"


def test_machines_have_no_pages(pages: WebSite) -> None:
    assert pages.person("invoicing").open("/").status == 403


def test_a_password_is_changed_by_who_knows_it() -> None:
    with website() as opened:
        with_password(opened)
        person, new = opened.person(NAME), "another long pass phrase"
        page = person.open("/settings/password")
        action = "/settings/password"
        for typed, field in (
            ({"current": "wrong", "new": new, "again": new}, "current"),
            ({"current": PASSWORD, "new": new, "again": "other"}, "again"),
            ({"current": PASSWORD, "new": "short", "again": "short"}, "new"),
        ):
            refused = person.send(page, action, **typed)
            assert refused.status == 422
            assert f"#{field}" in refused.links
        typed = {"current": PASSWORD, "new": new, "again": new}
        assert "Your password was changed." in person.send(page, action, **typed).text
        assert sign_in(opened.person(), password=PASSWORD).status == 422
        assert sign_in(opened.person(), password=new).address == "/"


def test_who_asks_too_often_is_told_when_to_ask_again() -> None:
    with website() as opened:
        site = site_of(opened.service, rate="2/minute")
        person = site.person(NAME)
        assert [person.open("/").status for _ in range(3)] == [200, 200, 429]
        refused = person.open("/")
        assert "You ask too often. Wait" in refused.text
        assert int(refused.headers["Retry-After"]) > 0
        assert refused.headers["RateLimit-Policy"] == '"user";q=2;w=60'
        assert site.person("assessor.riverside").open("/").status == 200
        nobody = site.person()
        found = [nobody.open("/sign-in").status for _ in range(301)]
        assert found == [200] * 300 + [429]


def test_under_https_every_cookie_is_for_this_host_and_no_script(
    pages: WebSite,
) -> None:
    public = "https://learners.example.org"
    served = create_pages(
        with_password(pages).service,
        metrics=Metrics(pages.service),
        most_bytes=2**20,
        public=public,
    )
    client = TestClient(served, base_url=public, follow_redirects=False)
    token = re.search(r'name="_token" value="([^"]+)"', client.get("/sign-in").text)
    assert token
    typed = {"user": NAME, "password": PASSWORD, "_token": token[1]}
    answer = client.post("/sign-in", data=typed, headers={"Origin": public})
    assert answer.status_code == 303
    typed = {"_token": "", "new_pin": "4821", "password": PASSWORD}
    page = client.get("/settings/pin").text
    token = re.search(
        r'action="/settings/pin".*?name="_token" value="([^"]+)"', page, re.DOTALL
    )
    assert token
    typed["_token"] = token[1]
    said = client.post("/settings/pin", data=typed, headers={"Origin": public})
    read = client.get("/settings/pin")
    assert "Your PIN is set." in read.text
    cookies = [
        each
        for one in (answer, said, read)
        for each in one.headers.get_list("set-cookie")
    ]
    assert len(cookies) >= 3
    for each in cookies:
        assert each.startswith("__Host-")
        assert {"secure", "httponly", "samesite=lax", "path=/"} <= {
            part.strip().lower() for part in each.split(";")
        }
