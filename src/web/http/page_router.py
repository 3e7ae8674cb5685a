"""Routes of pages: each function is given a PageContext, and gives a response."""

import re
from collections.abc import Callable
from contextlib import suppress
from dataclasses import replace
from http import HTTPStatus
from itertools import chain
from secrets import token_urlsafe
from typing import Any, TypeAlias
from urllib.parse import urlencode, urlsplit

import structlog
from starlette.concurrency import run_in_threadpool
from starlette.datastructures import UploadFile
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.routing import Route

from access.policy import require_reader
from aggregates.errors import Malformed, NotAllowed, NotFound
from projections.database import LOST
from service import Service
from transport.rates import Rates
from web.http.context import (
    WAITED,
    PageContext,
    Said,
    SentFile,
    SentForm,
    unpack_said,
)
from web.http.cookies import Cookies
from web.http.faults import REFUSED
from web.http.kept_forms import keep_form
from web.http.moments import stand_at_moment
from web.http.origin import is_encrypted_before, is_from_here
from web.http.sessions import WebSession, cookie_of, find_session, is_form_token

Answer: TypeAlias = Callable[..., Response]
SIGN_IN = "/sign-in"
MOST_FIELDS = 10_000
"""How many fields a form may send: a grid of grades has some thousands."""

log = structlog.get_logger("web")


class FormIsForeign(NotAllowed):
    """The form was not made by a page of this session."""

    code = "form-is-foreign"
    message = (
        "This form was not sent from a page that we gave you in this session, so nothing"
        " was done. Go back, load the page again, and send it from there."
    )

    def __str__(self) -> str:
        return self.message


NUMBER = re.compile(r"(?<=/)[a-z]{1,2}-[0-9]+[a-z]?(?=/|$)", re.ASCII)
"""A number of something in an address, as people type it who leave capitals out."""
UNKEPT = re.compile("[\0\ud800-\udfff]")
"""What no database keeps: NUL, and halves of a character."""


class NulSent(Malformed):
    """A text holds what no database keeps."""

    code = "nul-sent"
    message = (
        "What was sent holds a character that no text has. Take it out, or type"
        " the text again."
    )


class PageRouter:
    """The pages of an area; ``section`` is the entry of the navigation they belong to."""

    def __init__(self, section: str = "") -> None:
        self.section = section
        self.routes: list[Route] = []

    def get(self, path: str, *, is_open: bool = False) -> Callable[[Answer], Answer]:
        """Answer GET; only those signed in may look unless the page ``is_open``."""
        return self._route("GET", path, is_open=is_open)

    def post(self, path: str, *, is_open: bool = False) -> Callable[[Answer], Answer]:
        """Answer a form, if a page of the same session made it."""
        return self._route("POST", path, is_open=is_open)

    def _route(
        self, method: str, path: str, *, is_open: bool
    ) -> Callable[[Answer], Answer]:
        def register(answer: Answer) -> Answer:
            async def endpoint(request: Request) -> Response:
                form = await read_form(request) if method == "POST" else SentForm()
                return await run_in_threadpool(
                    respond, request, form, answer, self.section, is_open=is_open
                )

            methods = [method]
            name = f"{answer.__module__}.{answer.__name__}"
            self.routes.append(Route(path, endpoint, methods=methods, name=name))
            return answer

        return register


def content_type_of(request: Request) -> bytes:
    return request.headers.get("content-type", "").encode("latin-1")


async def read_form(request: Request) -> SentForm:
    """Read a form whole. Raises HTTPException (400) if it cannot be read."""
    values: dict[str, list[str]] = {}
    files: dict[str, SentFile] = {}
    # Whatever a client says it wrote them in: our pages have it write UTF-8.
    plain = re.sub(
        rb";\s*charset=[^;]*", b"", content_type_of(request), flags=re.IGNORECASE
    )
    others = [(n, v) for n, v in request.scope["headers"] if n != b"content-type"]
    scope = {**request.scope, "headers": [*others, (b"content-type", plain)]}
    async with Request(scope, request.receive).form(max_fields=MOST_FIELDS) as form:
        for name, value in form.multi_items():
            if isinstance(value, UploadFile):
                files[name] = SentFile(
                    name=value.filename or "",
                    content=await value.read(),
                    media_type=value.content_type or "",
                )
            else:
                values.setdefault(name, []).append(value.replace("\r\n", "\n"))
    return SentForm(values=values, files=files)


def respond(
    request: Request, form: SentForm, answer: Answer, section: str, *, is_open: bool
) -> Response:
    """Answer a request as whoever is signed in, in the worker thread of the request."""
    service: Service = request.app.state.service
    cookies: Cookies = request.app.state.cookies
    at = service.clock()
    session = find_session(service, cookies.session_of(request), at)
    require_seldom(request, session)
    before = cookies.before_of(request) or token_urlsafe(16)
    secret = session.text if session else before
    request.state.user = session.user.name if session else None
    context = PageContext(
        service=service,
        request=request,
        at=at,
        form=form,
        session=session,
        secret=secret,
        section=section,
        said=Said(),
    )
    if session is None and not is_open:
        response = to_sign_in(context)
    else:
        response = _answer_or_refuse(context, answer, is_open=is_open)
    if session is None:
        cookies.set_before(response, before)
    elif session.is_to_renew(at) and not cookies.has_session(response):
        cookies.set_session(response, cookie_of(service.store, session.text, at))
    return response


def require_seldom(request: Request, session: WebSession | None) -> None:
    """Count a request of the user, or of the address if nobody is signed in.

    Raises HTTPException (429) if there were too many.
    """
    rates: Rates = request.app.state.rates
    counted = (
        rates.hit("user", session.user.name)
        if session
        else rates.hit("address", address_of(request))
    )
    request.state.rate = counted.headers
    if not counted.is_in_time:
        raise HTTPException(
            HTTPStatus.TOO_MANY_REQUESTS,
            counted.sentence,
            headers={"Retry-After": str(counted.seconds)},
        )


def address_of(request: Request) -> str:
    """Give the client's IP address; ``nowhere`` if it is not known."""
    return request.client.host if request.client else "nowhere"


def _answer_or_refuse(
    context: PageContext, answer: Answer, *, is_open: bool
) -> Response:
    request = context.request
    try:
        require_text(context)
        if request.method == "POST":
            require_own_form(context)
        if context.session is not None:
            require_reader(context.user.role, what="pages")
        if not is_open:
            context = stand_at_moment(context)
        shown, forget = read_said(context)
        response = answer(shown, **request.path_params)
    except REFUSED as refused:
        path, query = request.url.path, request.url.query
        right = NUMBER.sub(lambda number: number[0].upper(), path)
        if isinstance(refused, NotFound) and request.method == "GET" and right != path:
            return context.redirect(f"{right}?{query}" if query else right)
        return context.refusal_page(refused)
    except LOST as error:
        log.warning("database does not answer", path=request.url.path, error=str(error))
        return context.page(
            "unavailable.html",
            title="The service is not available just now",
            status=HTTPStatus.SERVICE_UNAVAILABLE,
        )
    if forget and "text/html" in response.headers.get("content-type", ""):
        cookies: Cookies = request.app.state.cookies
        cookies.end_said(response)
    return response


def require_text(context: PageContext) -> None:
    """Raise NulSent if a NUL was sent, in the address or in a field."""
    url = context.request.url.path, *context.request.query_params.values()
    typed = chain.from_iterable(context.form.values.values())
    names = (file.name for file in context.form.files.values())
    if any(UNKEPT.search(text) for text in (*url, *typed, *names)):
        raise NulSent


def require_own_form(context: PageContext) -> None:
    """Raise FormIsForeign unless a page of this session sent the form."""
    request = context.request
    public: str = request.app.state.cookies.public
    given = context.form.text("_token")
    is_own = is_form_token(context.service.store, context.secret, given)
    if is_own and is_encrypted_before(request.headers, public=public):
        log.warning("form refused: pages are opened by https; set PUBLIC_URL")
    if not (is_own and is_from_here(request.headers, public=public)):
        raise FormIsForeign


def read_said(context: PageContext) -> tuple[PageContext, bool]:
    """Read what the page before wanted said, and wait for what it recorded to be shown."""
    cookies: Cookies = context.request.app.state.cookies
    cookie = cookies.said_of(context.request)
    if not cookie or context.request.method != "GET":
        return context, False
    said = unpack_said(cookie, context.seal)
    models = context.service.read_models
    is_shown = not said.position or models.wait_for(said.position, WAITED)
    return replace(context, said=said, is_shown=is_shown), True


def to_sign_in(context: PageContext) -> Response:
    """Have somebody sign in first, and come back to where they were.

    What they typed, if their session ended meanwhile, is kept in the page that asks.
    """
    request = context.request
    wanted = request.url.path
    if request.method != "GET":
        wanted = "/"
        with suppress(ValueError):  # an address that is none leads home
            wanted = urlsplit(request.headers.get("referer", "/")).path
    elif request.url.query:
        wanted += f"?{request.url.query}"
    if kept := keep_typed(context):
        response = ask_to_sign_in(
            context, asked=wanted, kept=kept, status=HTTPStatus.UNAUTHORIZED
        )
        if context.wants_part:
            response.headers["HX-Retarget"] = "body"
            response.headers["HX-Reswap"] = "innerHTML"
        return response
    asked: dict[str, Any] = {"next": wanted} if wanted != "/" else {}
    address = f"{SIGN_IN}?{urlencode(asked)}" if asked else SIGN_IN
    if context.wants_part:
        return Response(headers={"HX-Redirect": address})
    return RedirectResponse(address, status_code=HTTPStatus.SEE_OTHER)


def keep_typed(context: PageContext) -> str:
    """Seal what was typed into one of our own forms; nothing if it is not one."""
    request, cookies = context.request, context.request.app.state.cookies
    if request.method != "POST" or not is_from_here(
        request.headers, public=cookies.public
    ):
        return ""
    cookie = cookies.session_of(request)
    return keep_form(context.service.store, request, cookie, context.form, context.at)


def ask_to_sign_in(
    context: PageContext,
    *,
    asked: str,
    kept: str = "",
    name: str = "",
    anew: bool = False,
    issuer_end_address: str | None = None,
    refused: Exception | None = None,
    status: HTTPStatus | None = None,
) -> Response:
    """Ask who it is; ``kept`` is what they typed before their session ended.

    ``anew`` has the issuer ask again who somebody is; ``issuer_end_address`` is where they
    sign out there too.
    """
    return context.page(
        "centres/sign_in.html",
        title="Sign in",
        refused=refused,
        status=status,
        name=name,
        asked=asked,
        kept=kept,
        anew=anew,
        issuer_end_address=issuer_end_address,
        has_issuer=context.request.app.state.issuer is not None,
    )
