"""The API, put together."""

from functools import cache
from itertools import chain
from typing import TYPE_CHECKING, Any

from fastapi import Depends, FastAPI, Request
from starlette.types import ASGIApp

from access.policy import require_reader
from api.bookings import (
    bookings,
    entry_learners,
    entry_orders,
    offline_clients,
    packages,
    registers,
    sittings,
)
from api.centres import centres, me, my_pin, users
from api.claims import (
    certificate_printing,
    certificates,
    claimable_qualifications,
    claims,
    eligibility,
    ineligible_learners,
    learner_results,
    results,
)
from api.history import audit, history
from api.http.dependencies import CurrentUser
from api.http.documents import documentation
from api.http.documents.openapi import INTRODUCTION, document
from api.http.routing.route_table import RouteTable
from api.http.routing.router import DeclaredRoute, Router
from api.http.streams import Streams
from api.http.transport import health
from api.http.transport.conditional import Conditional
from api.http.transport.cross_origin import CrossOrigin
from api.http.transport.outcome import SAFE, failure_response
from api.http.validation.request_check import check_request
from api.learners import (
    duplicates,
    learner_erasure,
    learner_images,
    learner_registrations,
    learner_transfer,
    learners,
)
from api.orders import orders, products
from api.registrations import invoice_lines, registration_changes, registrations
from api.uploads import (
    learner_group_files,
    learner_group_progress,
    learner_group_reading,
    learner_group_records,
    learner_groups,
)
from events.centres.user import Role
from service import Service
from transport.compression import Compression
from transport.metrics import Metrics
from transport.middleware import RequestMiddleware
from transport.rates import RATE, Rates

if TYPE_CHECKING:
    from access.oidc.access_tokens import AccessTokens

API = "/api/v1"
ROUTERS: tuple[Router, ...] = (
    me.router,
    my_pin.router,
    users.router,
    centres.router,
    learner_group_files.router,
    learner_groups.router,
    learner_group_progress.router,
    learner_group_reading.router,
    learner_group_records.router,
    learners.router,
    learner_images.router,
    learner_registrations.router,
    learner_erasure.router,
    learner_transfer.router,
    duplicates.router,
    products.router,
    orders.router,
    registrations.router,
    registration_changes.router,
    claims.router,
    claimable_qualifications.router,
    eligibility.router,
    ineligible_learners.router,
    results.router,
    learner_results.router,
    certificate_printing.router,
    certificates.router,
    entry_orders.router,
    entry_learners.router,
    registers.list_router,
    registers.router,
    sittings.router,
    sittings.launching,
    bookings.router,
    packages.router,
    offline_clients.router,
    invoice_lines.router,
    history.router,
    audit.router,
)
"""Everything under /api/v1, in the order of the documentation."""

MACHINES: tuple[tuple[Router, Role], ...] = (
    (bookings.router, Role.ASSESSMENT),
    (invoice_lines.router, Role.INVOICING),
)
"""The routes that each machine role may read, besides its own account (domain, section 2)."""

OPEN = (me.router, my_pin.router, sittings.launching)
"""The routes that authenticate by themselves: signing in, PINs, and launch links."""

MOST_BYTES = 32 * 2**20
"""The largest body accepted, in bytes (d); a file of 100,000 learners has a third of it."""


class Api(FastAPI):
    """FastAPI's routes and document; our own route table answers the requests."""

    def build_middleware_stack(self) -> ASGIApp:
        app: ASGIApp = RouteTable(self.routes, self.router)
        for middleware, arguments, named in reversed(self.user_middleware):
            app = middleware(app, *arguments, **named)
        return app


def create_app(
    service: Service,
    *,
    rate: str = RATE,
    most_bytes: int = MOST_BYTES,
    origins: tuple[str, ...] = (),
    access_tokens: "AccessTokens | None" = None,
) -> Api:
    """Build the API of a service; the caller starts and stops the service.

    Pages of ``origins`` may send requests. ``access_tokens`` reads an OpenID Connect
    issuer's access tokens, if the API accepts them.
    """
    app = _app_with_routes()
    app.state.service = service
    app.state.access_tokens = access_tokens
    app.state.rates = Rates(rate)
    app.state.metrics = Metrics(service)
    app.state.streams = Streams(service.store)
    app.add_middleware(Conditional)
    app.add_middleware(Compression)
    app.add_middleware(
        RequestMiddleware,
        metrics=app.state.metrics,
        most=most_bytes,
        headers=SAFE,
        failed=failure_response,
    )
    if origins:
        app.add_middleware(CrossOrigin, origins=origins)
    return app


def openapi_document() -> dict[str, Any]:
    """Make the OpenAPI document without a service."""
    return document(_app_with_routes())


def _app_with_routes() -> Api:
    app = Api(
        title="Learner Management",
        version="0.1.0",
        description=INTRODUCTION,
        openapi_url=None,
        docs_url=None,
        redoc_url=None,
        redirect_slashes=False,
        telemetry={"tracing": False, "metrics": False, "logs": False},
    )
    app.router.routes.extend(every_route())
    setattr(app, "openapi", lambda: document(app))  # noqa: B010 - a method replaced
    return app


def readers(router: Router) -> list[Any]:
    """Make the dependencies that admit readers: people, and machines with the routes' role."""
    if any(router is each for each in OPEN):
        return []
    machines = [role for each, role in MACHINES if each is router]
    what = str(router.tags[0])

    def reader(request: Request, user: CurrentUser) -> None:
        if request.method == "GET":
            require_reader(user.role, *machines, what=what)

    return [Depends(reader)]


@cache
def every_route() -> tuple[DeclaredRoute, ...]:
    """List the routes, once per process; each is analysed when first requested."""
    inside = (
        router.routes_under(API, [Depends(check_request), *readers(router)])
        for router in ROUTERS
    )
    outside = (
        each.routes_under("", ()) for each in (health.router, documentation.router)
    )
    return tuple(chain.from_iterable((*inside, *outside)))
