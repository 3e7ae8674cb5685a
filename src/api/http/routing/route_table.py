"""All routes by their paths: which operation a request is for, or 404, or 405."""

import re
from collections import defaultdict
from collections.abc import Sequence
from http import HTTPStatus

from fastapi import Request
from fastapi.routing import APIRoute, iter_route_contexts
from starlette.exceptions import HTTPException
from starlette.routing import BaseRoute
from starlette.types import ASGIApp, Receive, Scope, Send

from api.http.problems import problem_response
from api.http.routing.operation import Operation


class Address:
    """The operations at one path by their methods; ``pattern`` matches the path."""

    def __init__(self, pattern: re.Pattern[str]) -> None:
        self.pattern = pattern
        self.operations: dict[str, Operation] = {}


class RouteTable:
    """Answers requests by the route that their path and method are those of.

    Paths are looked up by their first parts, /api/v1/learners, which no route has as a
    parameter; then tried in the order of the routes.
    """

    def __init__(self, routes: Sequence[BaseRoute], otherwise: ASGIApp) -> None:
        self._otherwise = otherwise
        self._addresses: defaultdict[str, dict[str, Address]] = defaultdict(dict)
        for context in iter_route_contexts(routes):
            path, route = context.path_format, context.original_route
            if isinstance(route, APIRoute) and path is not None:
                address = self._addresses[beginning(path)].setdefault(
                    path, Address(context.path_regex)
                )
                for method in context.methods or ():
                    address.operations.setdefault(method, Operation(route, context))

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._otherwise(scope, receive, send)
            return
        path, method, known = scope["path"], scope["method"], set[str]()
        for address in self._addresses.get(beginning(path), {}).values():
            if match := address.pattern.match(path):
                if operation := address.operations.get(method):
                    scope["route"], scope["check"] = operation.route, operation.check
                    scope["path_params"] = match.groupdict()
                    await operation(scope, receive, send)
                    return
                scope.setdefault("route", next(iter(address.operations.values())).route)
                known |= address.operations.keys()
        refusal = HTTPException(HTTPStatus.NOT_FOUND)
        if known:  # RFC 9110, 15.5.6
            allowed = ", ".join(sorted(known | {"HEAD"} if "GET" in known else known))
            refusal = HTTPException(
                HTTPStatus.METHOD_NOT_ALLOWED, headers={"Allow": allowed}
            )
        response = problem_response(Request(scope, receive, send), refusal)
        await response(scope, receive, send)


def beginning(path: str) -> str:
    """Give the first three parts of a path, or all if it has fewer."""
    return "/".join(path.split("/", 4)[:4])
