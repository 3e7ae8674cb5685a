"""The pages, put together."""

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

from starlette.applications import Starlette
from starlette.exceptions import HTTPException
from starlette.middleware.exceptions import ExceptionMiddleware
from starlette.requests import Request
from starlette.responses import HTMLResponse, Response
from starlette.routing import Route
from starlette.types import ASGIApp

from service import Service
from transport.compression import Compression
from transport.metrics import Metrics
from transport.middleware import RequestMiddleware
from transport.moving_window import MovingWindow
from transport.rates import RATE, Rates
from web import help_pages, home, search
from web.bookings import (
    booking,
    bookings,
    entry_confirming,
    entry_learners,
    entry_orders,
    entry_schedule,
    entry_tests,
    launching,
    packages,
    registers,
    together,
)
from web.catalogue import catalogue
from web.centres import (
    invitation,
    password,
    people,
    person,
    pin,
    second_factor,
    sessions,
    set_up,
    sign_in,
    tokens,
)
from web.certificates import certificate, certificates, verify
from web.claims import (
    claim_choices,
    claim_fixing,
    claim_grades,
    claim_learners,
    claim_submitting,
    claim_withdrawing,
    claims,
    ineligible,
    learner_results,
    results,
)
from web.history import audit, comparing, history, replay
from web.http.cookies import Cookies
from web.http.page_router import PageRouter
from web.http.rendering import script_digest, templates
from web.http.static_files import static_file
from web.invoices import invoices
from web.learners import editing, erasure, images, learner, learners
from web.operations import dead_letters, operations
from web.orders import (
    checklist,
    order_confirming,
    order_dates,
    order_learners,
    order_newcomer,
    order_products,
    orders_list,
)
from web.registrations import cancelling
from web.uploads import (
    fix_file,
    fix_rows,
    group_choices,
    group_page,
    group_rows,
    new_upload,
    uploads_list,
)

if TYPE_CHECKING:
    from access.oidc.issuer import Issuer

ROUTERS: tuple[PageRouter, ...] = (
    home.pages,
    search.pages,
    help_pages.pages,
    sign_in.pages,
    set_up.pages,
    sessions.pages,
    password.pages,
    second_factor.pages,
    pin.pages,
    tokens.pages,
    people.pages,
    person.pages,
    invitation.pages,
    learners.pages,
    claim_choices.pages,
    claims.pages,
    claim_fixing.pages,
    claim_grades.pages,
    claim_learners.pages,
    claim_submitting.pages,
    claim_withdrawing.pages,
    ineligible.pages,
    results.pages,
    learner_results.pages,
    catalogue.pages,
    invoices.pages,
    dead_letters.pages,
    operations.pages,
    certificates.pages,
    certificate.pages,
    verify.pages,
    bookings.pages,
    entry_orders.pages,
    entry_tests.pages,
    entry_learners.pages,
    entry_schedule.pages,
    entry_confirming.pages,
    registers.pages,
    together.pages,
    launching.pages,
    packages.pages,
    booking.pages,
    editing.pages,
    images.pages,
    erasure.pages,
    history.pages,
    comparing.pages,
    replay.pages,
    audit.pages,
    learner.pages,
    orders_list.pages,
    checklist.pages,
    order_products.pages,
    order_newcomer.pages,
    order_learners.pages,
    order_dates.pages,
    order_confirming.pages,
    cancelling.pages,
    uploads_list.pages,
    new_upload.pages,
    group_page.pages,
    group_choices.pages,
    fix_rows.pages,
    fix_file.pages,
    group_rows.pages,
)

POLICY = (
    "default-src 'none'; script-src 'self' 'sha256-{digest}'; style-src 'self'; "
    "font-src 'self'; img-src 'self' data: blob:; connect-src 'self'; "
    "form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
)


class Pages(Starlette):
    """The routes of pages; what goes wrong inside is left to who names the request."""

    def build_middleware_stack(self) -> ASGIApp:
        return ExceptionMiddleware(self.router, handlers={HTTPException: http_error})


def create_pages(
    service: Service,
    *,
    metrics: Metrics,
    most_bytes: int,
    public: str = "",
    rate: str = RATE,
    issuer: "Issuer | None" = None,
    routers: Sequence[PageRouter] = ROUTERS,
) -> ASGIApp:
    """Put the pages of a service together; starting and stopping it is the caller's.

    ``public`` is the address that people open them at, or empty for the host they ask;
    ``rate`` how often one user may ask, as ``6000/minute``. With an ``issuer``,
    ``routers`` have the pages of signing in by it.
    """
    routes = [each for router in routers for each in router.routes]
    files = Route("/static/{digest}/{name}", static_file, methods=["GET"])
    app = Pages(routes=[files, *routes])
    app.router.redirect_slashes = False
    app.state.service = service
    app.state.cookies = Cookies(public)
    app.state.code_tries = MovingWindow(verify.RATE)
    app.state.issuer = issuer
    app.state.rates = Rates(rate)
    return RequestMiddleware(
        Compression(app),
        metrics=metrics,
        most=most_bytes,
        headers=headers(),
        failed=failure_page,
    )


def headers() -> Mapping[str, str]:
    """Give the headers of every page."""
    return {
        "Cache-Control": "no-store",
        "Content-Security-Policy": POLICY.format(digest=script_digest()),
        "Cross-Origin-Opener-Policy": "same-origin",
        "Cross-Origin-Resource-Policy": "same-origin",
        "Permissions-Policy": "camera=(), geolocation=(), microphone=()",
        "Referrer-Policy": "same-origin",
        "Strict-Transport-Security": "max-age=31536000; includeSubDomains",
        "X-Content-Type-Options": "nosniff",
        "X-Frame-Options": "DENY",
    }


SENTENCES: Mapping[int, tuple[str, str]] = {
    400: (
        "This cannot be read",
        "Your browser sent a form that is not whole. Go back and send it again.",
    ),
    404: (
        "Page not found",
        "There is no page at this address. Check it, or begin at the home page.",
    ),
    405: (
        "This was not sent by a page of ours",
        "Nothing was done. Go back, load the page again, and send its form from there.",
    ),
    413: ("This is too large", "{detail}."),
    429: ("You ask too often", "{detail}"),
}


async def http_error(_: Request, error: Exception) -> Response:
    """Say in a page what the framework refuses."""
    assert isinstance(error, HTTPException)  # noqa: S101 - it is registered for those
    title, sentence = SENTENCES.get(error.status_code, (str(error.detail), "{detail}."))
    text = bare_page(title, sentence.format(detail=error.detail))
    return HTMLResponse(text, status_code=error.status_code, headers=error.headers)


def failure_page(_: str, request_id: str) -> ASGIApp:
    """Say that it is our fault, and by which number to ask about it."""
    sentence = (
        "Something went wrong here, not with what you did. What you had saved is safe. "
        f"Try again; if it happens again, tell us this number: {request_id}."
    )
    return HTMLResponse(bare_page("Something went wrong", sentence), status_code=500)


def bare_page(title: str, sentence: str) -> str:
    """Write a page that needs no service behind it."""
    return templates().get_template("bare.html").render(title=title, sentence=sentence)
