"""What tests of the API ask for: a running service, and clients signed in to it."""

from collections.abc import Generator
from pathlib import Path

import pytest
from fastapi.testclient import TestClient

from api.app import create_app
from projections.row_security import turn_on
from service import Service
from tests.api.running import ClientAs, clients, running
from tests.clock import PATIENCE, Clock


@pytest.fixture(scope="session", autouse=True)
def patient() -> Generator[None]:
    """Let requests wait for what was recorded as long as tests do: machines are busy."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("api.http.dependencies.MOST_WAITED", PATIENCE)
        for module in (
            "api.http.dependencies",
            "api.learners.learner_erasure",
            "queries.uploads.group_moment",
        ):
            patch.setattr(f"{module}.WAITED", PATIENCE)
        yield


@pytest.fixture
def service(tmp_path: Path, keys: Path, clock: Clock) -> Generator[Service]:
    """Run a service where the database does not matter; ``clock`` is its clock."""
    with running(f"sqlite:///{tmp_path / 'data'}", keys, clock) as service:
        yield service


@pytest.fixture
def any_service(database_url: str, keys: Path, clock: Clock) -> Generator[Service]:
    """Run a service: the test runs once on each database, with row-level security."""
    if not database_url.startswith("sqlite"):
        turn_on(database_url)
    with running(database_url, keys, clock) as service:
        yield service


@pytest.fixture
def client_as(service: Service) -> Generator[ClientAs]:
    """Give clients of the service, each signed in as a user of the demo."""
    with clients(service) as client_as:
        yield client_as


@pytest.fixture
def stranger(service: Service) -> TestClient:
    """Give a client that is not signed in."""
    return TestClient(create_app(service), follow_redirects=False)
