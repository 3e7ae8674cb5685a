"""A running service with the demo's users, and clients signed in as them."""

from collections.abc import Callable, Generator, Mapping
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TypeAlias

import structlog
from fastapi.testclient import TestClient

from aggregates.learners.verification import Verify
from api.app import create_app
from cli.demo.users import add_users, has_users, token_of
from cli.session import SERVICE
from commands.centres.centre import OpenListedCentres
from service import Service, open_service
from tests.clock import PATIENCE, Clock

structlog.configure(  # plain lines: the default draws each traceback for seconds
    processors=[
        structlog.processors.format_exc_info,
        structlog.processors.JSONRenderer(),
    ]
)

CATALOGUE = Path(__file__).parents[2] / "catalogue"
SQLITE = "sqlite:///"

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
    if database.startswith(SQLITE) and catalogue == CATALOGUE and not keys.exists():
        begun_once().put(folder_of(database), keys)
    with open_service(database, catalogue, keys, clock=clock, verify=verify) as service:
        begin(service)
        service.start()
        yield service


def folder_of(database: str) -> Path:
    return Path(database.removeprefix(SQLITE))


def begin(service: Service) -> None:
    """Let the demo's centres and users be there."""
    service.send(OpenListedCentres(by=SERVICE, at=service.clock()))
    if not has_users(service):
        add_users(service, with_passwords=False)


@dataclass(frozen=True, kw_only=True)
class Left:
    """What a service on SQLite leaves when it ends, for others to go on from there."""

    files: Mapping[str, bytes]
    key: bytes

    @classmethod
    def by(cls, folder: Path, keys: Path) -> "Left":
        files = {file.name: file.read_bytes() for file in folder.glob("*.db*")}
        return cls(files=files, key=keys.read_bytes())

    def put(self, folder: Path, keys: Path) -> None:
        """Write it where another service is to go on."""
        for parent in (folder, keys.parent):
            parent.mkdir(parents=True, exist_ok=True)
        keys.write_bytes(self.key)
        for name, content in self.files.items():
            (folder / name).write_bytes(content)


@cache
def begun_once() -> Left:
    """Begin a service, once for all tests that go on before anybody asks anything."""
    with TemporaryDirectory() as folder:
        data, key = Path(folder, "data"), Path(folder, "key")
        data.mkdir()
        with open_service(f"{SQLITE}{data}", CATALOGUE, key, clock=Clock()) as service:
            begin(service)
            service.start()
            come_to_the_end(service)
        return Left.by(data, key)


def come_to_the_end(service: Service) -> None:
    """Wait until all that follows the log has read it to its end."""
    for followers in (service.read_models, service.policies, service.ledger):
        assert followers.wait_for(service.store.head(), PATIENCE)


def settle(service: Service) -> None:
    """Wait until policies have done all that follows, and all of it is shown."""
    head = -1
    while head != service.store.head():
        head = service.store.head()
        assert service.policies.wait_for(head, PATIENCE)
        assert service.read_models.wait_for(head, PATIENCE)


@contextmanager
def clients(service: Service) -> Generator[ClientAs]:
    """Give clients of one API over the service, each with one event loop to its end."""
    app = create_app(service)
    with ExitStack() as opened:

        def client_as(name: str) -> TestClient:
            token = token_of(service, name)
            headers = {"Authorization": f"Bearer {token}"}
            client = TestClient(app, headers=headers, follow_redirects=False)
            return opened.enter_context(client)

        yield client_as
