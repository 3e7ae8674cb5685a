"""An operation: a route with everything about it analysed beforehand."""

import asyncio
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from contextvars import copy_context
from functools import partial
from http import HTTPStatus
from itertools import groupby
from typing import TypeVar

from fastapi import Request, Response
from fastapi.dependencies.utils import request_body_to_args
from fastapi.encoders import jsonable_encoder
from fastapi.exceptions import RequestValidationError, ResponseValidationError
from fastapi.responses import JSONResponse
from fastapi.routing import APIRoute, RouteContext
from fastapi.utils import is_body_allowed_for_status_code
from starlette.exceptions import HTTPException
from starlette.responses import StreamingResponse
from starlette.types import Receive, Scope, Send

from api.http.problems import problem_response
from api.http.routing.sent_body import SentBody, unreadable
from api.http.routing.solving import UNSOLVED, Solving
from api.http.routing.steps import Step, steps_of
from api.http.validation.media_types import is_form
from api.http.validation.request_check import RequestCheck

T = TypeVar("T")

WORKERS = ThreadPoolExecutor(40, "worker")
"""The worker threads that answer requests; they start when needed."""


async def in_worker(work: Callable[[], T]) -> T:
    """Run this in a worker thread, with the context variables of the caller."""
    loop = asyncio.get_running_loop()
    return await loop.run_in_executor(WORKERS, copy_context().run, work)


class Operation:
    """A route: its parameters, its dependencies, and how its response is written.

    Everything that does not wait runs in one worker thread: reading the request, signing
    in, the route's own function, writing the response.
    """

    def __init__(self, route: APIRoute, context: RouteContext) -> None:
        self.route, self.check = route, RequestCheck(route)
        self._field = context.response_field
        self._status: int = context.status_code or int(HTTPStatus.OK)
        self._body = context.dependant.body_params
        steps = steps_of(context.dependant)
        self._length = len(steps)
        self._parts = [
            (is_waiting, tuple(part))
            for is_waiting, part in groupby(steps, lambda step: step.is_waiting)
        ]

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer a request; if it fails, with a problem document."""
        request = Request(scope, receive, send)
        solving: Solving | None = None
        try:
            try:
                scope["received"] = received = await self._receive(request)
                solving = Solving(request, received, self._status)
                response = await self._solve(solving)
            except Exception as error:  # noqa: BLE001 - raised again unless it is known
                response = problem_response(request, error)
            await response(scope, receive, send)
        finally:
            if solving is not None:
                await self._close(solving)

    async def _receive(self, request: Request) -> SentBody:
        """Read the body in the form that the route needs. Raises HTTPException."""
        try:
            if not self.check.form:
                reads = self.check.reads_body
                return SentBody(await request.body() if reads else b"")
            form = await request.form()
            is_taken = is_form(request.headers.get("content-type", ""))
            content = b"" if is_taken else await request.body()
        except HTTPException:
            raise
        except Exception as error:
            raise unreadable() from error
        fields, errors = await request_body_to_args(
            self._body, form, embed_body_fields=True
        )
        return SentBody(content, form=form, fields=fields, errors=errors)

    async def _solve(self, solving: Solving) -> Response:
        response: Response | None = None
        for is_waiting, steps in self._parts:
            if is_waiting:
                for step in steps:
                    await solving.wait(step)
            else:
                response = await in_worker(partial(self._run, solving, steps))
        return response or self._respond(solving)

    def _run(self, solving: Solving, steps: tuple[Step, ...]) -> Response | None:
        """Run steps, respond after the last, and close what they opened.

        If a step must still wait, or the response is streamed, everything stays open.
        """
        with solving.stack as stack:
            for step in steps:
                solving.run(step)
            is_last = len(solving.values) == self._length
            response = self._respond(solving) if is_last else None
            if not is_last or isinstance(response, StreamingResponse):
                solving.left_open = stack.pop_all()
        return response

    def _respond(self, solving: Solving) -> Response:
        """Write the route's result as its response. Raises RequestValidationError."""
        result, response = solving.values[-1], solving.response
        if result is UNSOLVED:
            sent = solving.received.json if self.check.reads_json else None
            raise RequestValidationError(solving.errors, body=sent)
        if isinstance(result, Response):
            return result
        if self._field is None:
            plain = JSONResponse(jsonable_encoder(result), response.status_code)
            if not is_body_allowed_for_status_code(plain.status_code):
                plain.body = b""
            plain.raw_headers += response.raw_headers
            return plain
        value, errors = self._field.validate(result, loc=("response",))
        if errors:
            raise ResponseValidationError(errors, body=result)
        response.write(self._field.serialize_json(value))
        return response

    @staticmethod
    async def _close(solving: Solving) -> None:
        if solving.left_open is not None:
            await in_worker(solving.left_open.close)
        if solving.received.form is not None:
            await solving.received.form.close()
