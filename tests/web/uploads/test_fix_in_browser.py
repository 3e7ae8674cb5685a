"""Rows put right in a real browser: with scripts in their place, without them by pages."""

from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, expect

from tests.web.browsers import screen_of, served
from tests.web.pages import WebSite, website
from tests.web.uploads.upload_desk import BAD_DATE, OTHER_BAD, learner, upload_rows

ADMIN = "admin.riverside"


@pytest.fixture(scope="module")
def site() -> Iterator[WebSite]:
    with website() as opened:
        yield opened


@pytest.fixture(scope="module")
def address(site: WebSite) -> Iterator[str]:
    with served(site) as where:
        yield where


def test_a_row_is_put_right_where_it_stands_and_the_next_has_the_focus(
    site: WebSite, browser: Browser, address: str
) -> None:
    at = upload_rows(
        site.person(ADMIN),
        "In place",
        learner("Ada", date_of_birth=BAD_DATE),
        learner("Bo", date_of_birth=OTHER_BAD),
    )
    with screen_of(browser, site, address, ADMIN) as screen:
        screen.open(f"{at}/fix")
        page = screen.page
        first, second = (page.locator(f"#row-{n}-date_of_birth") for n in (2, 3))
        first.fill("nonsense")
        first.press("Enter")
        expect(page.locator("#row-2")).to_contain_text("nonsense is not a date.")
        expect(first).to_be_focused()
        expect(page.locator("#announcement")).to_contain_text("nonsense")
        first.fill("1/2/2006")
        first.press("Enter")
        expect(page.locator("#row-2")).to_contain_text("Fixed")
        expect(second).to_be_focused()
        expect(page.locator("h1")).to_have_text("1 row to fix")
        expect(page.locator("#announcement")).to_contain_text("is now 1/2/2006")
        assert page.url == f"{address}{at}/fix"
        screen.check("uploads-fix-in-place")


@pytest.mark.parametrize("has_scripts", [True, False])
def test_a_file_is_uploaded_put_right_and_submitted(
    site: WebSite, browser: Browser, address: str, *, has_scripts: bool
) -> None:
    name = f"Journey {has_scripts}"
    rows = f"Zoë {name}\tKhan\t{BAD_DATE}\nMax {name}\tKhan\t1/2/2006\n"
    with screen_of(browser, site, address, ADMIN, has_scripts=has_scripts) as screen:
        page = screen.page
        screen.open("/uploads")
        page.get_by_role("button", name="Upload learners").click()
        page.get_by_label("Name of the group").fill(name)
        page.get_by_text("Or paste rows from a spreadsheet").click()
        page.get_by_label("Rows").fill(rows)
        page.get_by_role("button", name="Upload and check").click()
        page.wait_for_url("**/uploads/G-*")
        while not has_scripts and page.locator("progress").count():
            page.reload()
        page.get_by_role("link", name="Fix 1 row").first.click()
        page.get_by_label("Date of birth").fill("28/2/2006")
        page.get_by_role("button", name="Save").click()
        page.get_by_role("button", name="Submit 2 learners now").click()
        page.get_by_role("button", name="Submit 2 learners", exact=True).click()
        page.wait_for_url("**/done")
        while not has_scripts and page.locator("progress").count():
            page.reload()
        expect(page.locator("h1")).to_have_text("2 learners added")
        page.get_by_role("button", name="Place an order for this group").click()
        page.wait_for_url("**/orders/O-*")
