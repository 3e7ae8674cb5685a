"""What routes that change something have in common: who asks, when, and the answer."""

from dataclasses import dataclass
from datetime import date, datetime
from typing import Annotated, TypedDict

from fastapi import Depends, Response

from aggregates.london import LONDON
from api.answers import answer, show
from api.dependencies import By, IfMatch, Now, ServiceOf
from commands.command import Command, CommandContext, CommandResult, Versions
from service import Service
from store import Actor, Stream


class Said(TypedDict):
    """What every command carries besides what it asks for."""

    by: Actor
    at: datetime
    expect: Versions


@dataclass(frozen=True, kw_only=True)
class Visit:
    """Somebody at the door, and the answer that goes back to them.

    ``expect`` is the version of the thing that they looked at, None if they take it as
    it is.
    """

    service: Service
    response: Response
    by: Actor
    at: datetime
    expect: Versions = None

    @property
    def said(self) -> Said:
        return Said(by=self.by, at=self.at, expect=self.expect)

    @property
    def today(self) -> date:
        """The date in London."""
        return self.at.astimezone(LONDON).date()

    @property
    def context(self) -> CommandContext:
        return self.service.context

    def send(self, command: Command) -> CommandResult:
        """Have a command carried out; the answer says how far to wait to see it."""
        done = self.service.send(command)
        self.answer(done)
        return done

    def answer(self, done: CommandResult) -> None:
        """Say how far to wait to see what was done."""
        answer(self.response, done)

    def show(self, stream: Stream) -> None:
        """Say which version of a thing the answer shows."""
        show(self.response, stream)

    def made(self, path: str) -> None:
        """Say where what was made is to be found."""
        self.response.headers["Location"] = f"/api/v1{path}"


def visit(service: ServiceOf, response: Response, by: By, now: Now) -> Visit:
    return Visit(service=service, response=response, by=by, at=now)


def amending(
    service: ServiceOf, response: Response, by: By, now: Now, expect: IfMatch
) -> Visit:
    """Receive somebody who says which version they looked at, or that any will do."""
    return Visit(service=service, response=response, by=by, at=now, expect=expect)


Visiting = Annotated[Visit, Depends(visit)]
Amending = Annotated[Visit, Depends(amending)]
