"""A real browser at real pages: Chromium, driven by Playwright, with axe to judge.

Where no Chromium is installed these tests are skipped; with ``REQUIRE_BROWSER`` set in
the environment they fail instead.
"""

import json
import os
import shutil
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import cache
from importlib.resources import files
from pathlib import Path
from typing import Any

from playwright.sync_api import Browser, Page, expect, sync_playwright

from api.http.streams import Streams
from cli.demo.users import token_of
from cli.installation.serving import Server, listening
from settings import Settings
from tests.clock import PATIENCE
from tests.machine.needed import require
from tests.web.pages import WebSite
from web.http.sessions import cookie_of

SHOTS = Path(__file__).parents[2] / "build" / "shots"
"""Where a picture of each page is left if ``TEST_PICTURES`` is set, to look at."""

WIDTHS = (1280, 320)
RULES = ("wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice")
LAYOUT_RULES = ("scrollable-region-focusable", "target-size")
"""What the same things may break at one width, or size of text, and not at another."""

JUDGE = """
async ([rules, layoutRules]) => {
    const judge = async (what, rules) => (await axe.run(what, {
        runOnly: rules, resultTypes: ["violations"], preload: false,
    })).violations.map((each) =>
        `${each.id}: ${each.nodes.slice(0, 3).map((node) => node.html).join(" ")}`);
    const judged = window.judged;
    const seen = [...document.body.querySelectorAll("*")].filter((each) => each.checkVisibility());
    window.judged = new Set([...seen, ...(judged ?? [])]);
    if (judged === undefined) return await judge(document, rules);
    const fresh = seen.filter((each) => !judged.has(each));
    return [
        ...await judge(document, layoutRules),
        ...(fresh.length ? await judge({include: fresh}, rules) : []),
    ];
}
"""
LOOK = """
() => ({
    width: document.documentElement.scrollWidth,
    heading: getComputedStyle(document.querySelector("h1")).fontFamily,
    header: getComputedStyle(document.querySelector(".app-header")).backgroundColor,
    headings: document.querySelectorAll("h1").length,
})
"""
OUR_FACE, OUR_COLOUR = '"Atkinson Hyperlegible Next"', "rgb(74, 42, 107)"


@cache
def axe() -> str:
    return (files("axe_playwright_python") / "axe.min.js").read_text()


@contextmanager
def chromium() -> Iterator[Browser]:
    """Start the machine's Chromium; skips the test, or fails it, if there is none."""
    found = shutil.which("chromium") or shutil.which("chromium-browser")
    why_not = "No Chromium is installed (on Debian and Ubuntu, the package chromium)."
    require(None if found else why_not, "REQUIRE_BROWSER")
    expect.set_options(timeout=PATIENCE * 1000)
    with sync_playwright() as playwright:
        options = ["--no-sandbox", "--disable-gpu"]
        browser = playwright.chromium.launch(executable_path=found, args=options)
        yield browser
        browser.close()


@contextmanager
def served(site: WebSite) -> Iterator[str]:
    """Serve the pages at an address of this machine."""
    with listening(Settings(port=0)) as listener:
        server = Server(site.pages, Streams(site.service.store))
        thread = threading.Thread(target=server.run, args=([listener],), daemon=True)
        thread.start()
        try:
            yield "http://{}:{}".format(*listener.getsockname())
        finally:
            server.should_exit = True
            thread.join()


@dataclass
class Screen:
    """Somebody's browser window; ``faults`` is what the console complained of."""

    page: Page
    address: str
    faults: list[str] = field(default_factory=list)

    def open(self, path: str) -> None:
        self.page.goto(self.address + path)

    def check(self, name: str) -> None:
        """Judge what is on the screen, wide, narrow and with text of twice the size.

        No violation that axe finds, no scrolling sideways, one h1, our own face and
        colour, and no complaint on the console. What was judged by all rules already is
        judged again by those alone that depend on the layout.
        """
        self.page.evaluate(f"{axe()}; delete window.judged")
        for width in WIDTHS:
            self._judge(name, width)
        self.page.evaluate("document.documentElement.style.fontSize = '200%'")
        self._judge(f"{name}-large", WIDTHS[0])
        self.page.evaluate("document.documentElement.style.fontSize = ''")
        faults = [*self.faults]
        self.faults.clear()
        assert not faults, f"{name}: {faults}"

    def _judge(self, name: str, width: int) -> None:
        self.page.set_viewport_size({"width": width, "height": 900})
        if "TEST_PICTURES" in os.environ:
            self.page.screenshot(path=SHOTS / f"{name}-{width}.png", full_page=True)
        seen: dict[str, Any] = self.page.evaluate(LOOK)
        where = f"{name} at {width}"
        assert seen["width"] <= width, f"{where} scrolls sideways to {seen['width']}"
        assert seen["heading"].startswith(OUR_FACE), where
        assert seen["header"] == OUR_COLOUR, where
        assert seen["headings"] == 1, where
        found = self.page.evaluate(JUDGE, [list(RULES), list(LAYOUT_RULES)])
        assert found == [], f"{where}: {json.dumps(found, indent=1)}"


@contextmanager
def screen_of(
    browser: Browser,
    site: WebSite,
    address: str,
    name: str | None,
    *,
    has_scripts: bool = True,
) -> Iterator[Screen]:
    """Give somebody a window, signed in as a demo user, or as nobody."""
    context = browser.new_context(java_script_enabled=has_scripts)
    if name is not None:
        text = token_of(site.service, name)
        cookie = cookie_of(site.service.store, text, site.service.clock())
        context.add_cookies([{"name": "session", "value": cookie, "url": address}])
    screen = Screen(page=context.new_page(), address=address)
    screen.page.on(
        "console",
        lambda each: (
            screen.faults.append(each.text)
            if each.type in {"error", "warning"} and "status of 4" not in each.text
            else None
        ),
    )
    screen.page.on("pageerror", lambda each: screen.faults.append(str(each)))
    try:
        yield screen
    finally:
        context.close()
