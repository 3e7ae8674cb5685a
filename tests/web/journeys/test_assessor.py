"""What an Assessor may not do, and what the pages say of it, in a real browser."""

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.web.browsers import screen_of, served
from tests.web.journeys.steps import expect_heading, follow, go_to
from tests.web.pages import FullSite


def expect_explained(page: Page, sentence: str) -> None:
    """Expect a page that says why not, and has no button that would be refused."""
    expect(page.get_by_role("main")).to_contain_text(sentence)
    expect(page.locator("main form[method=post] button[type=submit]")).to_have_count(0)


@pytest.mark.parametrize("has_scripts", [True, False])
def test_what_an_assessor_may_not_do_is_explained(
    full: FullSite, browser: Browser, *, has_scripts: bool
) -> None:
    called, draft = full.things.called, full.things.drafts["claim"]
    with (
        served(full) as where,
        screen_of(
            browser, full, where, "assessor.riverside", has_scripts=has_scripts
        ) as screen,
    ):
        page = screen.page
        screen.open("/")
        go_to(page, "Claims")
        expect_explained(page, "Centre Administrators start claims for their centre.")
        expect(page.get_by_role("button", name="Start a claim")).to_have_count(0)
        follow(page, draft)
        follow(page, "Grades and award types")
        expect_explained(page, "Centre Administrators of the centre may change it.")
        follow(page, "Check and submit")
        expect_explained(
            page, "Only a Centre Administrator of the centre may submit it"
        )
        screen.open(f"/learners/{called['learner']}")
        follow(page, "Cancel the registration")
        expect_heading(page, "Cancel a registration")
        expect_explained(page, "Ask a Centre Administrator")
        assert screen.faults == []
