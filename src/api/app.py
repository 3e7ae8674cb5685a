"""The API, put together."""

from functools import cache
from typing import Any

from fastapi import APIRouter, Depends, FastAPI, Request
from starlette.routing import BaseRoute

from access.policy import require_reader
from api import (
    audit,
    bookings,
    centres,
    certificates,
    claimable_qualifications,
    claims,
    documentation,
    duplicates,
    eligibility,
    entry_learners,
    entry_orders,
    health,
    history,
    ineligible_learners,
    invoice_lines,
    learner_erasure,
    learner_group_files,
    learner_group_progress,
    learner_group_reading,
    learner_group_records,
    learner_groups,
    learner_images,
    learner_registrations,
    learner_transfer,
    learners,
    me,
    my_pin,
    offline_clients,
    orders,
    packages,
    products,
    registers,
    registration_changes,
    registrations,
    results,
    sittings,
    users,
)
from api.dependencies import CurrentUser
from api.doorway import Doorway
from api.metrics import Metrics
from api.openapi import INTRODUCTION, document
from api.problems import add_problems
from api.rates import Rates
from api.streams import Streams
from api.texts import without_nul
from api.unknown_names import without_unknown_names
from events.user import Role
from service import Service

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
    service: Service, *, rate: str = RATE, most_bytes: int = MOST_BYTES
) -> FastAPI:
    """Put the API of a service together; starting and stopping it is the caller's."""
    app = _routed()
    app.state.service = service
    app.state.rates = Rates(rate)
    app.state.metrics = Metrics(service)
    app.state.streams = Streams(service.store)
    add_problems(app)
    app.add_middleware(Doorway, metrics=app.state.metrics, most=most_bytes)
    return app


def openapi_document() -> dict[str, Any]:
    """Make the OpenAPI document with no service behind it."""
    return document(_routed())


def _routed() -> FastAPI:
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
    return app


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
    every_request = [Depends(without_nul), Depends(without_unknown_names)]
    api = APIRouter(prefix="/api/v1", dependencies=every_request)
    every = APIRouter()
    for router in ROUTERS:
        api.include_router(router, dependencies=readers(router))
    for outside in (api, health.router, documentation.router):
        every.include_router(outside)
    return every.routes
