"""All routes by path: find a request's operation, or answer 404 or 405."""

import re
from collections import defaultdict
from collections.abc import Callable, Sequence
from functools import cache, cached_property, partial
from http import HTTPStatus

from fastapi import Request
from fastapi.routing import APIRoute, RouteContext, iter_route_contexts
from starlette.exceptions import HTTPException
from starlette.routing import BaseRoute, compile_path
from starlette.types import ASGIApp, Receive, Scope, Send

from api.http.problems import problem_response
from api.http.routing.operation import Operation
from api.http.routing.router import DeclaredRoute


class Address:
    """The operations at one path by method, each analysed when first requested."""

    def __init__(self, path: str) -> None:
        self._path = path
        self.operations: dict[str, Callable[[], Operation]] = {}

    @cached_property
    def pattern(self) -> re.Pattern[str]:
        """The pattern that matches request paths."""
        return compile_path(self._path)[0]


class RouteTable:
    """Answers requests by the route of their path and method.

    Paths are looked up by their first parts, such as /api/v1/learners, which never contain
    a parameter; then routes are tried in order.
    """

    def __init__(self, routes: Sequence[BaseRoute], otherwise: ASGIApp) -> None:
        self._otherwise = otherwise
        self._addresses: defaultdict[str, dict[str, Address]] = defaultdict(dict)
        for context in iter_route_contexts(routes):
            path, route = context.path, context.original_route
            if isinstance(route, APIRoute | DeclaredRoute) and path is not None:
                address = self._addresses[beginning(path)].setdefault(
                    path, Address(path)
                )
                operation = cache(partial(operation_of, route, context))
                for method in context.methods or ():
                    address.operations.setdefault(method, operation)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._otherwise(scope, receive, send)
            return
        path, method, known = scope["path"], scope["method"], set[str]()
        for address in self._addresses.get(beginning(path), {}).values():
            if match := address.pattern.match(path):
                if found := address.operations.get(method):
                    operation = found()
                    scope["route"], scope["check"] = operation.route, operation.check
                    scope["path_params"] = match.groupdict()
                    await operation(scope, receive, send)
                    return
                another = next(iter(address.operations.values()))
                scope.setdefault("route", another().route)
                known |= address.operations.keys()
        refusal = HTTPException(HTTPStatus.NOT_FOUND)
        if known:  # RFC 9110, 15.5.6
            allowed = ", ".join(sorted(known | {"HEAD"} if "GET" in known else known))
            refusal = HTTPException(
                HTTPStatus.METHOD_NOT_ALLOWED, headers={"Allow": allowed}
            )
        response = problem_response(Request(scope, receive, send), refusal)
        await response(scope, receive, send)


def operation_of(route: APIRoute | DeclaredRoute, context: RouteContext) -> Operation:
    """Make the operation of a route, declared or included by the framework."""
    if isinstance(route, DeclaredRoute):
        return Operation(route.worked_out, RouteContext(route.worked_out))
    return Operation(route, context)


def beginning(path: str) -> str:
    """Return the first three parts of a path, or all if it has fewer."""
    return "/".join(path.split("/", 4)[:4])
