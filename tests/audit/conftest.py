"""What tests of the ledger ask for: an office whose events are sealed."""

from collections.abc import Generator

import pytest

from store import EventStore
from tests.audit.audited_service import EVENTS, AuditedService
from tests.clock import Clock


@pytest.fixture
def office(
    any_store: EventStore, database_url: str, clock: Clock
) -> Generator[AuditedService]:
    office = AuditedService(any_store, database_url, clock)
    yield office
    office.close()


@pytest.fixture
def sealed(office: AuditedService) -> AuditedService:
    """Give a store of events that are all in the ledger, by several batches."""
    for _ in range(3):
        office.seal(EVENTS // 3)
    return office
