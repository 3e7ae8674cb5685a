"""Signing in by a real issuer, in a real browser."""

from dataclasses import dataclass, field
from urllib.parse import urlsplit

import pytest
from starlette.types import ASGIApp, Receive, Scope, Send

from tests.access.oidc.door import pages_with
from tests.access.oidc.server import IssuerServer
from tests.web.browsers import Screen, chromium, screen_of, served
from tests.web.pages import WebSite


@dataclass
class Late:
    """Pages that are made once the address that they are served at is known."""

    pages: list[ASGIApp] = field(default_factory=list)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        await self.pages[0](scope, receive, send)


def go_to_issuer(screen: Screen, name: str) -> None:
    """Follow the button, and say at the issuer who one is."""
    screen.page.route(
        "https://**", lambda route: route.abort()
    )  # its page asks for a font
    screen.page.click("a[role=button]")
    screen.page.fill("[name=login]", name)
    screen.page.fill("[name=password]", "any")
    screen.page.click("[type=submit]")
    screen.page.click("text=Continue")  # asked of each program on the loopback
    screen.page.wait_for_selector("main")
    screen.faults.clear()  # its own page asks for a font from elsewhere


@pytest.mark.parametrize("has_scripts", [True, False])
def test_people_sign_in_with_the_account_of_their_organisation(
    site: WebSite, issuer: IssuerServer, *, has_scripts: bool
) -> None:
    late = Late()
    with (
        chromium() as browser,
        served(WebSite(service=site.service, pages=late)) as address,
    ):
        there = issuer.registration(redirect_uri=f"{address}/sign-in/return")
        late.pages.append(pages_with(site.service, there, public=address))
        with screen_of(browser, site, address, None, has_scripts=has_scripts) as screen:
            screen.open("/orders?state=Draft")
            if has_scripts:
                screen.check("sign-in-with-issuer")
            go_to_issuer(screen, "nobody")
            assert "knows you as nobody" in screen.page.inner_text("main")
            if has_scripts:
                screen.check("sign-in-unknown")
        with screen_of(browser, site, address, None, has_scripts=has_scripts) as screen:
            screen.open("/orders?state=Draft")
            go_to_issuer(screen, "admin.riverside")
            there_now = urlsplit(screen.page.url)
            assert f"{there_now.path}?{there_now.query}" == "/orders?state=Draft"
            assert "Amira Haddad" in screen.page.inner_text("body")
            screen.page.reload()
            assert "Amira Haddad" in screen.page.inner_text("body")
            assert [
                each["sameSite"]
                for each in screen.page.context.cookies(address)
                if each["name"] == "session"
            ] == ["Lax"]
            assert not screen.faults
