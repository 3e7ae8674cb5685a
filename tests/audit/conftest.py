"""What tests of the ledger ask for: an office whose events are sealed."""

from collections.abc import Generator

import pytest

from store import EventStore
from tests.audit.office import EVENTS, Office
from tests.clock import Clock


@pytest.fixture
def office(any_store: EventStore, database_url: str, clock: Clock) -> Generator[Office]:
    office = Office(any_store, database_url, clock)
    yield office
    office.close()


@pytest.fixture
def sealed(office: Office) -> Office:
    """Give a store of events that are all in the ledger, by several batches."""
    for _ in range(3):
        office.seal(EVENTS // 3)
    return office
