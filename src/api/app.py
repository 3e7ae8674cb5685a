"""The API, put together."""

import re
from functools import cache
from typing import Any

from fastapi import APIRouter, Depends, FastAPI, Request
from fastapi.routing import APIRoute
from starlette.routing import BaseRoute, compile_path

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
from api.http.problems import add_problems
from api.http.streams import Streams
from api.http.transport import health
from api.http.transport.conditional import Conditional
from api.http.transport.cross_origin import Compression, CrossOrigin
from api.http.transport.metrics import Metrics
from api.http.transport.middleware import RequestMiddleware
from api.http.transport.rates import Rates
from api.http.validation.media_types import require_media_type
from api.http.validation.reject_nul import reject_nul, without_repeated_members
from api.http.validation.unknown_names import without_unknown_names
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

API = "/api/v1"
ROUTERS: tuple[APIRouter, ...] = (
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

MACHINES: tuple[tuple[APIRouter, Role], ...] = (
    (bookings.router, Role.ASSESSMENT),
    (invoice_lines.router, Role.INVOICING),
)
"""What machines may look at besides themselves (domain, section 2)."""

OPEN = (me.router, my_pin.router, sittings.launching)
"""What asks by itself who it is: the way in, and a test player with its link."""

MOST_BYTES = 32 * 2**20
"""The largest body taken (d): a file of 100,000 learners has a third of it."""

RATE = "6000/minute"
"""How often one user may ask (d)."""


def create_app(
    service: Service,
    *,
    rate: str = RATE,
    most_bytes: int = MOST_BYTES,
    origins: tuple[str, ...] = (),
) -> FastAPI:
    """Put the API of a service together; starting and stopping it is the caller's.

    ``origins`` are those whose pages may ask it.
    """
    app = _app_with_routes()
    app.state.service = service
    app.state.rates = Rates(rate)
    app.state.metrics = Metrics(service)
    app.state.streams = Streams(service.store)
    add_problems(app)
    app.add_middleware(Conditional)
    app.add_middleware(Compression)
    app.add_middleware(RequestMiddleware, metrics=app.state.metrics, most=most_bytes)
    if origins:
        app.add_middleware(CrossOrigin, origins=origins)
    return app


def openapi_document() -> dict[str, Any]:
    """Make the OpenAPI document with no service behind it."""
    return document(_app_with_routes())


def _app_with_routes() -> FastAPI:
    app = FastAPI(
        title="Learner Management",
        version="0.1.0",
        description=INTRODUCTION,
        openapi_url=None,
        docs_url=None,
        redoc_url=None,
        redirect_slashes=False,
    )
    app.router.routes.extend(_routes())
    setattr(app, "openapi", lambda: document(app))  # noqa: B010 - a method replaced
    app.state.methods = methods
    return app


def methods(path: str) -> list[str]:
    """List the methods that an address knows: what 405 says (RFC 9110, 15.5.6)."""
    known: set[str] = set()
    for expression, of_route in _addresses():
        if expression.match(path):
            known |= of_route
    return sorted(known | {"HEAD"} if "GET" in known else known)


@cache
def _addresses() -> list[tuple[re.Pattern[str], set[str]]]:
    outside = (health.router, documentation.router)
    routes = [
        *((API, route) for router in ROUTERS for route in router.routes),
        *(("", route) for router in outside for route in router.routes),
    ]
    return [
        (compile_path(prefix + route.path)[0], route.methods)
        for prefix, route in routes
        if isinstance(route, APIRoute) and route.methods
    ]


def readers(router: APIRouter) -> list[Any]:
    """Let those look who may: people, and a machine at what it is there for."""
    if router in OPEN:
        return []
    machines = [role for each, role in MACHINES if each is router]
    what = str(router.tags[0])

    def reader(request: Request, user: CurrentUser) -> None:
        if request.method == "GET":
            require_reader(user.role, *machines, what=what)

    return [Depends(reader)]


@cache
def _routes() -> list[BaseRoute]:
    """Put the routes together, once a process: reading all their types takes long."""
    every_request = [
        Depends(require_media_type),
        Depends(reject_nul),
        Depends(without_repeated_members),
        Depends(without_unknown_names),
    ]
    api = APIRouter(prefix=API, dependencies=every_request)
    every = APIRouter()
    for router in ROUTERS:
        api.include_router(router, dependencies=readers(router))
    for outside in (api, health.router, documentation.router):
        every.include_router(outside)
    return every.routes
