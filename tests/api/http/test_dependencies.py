"""What routes depend on: each plain function among it costs a change of thread."""

from collections.abc import Iterator
from inspect import iscoroutinefunction

from fastapi.dependencies.models import Dependant
from fastapi.routing import APIRoute

from api.app import ROUTERS
from api.bookings.registers import register_rows
from api.claims.claimable_qualifications import LearnersFilter, UnitsFilter
from api.http.dependencies import reads

IN_WORKER_THREADS = {reads, register_rows}
"""They read the read models."""
RARE = {UnitsFilter, LearnersFilter}
"""Classes, which cannot be ``async``."""


def test_what_only_reads_the_request_does_not_change_threads() -> None:
    routes = [route for router in ROUTERS for route in router.routes]
    plain = {
        call
        for route in routes
        if isinstance(route, APIRoute)
        for call in calls(route.dependant)
        if not (iscoroutinefunction(call) or iscoroutinefunction(type(call).__call__))
    }
    assert plain == IN_WORKER_THREADS | RARE


def calls(dependant: Dependant) -> Iterator[object]:
    for each in dependant.dependencies:
        yield each.call
        yield from calls(each)
