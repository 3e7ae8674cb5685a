"""What tests of access ask for: a store where a centre and its users are known."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta

import pytest

from access import accounts
from access.accounts import Issued
from access.policy import send
from commands.centres.user import AddUser, DisableUser, SetPassword
from commands.command import Command, CommandContext, CommandResult
from events.centres.user import Role
from store import Actor, EventStore
from tests.claim_examples import CATALOGUE
from tests.commands.claim_centre import SERVICE, ClaimCentre

CENTRE, OTHER = "48213", "51907"
GOOD = "a long pass phrase"


@dataclass(frozen=True, kw_only=True)
class Gate:
    """Where people come in."""

    context: CommandContext
    now: Callable[[], datetime]

    def send(self, command: Command) -> CommandResult:
        return send(command, self.context)

    def add(self, name: str, role: Role, centre: str | None = None) -> Actor:
        self.send(
            AddUser(
                by=SERVICE,
                at=self.now(),
                name=name,
                full_name=name.title(),
                role=role,
                centre=centre,
            )
        )
        user = accounts.find_user(self.context, name)
        assert user is not None
        return accounts.SignedInUser.of(user).actor("api")

    def disable(self, name: str, by: Actor = SERVICE) -> None:
        self.send(DisableUser(by=by, at=self.now(), name=name, reason="They left."))

    def set_password(self, name: str, password_hash: str) -> None:
        command = SetPassword(
            by=SERVICE, at=self.now(), name=name, password_hash=password_hash
        )
        self.send(command)

    def issue(self, by: Actor, lasts: timedelta | None = None) -> Issued:
        at = self.now()
        return accounts.issue_token(self.context, by, label="mine", at=at, lasts=lasts)


@pytest.fixture
def gate(store: EventStore, clock: Callable[[], datetime]) -> Gate:
    """Open two centres; nobody is known yet."""
    claim_centre = ClaimCentre(store=store, now=clock)
    for centre in (CENTRE, OTHER):
        claim_centre.open(centre)
    return Gate(context=CommandContext(store=store, catalogue=CATALOGUE), now=clock)
