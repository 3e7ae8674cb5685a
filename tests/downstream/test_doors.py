"""The relay as whoever looks after the service has it: settings, health, commands."""

import json
from collections.abc import Generator
from pathlib import Path
from typing import Any

import pytest
from fastapi.testclient import TestClient
from kafka import KafkaProducer

from api.app import create_app
from cli.configuration import broker_of
from downstream.broker import Broker
from downstream.inbox import OFFSET, PARTITION, REASON, TOPIC
from downstream.reports import DEAD_LETTERS, STATUSES
from downstream.translation import source_of
from service import open_service
from settings import InvalidSettings, load
from tests.cli.conftest import over, running
from tests.clock import PATIENCE
from tests.conftest import CATALOGUE
from tests.downstream.examples import once_each, read_all, register
from tests.journey.running import serving
from tests.kafka.server import KafkaServer

NOBODY = "127.0.0.1:9"
PREFIX = "LEARNER_MANAGEMENT_KAFKA"


@pytest.mark.parametrize(
    ("given", "at_fault"),
    [
        ({"kafka": "broker"}, ["KAFKA"]),
        ({"kafka": "one:9092,two"}, ["KAFKA"]),
        ({"kafka_security": "TLS"}, ["KAFKA_SECURITY"]),
        ({"kafka_security": "SASL_SSL"}, ["KAFKA_PASSWORD", "KAFKA_USER"]),
        ({"kafka_user": "us"}, ["KAFKA_USER"]),
        ({"kafka_authority": __file__}, ["KAFKA_AUTHORITY"]),
        (
            {"kafka_security": "SSL", "kafka_certificate": __file__},
            ["KAFKA_KEY"],
        ),
        ({"kafka_security": "SSL", "kafka_key": __file__}, ["KAFKA_CERTIFICATE"]),
        (
            {"kafka_security": "SSL", "kafka_authority": "/nowhere.pem"},
            ["KAFKA_AUTHORITY"],
        ),
    ],
)
def test_settings_of_kafka_that_cannot_be_used_are_named(
    given: dict[str, str], at_fault: list[str]
) -> None:
    with pytest.raises(InvalidSettings) as refused:
        load(**given)
    assert sorted(refused.value.faults) == [f"LEARNER_MANAGEMENT_{n}" for n in at_fault]


def test_a_broker_is_reached_as_it_is_set() -> None:
    assert broker_of(load()) is None
    set_up = load(
        kafka="one:9092, two:9092",
        kafka_security="SASL_SSL",
        kafka_user="us",
        kafka_password="hush",
        kafka_authority=__file__,
    )
    broker = broker_of(set_up)
    assert broker is not None
    options = broker.options()
    assert options["bootstrap_servers"] == ["one:9092", "two:9092"]
    assert options["sasl_mechanism"] == "SCRAM-SHA-512"
    assert options["sasl_plain_password"] == "hush"
    assert options["ssl_cafile"] == __file__
    assert "hush" not in repr(set_up)
    assert "hush" not in repr(broker)


@pytest.fixture
def watched(tmp_path: Path) -> Generator[TestClient]:
    """Give the API of a service whose broker never answers."""
    with open_service(
        f"sqlite:///{tmp_path / 'data'}",
        CATALOGUE,
        tmp_path / "master.key",
        broker=Broker(servers=NOBODY),
    ) as service:
        register(service.store, 1, 3)
        assert service.relay is not None
        service.relay.start()
        with TestClient(create_app(service)) as client:
            yield client


def test_kafka_down_makes_nothing_unready(watched: TestClient) -> None:
    told: dict[str, Any] = {"error": None}
    while told["error"] is None:
        answer = watched.get("/readyz")
        assert answer.status_code == 200
        told = answer.json()["relay"]
    assert told["position"] == 0
    assert told["behind"] == 3
    assert answer.json()["errors"] == {}
    assert answer.json()["inbox"] == {"behind": 0, "seconds": 0.0, "error": None}
    text = watched.get("/metrics").text
    assert "relay_lag 3.0" in text
    assert "relay_failing 1.0" in text
    assert "inbox_lag 0.0" in text
    assert "inbox_failing 0.0" in text
    (seconds,) = (n for n in text.splitlines() if n.startswith("relay_lag_seconds "))
    assert float(seconds.split()[1]) > 0


@pytest.mark.parametrize(
    "words",
    [["relay"], ["inbox"], ["dead-letters", "list"], ["dead-letters", "replay"]],
)
def test_without_a_broker_a_command_says_which_setting_is_missing(
    words: list[str], tmp_path: Path
) -> None:
    command = running(over(tmp_path))
    added = command("user", "add", "ann", "--role", "Account Specialist")
    assert added.exit_code == 0, added.stderr
    done = command(*words)
    assert done.exit_code == 2
    assert "Set LEARNER_MANAGEMENT_KAFKA: host:port" in done.stderr


def test_doctor_says_that_the_brokers_do_not_answer(tmp_path: Path) -> None:
    command = running(over(tmp_path) | {PREFIX: NOBODY})
    done = command("doctor")
    assert done.exit_code == 3
    assert f"{PREFIX}: The brokers do not answer: " in done.stderr


@pytest.mark.kafka
def test_doctor_connects_to_the_brokers(tmp_path: Path, kafka_address: str) -> None:
    done = running(over(tmp_path) | {PREFIX: kafka_address})("doctor")
    assert PREFIX not in done.stderr


@pytest.mark.kafka
def test_dead_letters_are_listed_and_taken_again(
    tmp_path: Path, kafka_server: KafkaServer
) -> None:
    command = running(over(tmp_path))
    added = command("user", "add", "ann", "--role", "Account Specialist")
    assert added.exit_code == 0, added.stderr
    broker = {"LEARNER_MANAGEMENT_KAFKA": kafka_server.address}
    command = running(over(tmp_path) | broker)
    assert command("dead-letters", "replay").exit_code == 0
    producer: Any = KafkaProducer(bootstrap_servers=kafka_server.address)
    headers = [("ce_id", b"1"), (TOPIC, STATUSES.encode()), (REASON, b"Because.")]
    headers += [(PARTITION, b"0"), (OFFSET, b"7")]
    producer.send(DEAD_LETTERS, value=b"{}", headers=headers).get(timeout=PATIENCE)
    producer.close()
    listed = command("dead-letters", "list", "--format", "json")
    (letter,) = json.loads(listed.stdout)
    assert (letter["topic"], letter["reason"]) == (STATUSES, "Because.")
    again = command("dead-letters", "replay")
    assert again.exit_code == 3
    assert "Taken: 0. Not taken: 1." in again.stderr
    (letter,) = json.loads(command("dead-letters", "list", "--format", "json").stdout)
    assert "no header ce_source" in letter["reason"]


@pytest.mark.kafka
def test_serve_publishes_and_followers_says_how_far(
    tmp_path: Path, kafka_address: str
) -> None:
    with serving(
        f"sqlite:///{tmp_path}/data", tmp_path, LEARNER_MANAGEMENT_KAFKA=kafka_address
    ) as running:
        listed = running.learner_management("followers", "--format", "csv")
        assert "relay," in listed
    with open_service(
        f"sqlite:///{tmp_path}/data",
        CATALOGUE,
        tmp_path / "master.key",
        broker=Broker(servers=kafka_address),
    ) as service:
        assert service.relay is not None
        service.relay.start()
        assert service.relay.wait_for(service.store.head(), PATIENCE)
        read = once_each(read_all(kafka_address, source_of(service.store)))
    types = {each.headers["ce_type"] for each in read}
    assert "learner-management.centre.opened.v1" in types
    assert "learner-management.centre.approval-granted.v1" in types
