"""What tests of Kafka ask for: a broker, or the reason why there is none."""

import os
from collections.abc import Generator

import pytest

from tests.kafka.server import KafkaServer, named_or_own, own_server, why_not
from tests.machine.needed import require


@pytest.fixture(scope="session")
def kafka_address() -> Generator[str]:
    """Give the address of an Apache Kafka that other tests use as well."""
    if not os.environ.get("KAFKA_BOOTSTRAP_SERVERS"):
        require(why_not(), "KAFKA_REQUIRED")
    with named_or_own() as address:
        yield address


@pytest.fixture(scope="session")
def kafka_server() -> Generator[KafkaServer]:
    """Give an Apache Kafka of one's own: to be killed, its topics to be deleted."""
    require(why_not(), "KAFKA_REQUIRED")
    with own_server() as server:
        yield server
