"""Routers whose routes are worked out once, when the API is put together."""

from collections.abc import Callable, Sequence
from typing import Any

from fastapi import APIRouter
from fastapi.params import Depends


class Router(APIRouter):
    """Notes routes as they are declared: to work out what they take is slow."""

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        self.declared: list[tuple[str, Callable[..., Any], dict[str, Any]]] = []

    def add_api_route(
        self, path: str, endpoint: Callable[..., Any], **options: Any
    ) -> None:
        self.declared.append((path, endpoint, options))

    def put_into(
        self, api: APIRouter, *, prefix: str, dependencies: Sequence[Depends]
    ) -> None:
        """Add the routes to an API, under a prefix and with dependencies before theirs."""
        for path, endpoint, options in self.declared:
            api.add_api_route(
                f"{prefix}{self.prefix}{path}",
                endpoint,
                **options
                | {
                    "tags": [*self.tags, *(options.get("tags") or ())],
                    "dependencies": [
                        *dependencies,
                        *self.dependencies,
                        *(options.get("dependencies") or ()),
                    ],
                },
            )
