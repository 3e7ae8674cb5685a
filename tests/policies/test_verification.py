"""ULNs are verified by themselves: as a file is checked, and again until it is done."""

from collections.abc import Mapping
from pathlib import Path

from aggregates.learners.verification import FIRST_PAUSE, PostponedReason
from aggregates.uploads.record import RecordState
from aggregates.uploads.upload_progress import UploadStatus
from lrs import BatchVerifier, Simulator
from lrs.circuit import FAILURES, Circuit
from lrs.simulator import Fixture, Others, SimulatedState
from projections.uploads import uploads
from service import Service
from tests.api.running import running
from tests.clock import PATIENCE, Clock, until
from tests.commands.upload_centre import UploadCentre
from tests.learner_examples import cells, csv_file, made_ulns, strangers


def settled(service: Service, upload_centre: UploadCentre, group: str) -> None:
    """Wait until the group is checked, and everything shown."""
    until(lambda: upload_centre.shown(group).status is not UploadStatus.CHECKING)
    assert service.read_models.wait_for(service.store.head(), PATIENCE)


def counts(service: Service, group: str) -> Mapping[RecordState, int]:
    assert service.read_models.wait_for(service.store.head(), PATIENCE)
    with service.read_models.connection() as connection:
        return uploads.counts(connection, group)


def test_what_lrs_does_not_answer_waits_and_is_asked_again_when_it_is_time(
    database_url: str, keys: Path, clock: Clock
) -> None:
    """U5, U7: on both databases; the group says why, and nobody is passed meanwhile."""
    simulator = Simulator(
        fixture=Fixture(others=Others.MATCH, state=SimulatedState.UNREACHABLE)
    )
    circuit = Circuit(clock=lambda: clock().timestamp())
    lrs = BatchVerifier(simulator, circuit)
    with running(database_url, keys, clock, lrs) as service:
        upload_centre = UploadCentre(store=service.store, now=clock, verify=lrs)
        ulns = made_ulns(FAILURES + 20)
        group = upload_centre.upload(
            csv_file(*strangers(*(cells(uln=uln) for uln in ulns)))
        )
        settled(service, upload_centre, group)
        assert upload_centre.shown(group).progress == 50
        assert counts(service, group) == {RecordState.NOT_VERIFIED: len(ulns)}
        with service.read_models.connection() as connection:
            why = uploads.unanswered_because(connection, group)
            due = uploads.list_records_to_verify(connection, now=clock(), limit=100)
            later = clock() + FIRST_PAUSE
            assert len(
                uploads.list_records_to_verify(connection, now=later, limit=100)
            ) == len(ulns)
        assert why is PostponedReason.UNREACHABLE
        alone = upload_centre.create(cells(given_name="Zoë"))
        assert upload_centre.learner(alone).verification.is_waiting
        assert 0 < len(due) <= len(ulns) - FAILURES
        simulator.change(state=SimulatedState.OPEN)
        clock.now += FIRST_PAUSE
        until(lambda: counts(service, group) == {RecordState.VALID: len(ulns)})
        with service.read_models.connection() as connection:
            assert uploads.unanswered_because(connection, group) is None
            assert (
                uploads.list_records_to_verify(connection, now=clock(), limit=100) == []
            )
        until(lambda: not upload_centre.learner(alone).verification.is_waiting)
