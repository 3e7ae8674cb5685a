"""The check that every request passes first: NUL characters, repeated and unknown names."""

from collections.abc import Iterable, Iterator
from http import HTTPMethod
from typing import Any

from fastapi import Request
from fastapi.exceptions import RequestValidationError
from fastapi.routing import APIRoute
from starlette.datastructures import FormData

from api.http.routing.sent_body import SentBody, sent_body
from api.http.validation.media_types import is_form, is_json, wrong_media_type
from api.http.validation.repeated_members import Path, parts, repeated_members
from api.http.validation.unknown_names import (
    file_names,
    form_names,
    query_names,
    takes_nothing,
    unknown_name_error,
)

NUL = "\0"
"""The NUL character, which databases cannot store."""
NUL_IN_JSON = b"\\u0000"
"""NUL as JSON writes it; there is no other way."""
NOTHING = (b"", b"{}", b"null")
CHANGING = frozenset(
    {HTTPMethod.POST, HTTPMethod.PUT, HTTPMethod.PATCH, HTTPMethod.DELETE}
)


class RequestCheck:
    """Refuses what the requests of a route may not contain.

    ``reads_json`` and ``form`` (its fields) say how the route reads a body; if it takes
    none, the body must be empty.
    """

    def __init__(self, route: APIRoute) -> None:
        self.form = form_names(route)
        self.reads_json = route.body_field is not None and not self.form
        self._files = frozenset(file_names(route))
        self._known = query_names(route)
        self._takes_nothing = takes_nothing(route) and not CHANGING.isdisjoint(
            route.methods or ()
        )
        self.reads_body = self.reads_json or self._takes_nothing

    def __call__(self, request: Request, received: SentBody) -> None:
        """Raise the request's refusal, if there is one.

        Unacceptable (415) for a Content-Type that the route does not take. Otherwise
        RequestValidationError with every NUL; or with every repeated JSON member; or with
        all parameters, form fields and bodies that the route does not take. Unknown members
        of JSON are found when it is read, because ``RequestBody`` forbids them.
        """
        if self.form or self.reads_json:
            given = request.headers.get("content-type", "")
            is_taken = is_form(given) if self.form else is_json(given)
            if not is_taken and received.content:
                raise wrong_media_type(given, self.form)
        sent = received.json if self.reads_json else None
        query = request.query_params.multi_items()
        has_nul = NUL_IN_JSON in received.content
        refuse(
            {"type": "nul", "loc": at}
            for at in (
                *nul_locations(request.path_params, "path"),
                *(at for n, v in query for at in nul_locations({n: v}, "query")),
                *nul_locations(sent if has_nul else None, "body"),
            )
        )
        if received.has_repeated:
            refuse(
                {"type": "given_twice", "loc": ("body", *at)}
                for at in repeated_members(received.content)
            )
        refuse(self._find_unknown([name for name, _ in query], received))

    def _find_unknown(
        self, asked: list[str], received: SentBody
    ) -> Iterator[dict[str, Any]]:
        known = self._known
        for name in asked:
            if name not in known:
                yield unknown_name_error(("query", name), known)
        for name in sorted({*asked} & {*known}):
            if asked.count(name) > 1:
                yield {"type": "given_twice", "loc": ("query", name)}
        if received.form is not None:
            yield from self._find_in_form(received.form)
        if self._takes_nothing and received.content.strip() not in NOTHING:
            yield {"type": "no_body", "loc": ("body",)}

    def _find_in_form(self, form: FormData) -> Iterator[dict[str, Any]]:
        fields = form.multi_items()
        sent = [name for name, _ in fields]
        left = [each for each in self.form if each not in form]
        for name in form:
            if name not in self.form:
                yield unknown_name_error(("body", name), left)
        for name in self.form:
            if sent.count(name) > 1:
                yield {"type": "given_twice", "loc": ("body", name)}
        for name, value in fields:
            if name in self._files and isinstance(value, str):
                yield {"type": "no_file", "loc": ("body", name)}


def check_request(request: Request) -> None:
    """Raise the request's refusal: see ``RequestCheck``."""
    request.scope["check"](request, sent_body(request))


def refuse(found: Iterable[dict[str, Any]]) -> None:
    """Raise RequestValidationError with the errors found, if any."""
    if every := list(found):
        raise RequestValidationError(every)


def nul_locations(value: Any, *at: str | int) -> Iterator[Path]:
    """Yield the place of each text, or name of a member, that contains a NUL."""
    for here, each in parts(value, *at):
        texts = each if isinstance(each, dict) else [each]
        if any(isinstance(text, str) and NUL in text for text in texts):
            yield here
