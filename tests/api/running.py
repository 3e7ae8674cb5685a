"""A running service with the demo's users, and clients signed in as them."""

from collections.abc import Callable, Generator
from contextlib import contextmanager
from pathlib import Path
from typing import TypeAlias

import structlog
from fastapi.testclient import TestClient

from aggregates.verification import Verify
from api.app import create_app
from cli.demo import add_users, token_of
from cli.opening import SERVICE
from commands.centre import OpenListedCentres
from service import Service, open_service
from tests.clock import Clock

structlog.configure(  # plain lines: the default draws each traceback for seconds
    processors=[
        structlog.processors.format_exc_info,
        structlog.processors.JSONRenderer(),
    ]
)

CATALOGUE = Path(__file__).parents[2] / "catalogue"

ClientAs: TypeAlias = Callable[[str], TestClient]
"""Gives a client that is signed in as the user of that name."""


@contextmanager
def running(
    database: str,
    keys: Path,
    clock: Clock,
    verify: Verify | None = None,
    catalogue: Path = CATALOGUE,
) -> Generator[Service]:
    """Run a service with the demo's centres and users, who have no passwords."""
    if database.startswith("sqlite:///"):
        Path(database.removeprefix("sqlite:///")).mkdir(parents=True, exist_ok=True)
    with open_service(database, catalogue, keys, clock=clock, verify=verify) as service:
        service.send(OpenListedCentres(by=SERVICE, at=service.clock()))
        add_users(service, with_passwords=False)
        service.start()
        yield service


@contextmanager
def clients(service: Service) -> Generator[ClientAs]:
    """Give clients of one API over the service."""
    app = create_app(service)

    def client_as(name: str) -> TestClient:
        token = token_of(service, name)
        headers = {"Authorization": f"Bearer {token}"}
        return TestClient(app, headers=headers, follow_redirects=False)

    yield client_as
