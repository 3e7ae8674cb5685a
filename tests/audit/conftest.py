"""What tests of the ledger ask for: a service whose events are sealed."""

from collections.abc import Generator

import pytest

from store import EventStore
from tests.audit.audited_service import EVENTS, AuditedService
from tests.clock import Clock


@pytest.fixture
def audited_service(
    any_store: EventStore, database_url: str, clock: Clock
) -> Generator[AuditedService]:
    audited_service = AuditedService(any_store, database_url, clock)
    yield audited_service
    audited_service.close()


@pytest.fixture
def sealed(audited_service: AuditedService) -> AuditedService:
    """Give a store of events that are all in the ledger, by several batches."""
    for _ in range(3):
        audited_service.seal(EVENTS // 3)
    return audited_service
