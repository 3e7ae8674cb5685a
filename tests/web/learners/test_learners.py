"""Manage Learners as a page."""

from collections.abc import Iterator
from datetime import date
from io import BytesIO

import pytest
from python_calamine import load_workbook

from cli.session import SERVICE
from commands.learners.learner import CreateLearner
from store import Actor
from tests.clock import PATIENCE
from tests.learner_examples import cells
from tests.web.pages import FullSite, WebSite, website

HOSTILE = "<script>alert(1)</script>"
NAMES = ("Amira", "Ben", HOSTILE, "=cmd|x", "\u202eevil")
RIVERSIDE = Actor(
    user="admin.riverside",
    role="Centre Administrator",
    centre="48213",
    channel="test",
)


@pytest.fixture(scope="module")
def crowded() -> Iterator[WebSite]:
    """An website with a few learners, some of odd names, and one of another centre."""
    with website() as opened:
        for name in NAMES:
            create(opened, RIVERSIDE, name, "Khan")
        hillside = Actor(
            user="admin.hillside",
            role="Centre Administrator",
            centre="51907",
            channel="test",
        )
        create(opened, hillside, "Stranger", "Khan")
        assert opened.service.read_models.wait_for(
            opened.service.store.head(), PATIENCE
        )
        yield opened


def create(opened: WebSite, by: Actor, given: str, family: str) -> str:
    command = CreateLearner(
        by=by,
        at=opened.service.clock(),
        cells=cells(given_name=given, family_name=family, uln="", email=""),
        alike=lambda *_: {},
        is_different_person=True,
    )
    return opened.service.send(command).created_id


def test_learners_are_found_by_the_address_and_no_other_centres(
    crowded: WebSite,
) -> None:
    page = crowded.person("admin.riverside").open("/learners?name=khan")
    assert f"{len(NAMES)} learners" in page.text
    assert "Stranger" not in page.html
    everybody = crowded.person("specialist").open("/learners?name=khan")
    assert "Stranger" in everybody.text


def test_names_of_markup_are_names(crowded: WebSite) -> None:
    page = crowded.person("admin.riverside").open("/learners")
    assert HOSTILE not in page.html
    assert HOSTILE in page.text


def test_a_file_holds_what_the_list_shows_and_no_formula(crowded: WebSite) -> None:
    person = crowded.person("admin.riverside")
    page = person.open("/learners?name=khan&sort=given_name")
    address = next(each for each in page.links if each.startswith("/learners.csv"))
    text = person.client.get(address).text
    assert text.count("Khan") == len(NAMES)
    assert "'=cmd|x" in text
    assert ",=cmd" not in text


def test_a_workbook_holds_the_same_as_text(crowded: WebSite) -> None:
    person = crowded.person("admin.riverside")
    page = person.open("/learners?name=khan")
    address = next(each for each in page.links if each.startswith("/learners.xlsx"))
    answer = person.client.get(address)
    assert answer.headers["content-disposition"].endswith('"learners.xlsx"')
    sheet = load_workbook(BytesIO(answer.content)).get_sheet_by_index(0)
    heads, *rows = sheet.to_python()
    named = [dict(zip(heads, row, strict=True)) for row in rows]
    assert {row["given_name"] for row in named} == {
        name.strip("\u202e") for name in NAMES
    }
    assert {row["date_of_birth"] for row in named} == {date(2006, 3, 27)}


def test_a_date_that_is_none_is_said_at_its_field(crowded: WebSite) -> None:
    page = crowded.person("admin.riverside").open("/learners?date_of_birth=31/2/2006")
    assert page.status == 422
    assert "31 February is not a real date." in page.text
    assert "#date_of_birth" in page.links


def test_pages_of_a_list_follow_each_other(crowded: WebSite) -> None:
    person = crowded.person("admin.riverside")
    first = person.open("/learners?sort=learner")
    assert not [each for each in first.links if "after=" in each]
    assert person.open("/learners?after=nonsense").status == 422


def test_nobody_found_says_how_to_go_on(crowded: WebSite) -> None:
    page = crowded.person("admin.riverside").open("/learners?name=nobody")
    assert "No learner matches all of that." in page.text


def test_services_actor_has_no_pages(crowded: WebSite) -> None:
    assert SERVICE.user == "service"
    assert crowded.person().open("/learners").address == "/sign-in?next=%2Flearners"


def test_each_registration_says_what_comes_next(full: FullSite) -> None:
    spare = full.things.others[2]
    page = full.person("admin.riverside").open(f"/learners/{spare}")
    assert "/claims" in page.links
    assert f"/bookings/{full.things.called['booking']}" in page.links
    assert not any(each.startswith("/bookings/new") for each in page.links)
    done = full.person("admin.riverside").open(
        f"/learners/{full.things.called['other']}"
    )
    assert "See the results" in done.text
