"""A real issuer and pages that are registered with it, for the tests of a worker."""

from collections.abc import Iterator
from datetime import UTC, datetime

import pytest

from tests.access.oidc.server import IssuerServer, require_issuer
from tests.clock import Clock
from tests.web.pages import WebSite, website


@pytest.fixture(scope="session")
def issuer() -> Iterator[IssuerServer]:
    require_issuer()
    server = IssuerServer()
    server.start()
    yield server
    server.stop()


@pytest.fixture(scope="module")
def site() -> Iterator[WebSite]:
    """Run a service at the time of the issuer, whose clock cannot be stopped."""
    with website(Clock(now=datetime.now(UTC))) as opened:
        yield opened
