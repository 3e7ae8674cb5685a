"""Idempotency: a request repeated with its key has no further effect."""

import json
from contextlib import suppress
from dataclasses import dataclass, replace
from http import HTTPStatus
from typing import Annotated

from fastapi import Depends, Header, Request

from access.once import KeyUsedBefore, send_once
from api.http.dependencies import REQUIRED, ServiceOf
from api.http.problems import Unacceptable
from api.http.request_context import RequestContext, RequestContextOf
from api.http.routing.sent_body import sent_body
from commands.command import Command, CommandResult
from store import Once

LONGEST = 255


@dataclass(frozen=True, kw_only=True)
class IdempotentRequest(RequestContext):
    """A request under an Idempotency-Key: handled now, or known to be handled already.

    ``by`` carries the key into the append, so that key and effect are stored together.
    Refusals are not stored: a refused request may be sent again with the same key.
    """

    once: Once

    def send(self, command: Command) -> CommandResult:
        """Send the command unless it was done before under this key.

        The route then responds from events as it did the first time. Raises Unacceptable
        (422) if the key was used for another request, or a refusal.
        """
        try:
            done = send_once(command, self.service.context, self.once)
        except KeyUsedBefore:
            raise Unacceptable(
                HTTPStatus.UNPROCESSABLE_ENTITY,
                "idempotency-key-used",
                "This Idempotency-Key was used for another request. Choose a new one.",
                pointer="Idempotency-Key:",
            ) from None
        self.set_event_position(done)
        return done


def request_digest(request: Request, service: ServiceOf) -> str:
    """Make the keyed HMAC of the method, the URL and the body."""
    body = sent_body(request).content
    with suppress(ValueError, RecursionError):  # not JSON: the raw bytes
        body = json.dumps(json.loads(body), sort_keys=True).encode()
    asked = f"{request.method} {request.url.path}?{request.url.query} ".encode() + body
    return service.store.make_key(asked.hex())


def idempotent_request(
    context: RequestContextOf,
    digest: Annotated[str, Depends(request_digest)],
    key: Annotated[
        str | None,
        Header(
            alias="Idempotency-Key",
            description="Your own name for this request: sent again under it, it is "
            "answered again and takes effect once.",
            examples=["7f1c5f6e-5d0b-4d53-9c9b-0a4f2e110001"],
            json_schema_extra=REQUIRED,
        ),
    ] = None,
) -> IdempotentRequest:
    if not key or len(key) > LONGEST:
        raise Unacceptable(
            HTTPStatus.BAD_REQUEST,
            "idempotency-key-missing",
            "Send an Idempotency-Key of 1 to 255 characters, so that sending this "
            "twice does it once.",
            pointer="Idempotency-Key:",
        )
    once = Once(scope=f"request:{context.by.user}", key=key, digest=digest)
    return IdempotentRequest(
        service=context.service,
        response=context.response,
        by=replace(context.by, once=once),
        at=context.at,
        once=once,
    )


IdempotentRequestOf = Annotated[IdempotentRequest, Depends(idempotent_request)]
