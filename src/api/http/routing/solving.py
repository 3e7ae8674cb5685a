"""One request on its way through the steps of its route."""

from collections.abc import Mapping
from contextlib import ExitStack
from typing import Any

from fastapi import Request, Response
from pydantic_core import PydanticUndefined

from api.http.routing.sent_body import SentBody
from api.http.routing.steps import Parameter, Step

UNSOLVED: Any = object()
"""The value of a step that did not run, because one of its inputs is at fault."""


class JsonAnswer(Response):
    """The response on which a route sets headers; its content is written last."""

    def __init__(self, status: int) -> None:  # drop the headers of an empty body
        self.status_code, self.body, self.background = status, b"", None
        self.raw_headers = []

    def write(self, content: bytes) -> None:
        self.body = content
        length = str(len(content)).encode()
        self.raw_headers[:0] = [
            (b"content-length", length),
            (b"content-type", b"application/json"),
        ]


class Solving:
    """The values of the steps so far, and the errors in the request."""

    def __init__(self, request: Request, received: SentBody, status: int) -> None:
        self.request, self.received = request, received
        self.response = JsonAnswer(status)
        self.stack = ExitStack()
        self.left_open: ExitStack | None = None
        self.values: list[Any] = []
        self.errors: list[Any] = []

    def run(self, step: Step) -> None:
        """Run a step in this thread, unless one of its inputs is at fault."""
        value = UNSOLVED
        if (arguments := self._arguments(step)) is not None:
            value = step.call(**arguments)
            if step.is_context:
                value = self.stack.enter_context(value)
        self.values.append(value)

    async def wait(self, step: Step) -> None:
        """Run a step on the event loop, unless something that it takes is at fault."""
        arguments = self._arguments(step)
        self.values.append(
            UNSOLVED if arguments is None else await step.call(**arguments)
        )

    def _arguments(self, step: Step) -> dict[str, Any] | None:
        request, errors = self.request, self.errors
        arguments: dict[str, Any] = {}
        is_solved = True
        for name, number in step.inputs:
            value = self.values[number]
            is_solved = is_solved and value is not UNSOLVED
            if name is not None:
                arguments[name] = value
        before = len(errors)
        if step.path:
            read_all(step.path, request.path_params, arguments, errors)
        if step.query:
            read_all(step.query, request.query_params, arguments, errors)
        if step.headers:
            read_all(step.headers, request.headers, arguments, errors)
        if step.json is not None:
            sent = self.received.json
            arguments[step.json.name] = step.json.read_value(sent, errors)
        if step.takes_form:
            arguments |= self.received.fields
            errors += self.received.errors
        if step.request_name is not None:
            arguments[step.request_name] = request
        if step.response_name is not None:
            arguments[step.response_name] = self.response
        return arguments if is_solved and len(errors) == before else None


def read_all(
    parameters: tuple[Parameter, ...],
    sent: Mapping[str, Any],
    values: dict[str, Any],
    errors: list[Any],
) -> None:
    """Read the parameters' values by name; add errors to ``errors``."""
    for each in parameters:
        text = sent.get(each.alias, PydanticUndefined)
        values[each.name] = each.read_value(text, errors)
