"""The second factor on pages: turned on, asked for, turned off, reset."""

import re
from collections.abc import Iterator
from dataclasses import replace

import pytest
from pyotp import TOTP

from access import accounts
from access.errors import SecondFactorMissing
from access.second_factor import find_second_factor
from tests.clock import Clock
from tests.web.pages import Opened, Person, WebSite, website
from tests.web.test_sign_in import NAME, PASSWORD, sign_in, with_password

ADDRESS = "/settings/second-factor"
SET_UP = "/sign-in/set-up"
COLLEAGUE = "assessor.riverside"


@pytest.fixture
def site(clock: Clock) -> Iterator[WebSite]:
    """Open pages where NAME has a password, on a clock that stands still."""
    with website(clock) as opened:
        yield with_password(opened)


def turn_on(person: Person, clock: Clock) -> tuple[TOTP, list[str]]:
    """Turn it on as a person does; gives their app and their recovery codes."""
    page = person.open(ADDRESS)
    app = TOTP(page.form(ADDRESS).values["secret"])
    done = person.send(page, ADDRESS, code=app.at(clock()), password=PASSWORD)
    codes = re.findall(r"<li>(\w{5}-\w{5})</li>", done.html)
    assert (done.status, len(codes)) == (200, 10)
    clock.advance(seconds=30)
    return app, codes


def give_code(person: Person, page: Opened, code: str) -> Opened:
    return person.send(page, "/sign-in/code", code=code)


def test_it_is_turned_on_with_a_code_and_asked_for_from_then_on(
    site: WebSite, clock: Clock
) -> None:
    admin = site.person(NAME)
    page = admin.open(ADDRESS)
    assert "<svg" in page.html
    secret = page.form(ADDRESS).values["secret"]
    refused = admin.send(page, ADDRESS, code="000000", password=PASSWORD)
    assert (refused.status, "#code" in refused.links) == (422, True)
    assert refused.form(ADDRESS).values["secret"] == secret
    code = TOTP(secret).at(clock())
    refused = admin.send(page, ADDRESS, code=code, password="wrong")
    assert (refused.status, "#password" in refused.links) == (422, True)
    refused = admin.send(page, ADDRESS, code=code, password=PASSWORD, secret="A" * 32)
    assert "This page is not good any more." in refused.text
    app, codes = turn_on(admin, clock)
    assert codes[0] not in admin.open(ADDRESS).text
    assert "10 of your 10 recovery codes are left" in admin.open(ADDRESS).text

    other = site.person()
    asked = sign_in(other, wanted="/learners?name=khan")
    assert other.client.cookies.get("session") is None
    refused = give_code(other, asked, "")
    assert "Enter the six digits" in refused.text
    refused = give_code(other, asked, "000000")
    assert (refused.status, "#code" in refused.links) == (422, True)
    there = give_code(other, refused, app.at(clock()))
    assert there.address == "/learners?name=khan"
    third = site.person()
    asked = sign_in(third)
    assert give_code(third, asked, app.at(clock())).status == 422
    assert give_code(third, asked, codes[3]).address == "/"
    assert "9 of your 10 recovery codes are left" in admin.open(ADDRESS).text


def test_a_right_password_is_good_for_ten_minutes_in_the_same_browser(
    site: WebSite, clock: Clock
) -> None:
    app, _ = turn_on(site.person(NAME), clock)
    person, thief = site.person(), site.person()
    asked = sign_in(person)
    proof = asked.form("/sign-in/code").values["proof"]
    page = sign_in(thief, password="wrong")
    token = page.form("/sign-in").values["_token"]
    stolen = {"proof": proof, "code": app.at(clock()), "_token": token}
    assert "Give your password again" in thief.post("/sign-in/code", stolen).text
    clock.advance(minutes=10)
    late = give_code(person, asked, app.at(clock()))
    assert "Give your password again" in late.text


def test_who_proves_themselves_gives_a_code_too_and_turns_it_off_so(
    site: WebSite, clock: Clock
) -> None:
    admin = site.person(NAME)
    app, _ = turn_on(admin, clock)
    page = admin.open("/settings/password")
    typed = {"current": PASSWORD, "new": "quite another phrase"}
    refused = admin.send(
        page, "/settings/password", again="quite another phrase", **typed
    )
    assert (refused.status, "#code" in refused.links) == (422, True)
    address = f"{ADDRESS}/off"
    refused = admin.send(admin.open(ADDRESS), address, password=PASSWORD, code="1")
    assert (refused.status, "#code" in refused.links) == (422, True)
    done = admin.send(
        admin.open(ADDRESS), address, password=PASSWORD, code=app.at(clock())
    )
    assert "Your second factor is off." in done.text
    assert sign_in(site.person()).address == "/"


def test_an_administrator_resets_a_colleagues_with_their_own_password(
    site: WebSite, clock: Clock
) -> None:
    with_password(site, COLLEAGUE)
    turn_on(site.person(COLLEAGUE), clock)
    admin, person = site.person(NAME), f"/settings/people/{COLLEAGUE}"
    address = f"{person}/second-factor"
    assert address in admin.open(person).links
    refused = admin.send(admin.open(address), address, password="wrong")
    assert (refused.status, "#password" in refused.links) == (422, True)
    own = site.person(COLLEAGUE).open(address)
    assert address not in [each.action for each in own.forms]
    done = admin.send(admin.open(address), address, password=PASSWORD)
    assert "is off." in done.text
    assert address not in admin.open(person).links
    assert find_second_factor(site.service.context, COLLEAGUE) is None


def test_who_has_no_password_is_told_that_it_goes_with_one(site: WebSite) -> None:
    page = site.person("admin.hillside").open(ADDRESS)
    assert "You have no password here" in page.text
    assert "<svg" not in page.html


def test_where_no_password_lets_in_alone_it_is_set_up_while_signing_in(
    site: WebSite, clock: Clock
) -> None:
    strict = replace(site.service.context, needs_second_factor=True)
    site.service.context = strict
    person = site.person()
    page = sign_in(person)
    assert page.address == "/sign-in"
    assert person.open("/").address == "/sign-in", "not let in yet"
    app = TOTP(page.form(SET_UP).values["secret"])
    refused = person.send(page, SET_UP, code="000000")
    assert (refused.status, "#code" in refused.links) == (422, True)
    stale = person.send(page, SET_UP, code=app.at(clock()), proof="x")
    assert "Give your password again" in stale.text
    done = person.send(refused, SET_UP, code=app.at(clock()))
    assert "Keep your recovery codes" in done.text
    assert person.open("/").address == "/"
    clock.advance(seconds=30)
    other = site.person()
    assert person.send(page, SET_UP, code=app.at(clock())).status == 403
    assert give_code(other, sign_in(other), app.at(clock())).address == "/"
    with_password(site, COLLEAGUE)
    who = {"name": COLLEAGUE, "password": PASSWORD, "address": "192.0.2.1"}
    with pytest.raises(SecondFactorMissing):
        accounts.sign_in(strict, **who, at=clock())
