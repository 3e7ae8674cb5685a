"""People at their browsers: signed in, opening pages, sending their forms."""

import re
from collections.abc import Generator, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from html.parser import HTMLParser
from itertools import chain
from pathlib import Path
from tempfile import TemporaryDirectory

from starlette.testclient import TestClient
from starlette.types import ASGIApp

from cli.demo.users import token_of
from queries.claims.verification_code import verification_code
from service import Service
from tests.api.running import running
from tests.api.seeded_centre import PRODUCT, Things, furnished_in
from tests.clock import Clock
from transport.metrics import Metrics
from web.app import ROUTERS, create_pages
from web.http.sessions import cookie_of

HOST = "http://testserver"
OWN = {"Origin": HOST, "Sec-Fetch-Site": "same-origin"}
"""What a browser says of a form that our own page sends."""


@dataclass
class Form:
    """A form of a page: where it is sent, and what it holds before anybody types."""

    action: str
    method: str
    values: dict[str, str] = field(default_factory=dict)


class _Reader(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.forms: list[Form] = []
        self.ids: list[str] = []
        self.links: list[str] = []
        self.words: list[str] = []
        self._is_open = False

    def handle_starttag(
        self, tag: str, attrs: Sequence[tuple[str, str | None]]
    ) -> None:
        given = {name: value or "" for name, value in attrs}
        if "id" in given:
            self.ids.append(given["id"])
        if tag == "a" and "href" in given:
            self.links.append(given["href"])
        if tag == "form":
            method = given.get("method", "get").lower()
            self.forms.append(Form(action=given.get("action", ""), method=method))
            self._is_open = True
        if tag in {"input", "button"} and self._is_open and "name" in given:
            is_ticked = given.get("type") not in {"checkbox", "radio"}
            if tag == "input" and (is_ticked or "checked" in given):
                self.forms[-1].values[given["name"]] = given.get("value", "")

    def handle_endtag(self, tag: str) -> None:
        if tag == "form":
            self._is_open = False

    def handle_data(self, data: str) -> None:
        self.words.append(data)


@dataclass(frozen=True, kw_only=True)
class Opened:
    """A page as it was answered: its status, its words, its forms."""

    status: int
    address: str
    html: str
    headers: Mapping[str, str]
    forms: Sequence[Form]
    ids: Sequence[str]
    links: Sequence[str]
    text: str

    def form(self, action: str) -> Form:
        """Find the form that is sent to an address: that which changes something, if any."""
        those = [each for each in self.forms if each.action == action]
        return min(those, key=lambda each: each.method != "post")


@dataclass(frozen=True, kw_only=True)
class Person:
    """Somebody at a browser of their own."""

    client: TestClient

    def open(self, path: str) -> Opened:
        """Open an address, and follow where it leads."""
        answer = self.client.get(path, headers={"Sec-Fetch-Site": "none"})
        return _opened(answer.status_code, str(answer.url), answer.text, answer.headers)

    def send(self, page: Opened, action: str, **typed: object) -> Opened:
        """Send the form of a page that goes to ``action``, with what is typed."""
        values = page.form(action).values | typed
        return self.post(action, values)

    def post(
        self,
        path: str,
        values: Mapping[str, object],
        *,
        headers: Mapping[str, str] = OWN,
        files: Mapping[str, tuple[str, bytes]] | None = None,
    ) -> Opened:
        """Send a form, whatever page it is from; ``files`` by field: name and content."""
        answer = self.client.post(
            path, data=dict(values), headers=dict(headers), files=files
        )
        return _opened(answer.status_code, str(answer.url), answer.text, answer.headers)


def _opened(status: int, address: str, html: str, headers: Mapping[str, str]) -> Opened:
    reader = _Reader()
    reader.feed(html)
    return Opened(
        status=status,
        address=address.removeprefix(HOST),
        html=html,
        headers=headers,
        forms=reader.forms,
        ids=reader.ids,
        links=reader.links,
        text=" ".join(" ".join(reader.words).split()),
    )


@dataclass(frozen=True, kw_only=True)
class WebSite:
    """The pages of a service, and the people who use them."""

    service: Service
    pages: ASGIApp

    def person(self, name: str | None = None) -> Person:
        """Give somebody a browser, signed in as a demo user, or as nobody."""
        client = TestClient(self.pages, base_url=HOST, raise_server_exceptions=False)
        if name is not None:
            text = token_of(self.service, name)
            cookie = cookie_of(self.service.store, text, self.service.clock())
            client.cookies.set("session", cookie)
        return Person(client=client)


@contextmanager
def website(clock: Clock | None = None) -> Generator[WebSite]:
    """Run a service of the demo's centres on SQLite, with pages."""
    with (
        TemporaryDirectory() as folder,
        running(
            f"sqlite:///{folder}/data", Path(folder, "key"), clock or Clock()
        ) as service,
    ):
        yield site_of(service)


def site_of(service: Service, *, rate: str = "100000/minute") -> WebSite:
    """Put pages before a service."""
    pages = create_pages(service, metrics=Metrics(service), most_bytes=2**25, rate=rate)
    return WebSite(service=service, pages=pages)


@dataclass(frozen=True, kw_only=True)
class FullSite(WebSite):
    """The pages of a service in which one centre has one of everything."""

    things: Things

    def paths(self, method: str) -> list[str]:
        """List the addresses of all routes, with what that centre has in them."""
        return sorted(
            re.sub(r"{(\w+)(:path)?}", lambda part: self._name(part[1]), path)
            for path in self._routes(method)
        )

    def drafts(self) -> list[str]:
        """List the addresses of all pages of what is still a draft."""
        drafts = self.things.drafts
        kinds = "|".join(drafts)
        return sorted(
            re.sub(rf"{{({kinds})}}", lambda part: drafts[part[1]], path)
            for path in self._routes("GET")
            if re.fullmatch(rf"[^{{]*{{({kinds})}}[^{{]*", path)
        )

    def _routes(self, method: str) -> Iterator[str]:
        for route in chain.from_iterable(router.routes for router in ROUTERS):
            if method in (route.methods or ()) and "{" in route.path:
                yield route.path

    def lists(self) -> list[str]:
        """List the addresses of all pages that are opened without a number."""
        routes = chain.from_iterable(router.routes for router in ROUTERS)
        return sorted(
            route.path
            for route in routes
            if "GET" in (route.methods or ()) and "{" not in route.path
        )

    def _name(self, parameter: str) -> str:
        if parameter == "name":
            return self.things.called["learner"]
        if parameter == "person":
            return "assessor.riverside"
        if parameter == "row":
            return "4"
        if parameter == "product":
            return PRODUCT
        if parameter == "code":
            certificate = self.things.called["certificate"]
            return verification_code(self.service.store, certificate)
        return self.things.called.get(parameter, "1")


@contextmanager
def full_site() -> Generator[FullSite]:
    """Run a service in which Riverside has one of everything, with pages."""
    with (
        TemporaryDirectory() as folder,
        furnished_in(Path(folder)) as (service, _, things),
    ):
        site = site_of(service)
        yield FullSite(service=service, pages=site.pages, things=things)
