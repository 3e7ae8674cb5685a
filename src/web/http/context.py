"""One request of a browser: who asks, what was sent, and how it is answered with a page."""

import base64
import hmac
import json
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from datetime import date, datetime
from functools import cached_property
from hashlib import sha256
from http import HTTPStatus
from itertools import count
from typing import Any
from urllib.parse import urlencode

from sqlalchemy import Connection
from starlette.requests import Request
from starlette.responses import HTMLResponse, RedirectResponse, Response

from access.accounts import SignedInUser
from access.once import KeyUsedBefore, send_once
from access.policy import MAY, require_may
from access.proofs import read_proof
from aggregates.errors import NotAllowed, RuleBroken
from aggregates.uk_time import LONDON
from commands.command import (
    Command,
    CommandContext,
    CommandMetadata,
    CommandResult,
)
from repositories.aggregate_types import A, AggregateType
from repositories.repository import Loaded, Versions, load
from service import Service
from store import Actor, Once, Position
from web.http.cookies import Cookies
from web.http.faults import faults_of, sentence_of, status_of
from web.http.page_frame import PageFrame
from web.http.rendering import templates
from web.http.sessions import WebSession

CHANNEL = "web"
WAITED = 2.0
"""How many seconds a page waits for what its user recorded to be in the lists."""
MOST_SAID_BYTES = 2_000
"""How much of what the next page says is kept: browsers drop cookies past 4,096 bytes."""


class SentBefore(RuleBroken):
    code = "form-sent-before"
    message = (
        "This form was sent before, with other values. Open the page again, look at what"
        " is there, and send it once."
    )


class PublicAddressUnknown(RuleBroken):
    code = "public-address-unknown"
    message = (
        "This cannot be made: the service does not know the https address that people open"
        " it at. Ask those who run it to set LEARNER_MANAGEMENT_PUBLIC_URL."
    )


@dataclass(frozen=True, kw_only=True)
class SentFile:
    """A file of a form."""

    name: str
    content: bytes
    media_type: str


@dataclass(frozen=True, kw_only=True)
class SentForm:
    """What a form sent: values by name, in order, and files."""

    values: Mapping[str, Sequence[str]] = field(default_factory=dict)
    files: Mapping[str, SentFile] = field(default_factory=dict)

    def text(self, name: str) -> str:
        """Give the value of a field without outer spaces; empty if it was not sent."""
        return next(iter(self.values.get(name, ())), "").strip()

    def all(self, name: str) -> tuple[str, ...]:
        """Give every value of a field, as of ticks."""
        return tuple(self.values.get(name, ()))

    def digest(self) -> str:
        """Write all that was typed, and digests of files, to tell one form from another."""
        typed = {n: [*v] for n, v in self.values.items() if not n.startswith("_")}
        files = {n: sha256(f.content).hexdigest() for n, f in self.files.items()}
        return json.dumps([typed, files], sort_keys=True)


@dataclass(frozen=True, kw_only=True)
class Said:
    """What the page after a change says, and the position that its lists must show."""

    text: str = ""
    position: Position = 0
    is_done: bool = True
    """Whether nothing is left to do of it."""


@dataclass(frozen=True, kw_only=True)
class PageContext:
    """The service, who asks, when, and what was sent; gives pages and redirects."""

    service: Service
    request: Request
    at: datetime
    form: SentForm
    session: WebSession | None
    secret: str
    section: str
    said: Said
    is_shown: bool = True
    as_at: datetime | None = None
    """The moment that the page shows; None is now."""
    _numbers: Iterator[int] = field(default_factory=count)

    @property
    def user(self) -> SignedInUser:
        """Who is signed in; pages that are open to everybody do not ask."""
        if self.session is None:
            raise LookupError("Nobody is signed in.")
        return self.session.user

    @property
    def today(self) -> date:
        """The date in London."""
        return self.at.astimezone(LONDON).date()

    @property
    def command_context(self) -> CommandContext:
        return self.service.context

    @property
    def public_address(self) -> str:
        """The address that people open pages at, without a slash at its end.

        Raises PublicAddressUnknown behind a proxy that takes https, if it is not set: by
        plain http, links and QR codes would lead nowhere, or past the encryption.
        """
        public: str = self.request.app.state.cookies.public
        taken = self.request.headers.get("x-forwarded-proto", "")
        if not public and taken == "https" != self.request.url.scheme:
            raise PublicAddressUnknown
        return (public or str(self.request.base_url)).rstrip("/")

    @property
    def proof_purpose(self) -> str:
        """What a proof of who the user is, given at the issuer, is good for: this session."""
        return f"proved {self.secret}"

    @property
    def has_proved(self) -> bool:
        """Tell whether the user proved at the issuer, just now, that it is they."""
        proof = self.request.app.state.cookies.proof_of(self.request)
        found = read_proof(
            self.command_context, proof, purpose=self.proof_purpose, at=self.at
        )
        return found is not None and found[0].name == self.user.name

    @property
    def centre(self) -> str | None:
        """The centre that the user sees; None is all."""
        return self.user.centre if self.user.role.is_of_a_centre else None

    @cached_property
    def by(self) -> Actor:
        return self.user.actor(CHANNEL, request=self.request.state.request_id)

    def command_metadata(self, expect: Versions = None) -> CommandMetadata:
        """Give what a command carries; sent again, the same form does each thing once."""
        key = self.form.text("_once")
        by = self.by
        if key:
            asked = (
                f"{self.request.method} {self.request.url.path} {self.form.digest()}"
            )
            once = Once(
                scope=f"request:{by.user}",
                key=f"form:{key}:{next(self._numbers)}",
                digest=self.service.store.make_key(asked),
            )
            by = replace(by, once=once)
        return CommandMetadata(by=by, at=self.at, expect=expect)

    def send(self, command: Command) -> CommandResult:
        """Send a command; what it is refused with is raised. Twice the same has one effect."""
        if command.by.once is None:
            return self.service.send(command)
        try:
            return send_once(command, self.command_context, command.by.once)
        except KeyUsedBefore:
            raise SentBefore from None

    def may(self, command: type[Command]) -> bool:
        """Tell whether the user's role may send such a command; nobody may in the past."""
        return self.as_at is None and self.user.role in MAY[command]

    def forbidden_sentence(self, command: type[Command]) -> str:
        """Say who may send such a command, to a user who may not; empty to one who may."""
        try:
            require_may(command, self.user.role)
        except NotAllowed as refused:
            return str(refused)
        return ""

    def load(self, kind: AggregateType[A], identifier: str) -> Loaded[A]:
        """Load an aggregate that the user may know of, with its stream. Raises NotFound."""
        return load(kind, identifier, store=self.service.store, reader=self.by)

    @contextmanager
    def rows(self) -> Iterator[Connection]:
        """Give a connection to ask the read models with."""
        with self.service.rows(self.centre) as connection:
            yield connection

    def parameter(self, name: str) -> str | None:
        """Give a parameter of the address; None if it is empty or not there."""
        return self.request.query_params.get(name, "").strip() or None

    def file_address(self, kind: str) -> str:
        """Give the address of the whole list of this page as a file: csv or xlsx."""
        path, question, query = self.address_with(after=None).partition("?")
        return f"{path}.{kind}{question}{query}"

    def address_with(self, **changed: str | None) -> str:
        """Give the address of this page with other parameters; None takes one away."""
        kept = dict(self.request.query_params.multi_items()) | changed
        query = urlencode({n: v for n, v in kept.items() if v})
        return f"{self.request.url.path}?{query}" if query else self.request.url.path

    def page(
        self,
        template: str,
        *,
        title: str,
        crumbs: Sequence[tuple[str, str]] = (),
        refused: Exception | None = None,
        status: HTTPStatus | None = None,
        **values: Any,
    ) -> Response:
        """Write a page. ``crumbs`` are the pages above it: a text and an address each.

        With what a form was ``refused`` with, the page says each fault at its field.
        """
        faults = () if refused is None else faults_of(refused, self.at)
        usual = HTTPStatus.OK if refused is None else HTTPStatus.UNPROCESSABLE_ENTITY
        frame = PageFrame(
            context=self, title=title, crumbs=tuple(crumbs), faults=faults
        )
        text = templates().get_template(template).render(page=frame, **values)
        return HTMLResponse(text, status_code=status or usual)

    def part(
        self, template: str, *, refused: Exception | None = None, **values: Any
    ) -> Response:
        """Write a part of a page, for htmx to put in."""
        return self.page(template, title="", refused=refused, **values)

    @property
    def wants_part(self) -> bool:
        """Tell whether htmx asks for a part of the page."""
        return self.request.headers.get("hx-request") == "true"

    def refusal_page(self, refused: Exception) -> Response:
        """Write the page that says why this was refused and nothing else."""
        status = status_of(refused)
        titles = {
            HTTPStatus.NOT_FOUND: "Not found",
            HTTPStatus.FORBIDDEN: "You may not do this",
            HTTPStatus.CONFLICT: "This cannot be done now",
        }
        return self.page(
            "problem.html",
            title=titles.get(status, "This cannot be done"),
            status=status,
            sentence=sentence_of(refused, self.at),
        )

    def redirect(
        self,
        path: str,
        *,
        said: str = "",
        after: CommandResult | None = None,
        is_done: bool = True,
    ) -> Response:
        """Go on to another page, which says something and shows what was recorded.

        It says it as a success, unless something ``is_done`` in part or not at all.
        """
        response = RedirectResponse(path, status_code=HTTPStatus.SEE_OTHER)
        position = (after.position if after else None) or 0
        if said or position:
            packed = pack_said(
                Said(text=said, position=position, is_done=is_done), self.seal
            )
            cookies: Cookies = self.request.app.state.cookies
            cookies.set_said(response, packed)
        return response

    def seal(self, payload: str) -> str:
        """Make the MAC of what the next page says."""
        return self.service.store.make_key(f"said {self.secret} {payload}")


def pack_said(said: Said, seal: Callable[[str], str]) -> str:
    """Write what the next page says, cut to what a browser keeps in a cookie."""
    text = said.text
    if len(text.encode()) > MOST_SAID_BYTES:
        text = f"{text.encode()[:MOST_SAID_BYTES].decode(errors='ignore')}…"
    content = f"{said.position} {said.is_done:d} {text}".encode()
    payload = base64.urlsafe_b64encode(content).decode()
    return f"{payload}.{seal(payload)}"


def unpack_said(cookie: str, seal: Callable[[str], str]) -> Said:
    """Read what the page before wanted said; nothing if it is not ours."""
    payload, _, mac = cookie.partition(".")
    if not payload or not hmac.compare_digest(mac.encode(), seal(payload).encode()):
        return Said()
    position, is_done, text = base64.urlsafe_b64decode(payload).decode().split(" ", 2)
    return Said(text=text, position=int(position), is_done=is_done == "1")
