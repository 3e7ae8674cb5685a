"""What routes depend on: plain functions, so that a request is answered in one thread."""

import threading
from collections.abc import Iterator
from inspect import isclass, iscoroutinefunction
from typing import get_origin

from fastapi import APIRouter, Depends
from fastapi.dependencies.models import Dependant
from fastapi.params import Form
from fastapi.routing import APIRoute
from fastapi.testclient import TestClient
from pydantic import BaseModel

from api.app import API, create_app, every_route
from service import Service


def test_only_what_reads_a_file_waits() -> None:
    """What waits divides a request among several threads, and the loop between them."""
    waiting = {
        getattr(call, "__name__", None)
        for route in routes_of_the_api()
        for call in calls(route.dependant)
        if iscoroutinefunction(call) or iscoroutinefunction(type(call).__call__)
    }
    assert waiting == {"read_file"}


def routes_of_the_api() -> list[APIRoute]:
    declared = (each for each in every_route() if each.path.startswith(API))
    return [each.worked_out for each in declared]


def calls(dependant: Dependant) -> Iterator[object]:
    return (each.call for each in dependants(dependant))


def dependants(dependant: Dependant) -> Iterator[Dependant]:
    for each in dependant.dependencies:
        yield each
        yield from dependants(each)


def test_routes_declare_nothing_that_is_not_answered() -> None:
    """The framework would do these; what answers routes here does not."""
    for route in routes_of_the_api():
        for each in (route.dependant, *dependants(route.dependant)):
            assert not each.cookie_params
            assert each.background_tasks_param_name is None
            body = [field.field_info for field in each.body_params]
            assert len(body) < 2 or all(isinstance(field, Form) for field in body)
            for field in (*each.path_params, *each.query_params, *each.header_params):
                annotation = field.field_info.annotation
                assert get_origin(annotation) not in {list, tuple, set, frozenset}
                assert not (isclass(annotation) and issubclass(annotation, BaseModel))


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


def test_a_route_is_worked_out_when_it_is_asked_for(any_service: Service) -> None:
    """All of them take half a second, which a start has no use for."""
    route = next(each for each in every_route() if each.path == "/readyz")
    route.__dict__.pop("worked_out", None)
    client = TestClient(create_app(any_service))
    assert client.get("/healthz").status_code == 200
    assert "worked_out" not in route.__dict__
    assert client.get("/readyz").status_code == 200
    assert "worked_out" in route.__dict__
