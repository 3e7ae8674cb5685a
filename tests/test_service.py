"""The service is put together from plain values, on either database."""

import threading
from pathlib import Path

import pytest

from catalogue import InvalidCatalogue
from commands.centres.centre import OpenCentre
from events.identifier import stream_of
from service import POLICIES, READ_MODELS, open_service
from tests.clock import PATIENCE, Clock
from tests.projections.shown_centres import BY

CATALOGUE = Path(__file__).parents[1] / "catalogue"


def test_a_service_answers_shows_acts_and_ends(
    database_url: str, keys: Path, clock: Clock
) -> None:
    threads = set(threading.enumerate())
    with open_service(database_url, CATALOGUE, keys, clock=clock) as service:
        service.start()
        command = OpenCentre(
            by=BY, at=clock(), number="200", name="New", reason="It joined."
        )
        position = service.send(command).position
        assert position is not None
        assert service.read_models.wait_for(position, PATIENCE)
        assert service.policies.wait_for(position, PATIENCE)
        assert service.ledger.wait_for(position, PATIENCE)
        assert set(service.read_models.names) == {m.name for m in READ_MODELS}
        acting = {policy.name for policy in POLICIES}
        assert set(service.behind()) >= acting | set(service.read_models.names)
        assert set(service.behind().values()) == {(position, position)}
        assert service.errors == {}
        (recorded,) = service.store.open(stream_of("centre:200")).history
        assert recorded.recorded_at == clock()
    assert set(threading.enumerate()) <= threads


def test_a_service_that_was_never_started_answers_and_is_caught_up_with(
    database_url: str, keys: Path, clock: Clock
) -> None:
    with open_service(database_url, CATALOGUE, keys, clock=clock) as service:
        command = OpenCentre(
            by=BY, at=clock(), number="200", name="New", reason="It joined."
        )
        position = service.send(command).position
        assert position is not None
        service.read_models.catch_up()
        assert service.read_models.wait_for(position, 0)
        assert not service.policies.wait_for(position, 0)


def test_a_catalogue_that_is_not_right_opens_nothing(
    tmp_path: Path, keys: Path
) -> None:
    (tmp_path / "qualifications").mkdir()
    (tmp_path / "qualifications" / "wrong.yaml").write_text("nonsense: true")
    with pytest.raises(InvalidCatalogue):
        open_service(f"sqlite:///{tmp_path}/data", tmp_path, keys)
    assert not (tmp_path / "data").exists()
    assert not keys.exists()
