"""Every page in a real browser: accessible, ours, and not wider than the screen."""

from collections.abc import Iterator
from urllib.parse import urlsplit

import pytest
from playwright.sync_api import Browser

from tests.web.browsers import screen_of, served
from tests.web.pages import FullSite, WebSite
from web.app import ROUTERS

WHEN_NARROW = """
const main = document.querySelector("main");
const size = (each, side) => Object.assign(each.style, {
    padding: 0, width: `${side}px`, height: `${side}px`});
const buttons = [..."ab"].map((text) => {
    const made = document.createElement("button");
    made.textContent = text;
    size(made, 48);
    return made;
});
main.append(...buttons);
addEventListener("resize", () => { if (innerWidth < 400) %s; });
"""
"""Does something to the page, or to two buttons on it, once the screen is narrow."""


def area_of(path: str) -> str:
    return path.split("/")[1]


AREAS = sorted({area_of(route.path) for router in ROUTERS for route in router.routes})


@pytest.fixture(scope="module")
def address(pages: WebSite) -> Iterator[str]:
    with served(pages) as where:
        yield where


@pytest.mark.parametrize("area", AREAS)
def test_every_page_is_accessible_and_ours(
    full: FullSite, browser: Browser, area: str
) -> None:
    """A page that another leads to is judged once; a draft is where its steps are."""
    paths = (*full.lists(), *full.paths("GET"), *full.drafts())
    judged: set[str] = set()
    with (
        served(full) as where,
        screen_of(browser, full, where, "admin.riverside") as screen,
    ):
        for path in paths:
            if area_of(path) != area or "." in path:
                continue
            screen.open(path)
            shown = urlsplit(screen.page.url).path
            if shown not in judged:
                screen.check(shown.strip("/").replace("/", "-") or "home")
            judged.add(shown)
    own = {each for each in full.drafts() if area_of(each) == area and "." not in each}
    led = {path.rpartition("/")[2] for path in own - judged}
    assert led <= {"done"}, led


def test_what_auditors_look_at_is_accessible_and_ours(
    full: FullSite, browser: Browser
) -> None:
    learner = full.things.called["learner"]
    paths = {
        "audit": "/audit",
        "audit-verification": "/audit/verification",
        "operations": "/operations",
        "replay": f"/history/{learner}/replay?version=1",
        "as-at": f"/learners/{learner}?as_at=2026-11-24",
    }
    full.service.ledger.catch_up()
    with served(full) as where, screen_of(browser, full, where, "auditor") as screen:
        for name, path in paths.items():
            screen.open(path)
            screen.check(name)


def test_what_nobody_is_signed_in_for_is_accessible_and_ours(
    pages: WebSite, browser: Browser, address: str
) -> None:
    with screen_of(browser, pages, address, None) as screen:
        screen.open("/sign-in")
        screen.check("sign-in")
        screen.page.get_by_role("button", name="Sign in").click()
        screen.page.wait_for_selector(".govuk-error-summary")
        screen.check("sign-in-refused")


@pytest.mark.parametrize(
    ("fault", "what"),
    [
        ("document.documentElement.removeAttribute('lang')", "html-has-lang"),
        ("document.querySelector('h1').style.fontFamily = 'serif'", "sign-in-bad at"),
        ("document.querySelector('h1').style.width = '2000px'", "scrolls sideways"),
        ("console.error('refused by the policy')", "refused by the policy"),
        (WHEN_NARROW % "main.append(new Image())", "(?s)bad at 320: .*image-alt"),
        (
            WHEN_NARROW % "buttons.forEach((each) => size(each, 8))",
            "(?s)bad at 320: .*target-size",
        ),
    ],
)
def test_a_page_at_fault_is_found(
    pages: WebSite, browser: Browser, address: str, fault: str, what: str
) -> None:
    with screen_of(browser, pages, address, None) as screen:
        screen.open("/sign-in")
        screen.page.evaluate(fault)
        with pytest.raises(AssertionError, match=what):
            screen.check("sign-in-bad")


def test_the_summary_of_what_is_wrong_takes_the_focus(
    pages: WebSite, browser: Browser, address: str
) -> None:
    with screen_of(browser, pages, address, None) as screen:
        screen.open("/sign-in")
        screen.page.get_by_role("button", name="Sign in").click()
        screen.page.wait_for_selector(".govuk-error-summary:focus")
        screen.page.get_by_role("link", name="Enter your user name.").click()
        assert screen.page.evaluate("document.activeElement.id") == "user"


def test_the_first_tab_offers_to_skip_to_what_is_in_the_page(
    pages: WebSite, browser: Browser, address: str
) -> None:
    with screen_of(browser, pages, address, "admin.riverside") as screen:
        screen.open("/learners")
        screen.page.keyboard.press("Tab")
        assert screen.page.evaluate("document.activeElement.textContent").strip() == (
            "Skip to main content"
        )


@pytest.mark.parametrize("has_scripts", [True, False])
def test_somebody_finds_a_learner_and_signs_out(
    pages: WebSite, browser: Browser, address: str, *, has_scripts: bool
) -> None:
    with screen_of(
        browser, pages, address, "admin.riverside", has_scripts=has_scripts
    ) as screen:
        screen.open("/")
        screen.page.get_by_role("searchbox").fill("Nobody At All")
        screen.page.get_by_role("button", name="Find", exact=True).first.click()
        screen.page.wait_for_url("**/learners?name=**")
        assert "No learner matches" in screen.page.content()
        screen.page.get_by_role("button", name="Sign out").click()
        screen.page.wait_for_url("**/sign-in")
