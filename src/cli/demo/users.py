"""The demo's users, and its guide."""

import secrets
import sys
from dataclasses import dataclass
from shutil import which

from access import accounts
from cli.session import CHANNEL, SERVICE
from commands.centres.user import AddUser
from events.centres.user import Role
from service import Service

TOKEN_LABEL = "demo"  # noqa: S105 - what it is for, not the token


@dataclass(frozen=True, kw_only=True)
class DemoUser:
    """A user to try the service as."""

    name: str
    full_name: str
    role: Role
    centre: str | None = None


RIVERSIDE, HILLSIDE = "48213", "51907"

USERS = (
    DemoUser(
        name="admin.riverside",
        full_name="Amira Haddad",
        role=Role.CENTRE_ADMINISTRATOR,
        centre=RIVERSIDE,
    ),
    DemoUser(
        name="assessor.riverside",
        full_name="Tom Price",
        role=Role.ASSESSOR,
        centre=RIVERSIDE,
    ),
    DemoUser(
        name="admin.hillside",
        full_name="Grace Mensah",
        role=Role.CENTRE_ADMINISTRATOR,
        centre=HILLSIDE,
    ),
    DemoUser(name="specialist", full_name="Priya Nair", role=Role.ACCOUNT_SPECIALIST),
    DemoUser(name="auditor", full_name="Alan Reid", role=Role.AUDITOR),
    DemoUser(name="invoicing", full_name="Invoicing system", role=Role.INVOICING),
    DemoUser(name="assessment", full_name="Test delivery", role=Role.ASSESSMENT),
)


def has_users(service: Service) -> bool:
    """Whether the demo's users exist, so that they are made only once."""
    return accounts.find_user(service.context, USERS[0].name) is not None


def add_users(service: Service, *, with_passwords: bool = True) -> dict[str, str]:
    """Add the demo's users, each with its own password; return passwords by name."""
    given: dict[str, str] = {}
    for user in USERS:
        password = secrets.token_urlsafe(12) if with_passwords else ""
        kept = None
        if password:
            kept = accounts.hash_new_password(
                service.context,
                password,
                user=user.name,
                full_name=user.full_name,
                centre=user.centre,
            )
        service.send(
            AddUser(
                by=SERVICE,
                at=service.clock(),
                name=user.name,
                full_name=user.full_name,
                role=user.role,
                centre=user.centre,
                password_hash=kept,
            )
        )
        given[user.name] = password
    return given


def token_of(service: Service, name: str) -> str:
    """Return a new token of a demo user."""
    user = accounts.find_user(service.context, name)
    if user is None:
        raise LookupError(name)
    actor = accounts.SignedInUser.of(user).actor(CHANNEL)
    issued = accounts.issue_token(
        service.context,
        actor,
        label=TOKEN_LABEL,
        at=service.clock(),
        lasts=accounts.SIGN_IN_LASTS,
    )
    return issued.text


def guide(
    service: Service, url: str, given: dict[str, str], *, with_secrets: bool = True
) -> list[str]:
    """List the users and what to try; passwords are shown at the first start only.

    Without secrets it shows no password or token, but how to get a token.
    """
    first, second = USERS[0].name, USERS[1].name
    wide = max(len(user.name) for user in USERS)
    people = [
        f"  {user.name:{wide}}  {given.get(user.name, '')}  {user.role}"
        + (f", centre {user.centre}" if user.centre else "")
        for user in USERS
    ]
    command = "learner-management" if which("learner-management") else sys.argv[0]
    token = token_of(service, first) if with_secrets else "…"
    if not with_secrets:
        heading = "The demo's users; a token lets you in as one of them:"
    elif given:
        heading = "The demo's users, and their passwords, which are shown this once:"
    else:
        heading = "The demo's users; their passwords were shown at the first start:"
    return [
        heading,
        *people,
        "",
        f"What {first} may order:",
        f"  curl -H 'Authorization: Bearer {token}' {url}/api/v1/products",
        "What else there is to ask for:",
        f"  {url}/api/v1/docs",
        "In another terminal, a token of another user, and a centre full of learners:",
        f"  {command} user token {second}",
        f"  {command} demo",
    ]
