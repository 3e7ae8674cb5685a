"""What routes depend on: plain functions, so that a request is answered in one thread."""

import threading
from collections.abc import Iterator
from inspect import iscoroutinefunction

from fastapi import APIRouter, Depends
from fastapi.dependencies.models import Dependant
from fastapi.routing import APIRoute
from fastapi.testclient import TestClient

from api.app import ROUTERS, create_app
from service import Service


def test_only_what_reads_a_file_waits() -> None:
    """What waits divides a request among several threads, and the loop between them."""
    routes = [route for router in ROUTERS for route in router.routes]
    waiting = {
        getattr(call, "__name__", None)
        for route in routes
        if isinstance(route, APIRoute)
        for call in calls(route.dependant)
        if iscoroutinefunction(call) or iscoroutinefunction(type(call).__call__)
    }
    assert waiting == {"read_file"}


def calls(dependant: Dependant) -> Iterator[object]:
    for each in dependant.dependencies:
        yield each.call
        yield from calls(each)


def test_a_request_is_answered_in_one_thread(any_service: Service) -> None:
    seen: list[int] = []
    router = APIRouter()

    def opened() -> Iterator[None]:
        seen.append(threading.get_ident())
        yield
        seen.append(threading.get_ident())

    def plain() -> None:
        seen.append(threading.get_ident())

    @router.get("/in-one-thread", dependencies=[Depends(opened), Depends(plain)])
    def answer() -> dict[str, str]:
        seen.append(threading.get_ident())
        return {"status": "done"}

    app = create_app(any_service)
    app.include_router(router)
    assert TestClient(app).get("/in-one-thread").json() == {"status": "done"}
    assert len(seen) == 4
    assert len({*seen}) == 1
    assert threading.get_ident() not in seen
