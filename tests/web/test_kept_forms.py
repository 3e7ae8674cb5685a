"""What somebody types is kept when their session ends meanwhile, and given back to them."""

import re
from pathlib import Path

import pytest

from tests.clock import Clock
from tests.web.pages import OWN, Opened, Person, WebSite, website
from tests.web.test_sign_in import NAME, PASSWORD, with_password
from web.http.kept_forms import SECRETS
from web.http.rendering import TEMPLATES

DETAILS = {
    "given_name": 'Zoë "Z" <b>',
    "family_name": "Kept",
    "date_of_birth": "27/3/2006",
    "postcode": "two\nlines",
}
NEW = "/learners/new"


def send_too_late(clock: Clock, person: Person) -> Opened:
    """Fill in a form, and send it when the session has ended."""
    page = person.open(NEW)
    clock.advance(minutes=61)
    return person.send(page, NEW, **DETAILS)


def back(person: Person, page: Opened, name: str = NAME) -> Opened:
    return person.send(page, "/sign-in", user=name, password=PASSWORD)


def test_what_was_typed_is_given_back_to_who_typed_it_and_sent_on() -> None:
    clock = Clock()
    with website(clock) as opened:
        person = with_password(opened).person(NAME)
        asked = send_too_late(clock, person)
        assert (asked.status, "What you typed is kept" in asked.text) == (401, True)
        assert "Kept" not in asked.html
        wrong = person.send(asked, "/sign-in", user=NAME, password="wrong")
        assert (wrong.status, "What you typed is kept" in wrong.text) == (422, True)
        given = back(person, wrong)
        values = given.form(NEW).values
        assert {name: values[name] for name in DETAILS} == DETAILS
        made = person.send(given, NEW, postcode="OX4 1AB")
        assert 'Zoë "Z" <b> Kept was added.' in made.text


def test_what_was_typed_is_given_to_nobody_else_nor_for_ever() -> None:
    clock = Clock()
    with website(clock) as opened:
        other = "assessor.riverside"
        person = with_password(with_password(opened), other).person(NAME)
        asked = send_too_late(clock, person)
        assert back(opened.person(), asked, other).status in {200, 403}
        nobody = opened.person()
        page = nobody.open("/sign-in")
        kept = asked.form("/sign-in").values["kept"]
        typed = {"user": other, "password": PASSWORD, "kept": kept}
        assert nobody.send(page, "/sign-in", **typed).address == "/"
        clock.advance(hours=13)
        late = person.send(person.open("/sign-in"), "/sign-in", **typed, next="/help")
        assert late.address == "/help"


@pytest.mark.parametrize("kept", ["x", "é", "a" * 40, "YWJj", "%"])
def test_what_was_not_kept_by_us_is_not_given_back(pages: WebSite, kept: str) -> None:
    person = with_password(pages).person()
    typed = {"user": NAME, "password": PASSWORD, "kept": kept}
    assert person.send(person.open("/sign-in"), "/sign-in", **typed).address == "/"


def test_only_a_form_of_the_session_that_ended_is_kept() -> None:
    """Another site cannot have somebody sign in to send what it wrote."""
    clock = Clock()
    with website(clock) as opened:
        person = opened.person(NAME)
        token = person.open(NEW).form(NEW).values
        foreign = opened.person("assessor.riverside").open(NEW).form(NEW).values
        clock.advance(minutes=61)
        elsewhere = {"Origin": "https://elsewhere.example"}
        for values, headers in ((foreign, OWN), ({}, OWN), (token, elsewhere)):
            page = person.post(NEW, values | DETAILS, headers=headers)
            assert page.address.startswith("/sign-in")
            assert "kept" not in page.form("/sign-in").values
        person.client.cookies.clear()
        page = person.post(NEW, token | DETAILS)
        assert page.address.startswith("/sign-in")


def test_a_part_of_a_page_gives_way_to_the_page_that_asks() -> None:
    clock = Clock()
    with website(clock) as opened:
        person = opened.person(NAME)
        token = person.open(NEW).form(NEW).values
        clock.advance(minutes=61)
        headers = OWN | {"HX-Request": "true"}
        page = person.post(NEW, token | DETAILS, headers=headers)
        assert page.headers["HX-Retarget"] == "body"
        assert page.form("/sign-in").values["kept"]


def test_no_password_is_kept() -> None:
    fields = {
        name
        for path in Path(TEMPLATES).rglob("*.html")
        for name in re.findall(
            r'(?:password_field|proof_fields)\(page, "(\w+)"', path.read_text()
        )
    }
    others = {"pin", "new_pin", "current_pin", "code", "secret", "sealed", "proof"}
    assert fields == SECRETS - others
