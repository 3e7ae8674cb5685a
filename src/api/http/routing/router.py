"""Routers whose routes are worked out when somebody first asks for them."""

from collections.abc import Callable, Iterable, Sequence
from functools import cached_property
from typing import Any

from fastapi import APIRouter
from fastapi.params import Depends
from fastapi.routing import APIRoute
from starlette.routing import BaseRoute, Match
from starlette.types import Scope


class DeclaredRoute(BaseRoute):
    """A route as it was declared: to work out what it takes and answers is slow."""

    def __init__(
        self, path: str, endpoint: Callable[..., Any], options: dict[str, Any]
    ) -> None:
        self.path, self.endpoint, self.options = path, endpoint, options
        self.methods: set[str] = {*options["methods"]}

    @cached_property
    def worked_out(self) -> APIRoute:
        return APIRoute(self.path, self.endpoint, **self.options)

    def matches(self, scope: Scope) -> tuple[Match, Scope]:  # noqa: ARG002 - none does
        """Match nothing: HTTP is answered by the route table, and nothing else is."""
        return Match.NONE, {}


class Router(APIRouter):
    """Notes routes as they are declared."""

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
        """List the routes under a prefix, with dependencies before theirs."""
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
    """Give the routes as the framework knows them, those declared worked out."""
    return [
        route.worked_out if isinstance(route, DeclaredRoute) else route
        for route in routes
    ]
