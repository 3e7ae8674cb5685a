"""A session that ends under a form, in a real browser: what was typed comes back."""

from playwright.sync_api import Browser, expect

from tests.clock import Clock
from tests.web.browsers import screen_of, served
from tests.web.pages import website
from tests.web.test_sign_in import NAME, PASSWORD, with_password
from tests.web.uploads.upload_desk import BAD_DATE, learner, upload_rows


def test_what_was_typed_into_a_row_comes_back_and_is_sent_on(
    browser: Browser,
) -> None:
    """The row is sent by htmx, which puts the page that asks in the place of all."""
    clock = Clock()
    with (
        website(clock) as opened,
        served(opened) as address,
        screen_of(browser, with_password(opened), address, NAME) as screen,
    ):
        rows = [learner("Ada", date_of_birth=BAD_DATE)]
        at = upload_rows(opened.person(NAME), "Kept", *rows)
        screen.open(f"{at}/fix")
        page = screen.page
        page.locator("#row-2-date_of_birth").fill("1/2/2006")
        clock.advance(minutes=61)
        page.locator("#row-2-date_of_birth").press("Enter")
        expect(page.locator("h1")).to_have_text("Sign in")
        expect(page.locator(".govuk-inset-text")).to_contain_text("is kept")
        screen.check("sign-in-kept")
        page.locator("#user").fill(NAME)
        page.locator("#password").fill(PASSWORD)
        page.get_by_role("button", name="Sign in").click()
        expect(page.locator("h1")).to_have_text("You are signed in again")
        screen.check("given-back")
        page.get_by_role("button", name="Send what you typed").click()
        expect(page.locator("main")).to_contain_text(
            "Every row of this upload is right."
        )
