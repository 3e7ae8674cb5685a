"""The context of a request: the service, the user, the time, and the response."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime
from typing import Annotated, TypeVar

from fastapi import Depends, Response

from aggregates.uk_time import LONDON
from api.http.dependencies import By, IfMatch, Now, ServiceOf
from api.http.responses import set_etag, set_event_position
from commands.command import (
    Command,
    CommandContext,
    CommandMetadata,
    CommandResult,
)
from repositories.aggregate_types import A, AggregateType
from repositories.repository import Loaded, Versions, load
from service import Service
from store import Actor, Stream

R = TypeVar("R")


@dataclass(frozen=True, kw_only=True)
class RequestContext:
    """The service, its user, the time, and the response on which to set headers.

    ``expect`` is the versions accepted by ``If-Match``, None for any.
    """

    service: Service
    response: Response
    by: Actor
    at: datetime
    expect: Versions = None

    @property
    def command_metadata(self) -> CommandMetadata:
        return CommandMetadata(by=self.by, at=self.at, expect=self.expect)

    @property
    def today(self) -> date:
        """The date in London."""
        return self.at.astimezone(LONDON).date()

    @property
    def command_context(self) -> CommandContext:
        return self.service.context

    def load(self, kind: AggregateType[A], identifier: str) -> Loaded[A]:
        """Load an aggregate that the user may see, with its stream. Raises NotFound."""
        return load(kind, identifier, store=self.service.store, reader=self.by)

    def load_tagged(self, kind: AggregateType[A], identifier: str) -> Loaded[A]:
        """Load as ``load`` does, and set ETag to the version of the stream."""
        stream, loaded = self.load(kind, identifier)
        self.set_etag(stream)
        return stream, loaded

    def send(self, command: Command) -> CommandResult:
        """Handle a command, and set Event-Position, to wait for its events."""
        done = self.service.send(command)
        self.set_event_position(done)
        return done

    def answer(
        self, command: Command, respond: Callable[["RequestContext", str], R], name: str
    ) -> R:
        """Handle a command, then respond with the thing ``name`` as it is now."""
        self.send(command)
        return respond(self, name)

    def answer_created(
        self, command: Command, respond: Callable[["RequestContext", str], R], path: str
    ) -> R:
        """Handle a command, respond with what it created, and set Location."""
        name = self.send(command).created_id
        self.set_location(f"{path}/{name}")
        return respond(self, name)

    def set_event_position(self, done: CommandResult) -> None:
        """Set Event-Position to the position of the last event recorded."""
        set_event_position(self.response, done)

    def set_etag(self, stream: Stream) -> None:
        """Set ETag to the version of the stream."""
        set_etag(self.response, stream)

    def set_location(self, path: str) -> None:
        """Set Location to the path of what was created."""
        self.response.headers["Location"] = f"/api/v1{path}"


def request_context(
    service: ServiceOf, response: Response, by: By, now: Now
) -> RequestContext:
    return RequestContext(service=service, response=response, by=by, at=now)


def conditional_context(
    service: ServiceOf, response: Response, by: By, now: Now, expect: IfMatch
) -> RequestContext:
    """Make the context of a request that must carry ``If-Match``."""
    return RequestContext(
        service=service, response=response, by=by, at=now, expect=expect
    )


RequestContextOf = Annotated[RequestContext, Depends(request_context)]
ConditionalContextOf = Annotated[RequestContext, Depends(conditional_context)]
