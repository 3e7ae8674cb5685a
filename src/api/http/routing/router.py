"""Routers whose routes are analysed when they are first requested."""

from collections.abc import Callable, Iterable, Sequence
from functools import cached_property
from typing import Any

from fastapi import APIRouter
from fastapi.params import Depends
from fastapi.routing import APIRoute
from starlette.routing import BaseRoute, Match
from starlette.types import Scope


class DeclaredRoute(BaseRoute):
    """A route as declared; analysing its parameters and response is slow."""

    def __init__(
        self, path: str, endpoint: Callable[..., Any], options: dict[str, Any]
    ) -> None:
        self.path, self.endpoint, self.options = path, endpoint, options
        self.methods: set[str] = {*options["methods"]}

    @cached_property
    def worked_out(self) -> APIRoute:
        return APIRoute(self.path, self.endpoint, **self.options)

    def matches(self, scope: Scope) -> tuple[Match, Scope]:  # noqa: ARG002 - none does
        """Match nothing: only the route table answers HTTP."""
        return Match.NONE, {}


class Router(APIRouter):
    """Collects routes as they are declared."""

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        self.declared: list[tuple[str, Callable[..., Any], dict[str, Any]]] = []

    def add_api_route(
        self, path: str, endpoint: Callable[..., Any], **options: Any
    ) -> None:
        self.declared.append((path, endpoint, options))

    def routes_under(
        self, prefix: str, dependencies: Sequence[Depends]
    ) -> Iterable[DeclaredRoute]:
        """List the routes under a prefix, with these dependencies before their own."""
        for path, endpoint, options in self.declared:
            yield DeclaredRoute(
                f"{prefix}{self.prefix}{path}",
                endpoint,
                options
                | {
                    "include_in_schema": self.include_in_schema,
                    "tags": [*self.tags, *(options.get("tags") or ())],
                    "dependencies": [
                        *dependencies,
                        *self.dependencies,
                        *(options.get("dependencies") or ()),
                    ],
                },
            )


def work_out(routes: Iterable[BaseRoute]) -> list[BaseRoute]:
    """Return the framework's routes; declared ones are analysed."""
    return [
        route.worked_out if isinstance(route, DeclaredRoute) else route
        for route in routes
    ]
