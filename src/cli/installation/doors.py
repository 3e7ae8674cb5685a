"""One address for programs and people: the API below /api, pages for everything else."""

from collections.abc import Callable
from functools import cached_property

from starlette.types import ASGIApp, Receive, Scope, Send

PROGRAMS = ("/api/", "/healthz", "/readyz", "/metrics")
"""The beginnings of paths of the API and of monitoring."""


class Doors:
    """Passes each request to the API or to the pages, which are made when first used."""

    def __init__(self, api: ASGIApp, make_pages: Callable[[], ASGIApp]) -> None:
        self._api, self._make_pages = api, make_pages

    @cached_property
    def _pages(self) -> ASGIApp:
        return self._make_pages()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        is_page = scope["type"] == "http" and not scope["path"].startswith(PROGRAMS)
        await (self._pages if is_page else self._api)(scope, receive, send)
