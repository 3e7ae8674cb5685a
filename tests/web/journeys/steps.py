"""What people do on every page: press, follow, go elsewhere, see where they are."""

from playwright.sync_api import Page, expect


def press(page: Page, name: str, *, exact: bool = True) -> None:
    """Press a button of the page itself; by the start of its name if not ``exact``."""
    page.get_by_role("main").get_by_role("button", name=name, exact=exact).click()


def follow(page: Page, name: str) -> None:
    """Follow the first link of the page itself whose text has ``name`` in it."""
    page.get_by_role("main").get_by_role("link", name=name).first.click()


def go_to(page: Page, section: str) -> None:
    """Go to a section by the menu."""
    menu = page.get_by_role("navigation", name="Menu")
    menu.get_by_role("link", name=section, exact=True).click()


def expect_heading(page: Page, text: str) -> None:
    """Expect a page of that heading."""
    expect(page.locator("h1")).to_have_text(text)
