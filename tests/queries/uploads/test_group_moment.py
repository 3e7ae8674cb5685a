"""A group and the counts of its records are of one moment, however far rows lag."""

from collections.abc import Generator
from pathlib import Path
from threading import Timer

import pytest

from aggregates.uploads.record import RecordState
from commands.uploads import upload as uploading
from projections.database import open_database
from projections.dispatcher import handle_alone
from projections.projection_tables import ProjectionTables
from projections.uploads import uploads
from queries.uploads import group_moment
from queries.uploads.group_moment import GroupMoment, group_at_one_moment
from service import Service
from store import EventStore, Position
from tests.claim_examples import CATALOGUE
from tests.clock import PATIENCE, Clock
from tests.commands.upload_centre import ADMINISTRATOR, UploadCentre
from tests.learner_examples import cells, strangers

LEARNER = RecordState.LEARNER


@pytest.fixture
def service(tmp_path: Path, store: EventStore, clock: Clock) -> Generator[Service]:
    """Give a service that follows nothing by itself."""
    here = f"sqlite:///{tmp_path / 'rows'}"
    database, ledger = open_database(here), open_database(here, "ledger")
    with Service(
        store=store, database=database, ledger=ledger, catalogue=CATALOGUE, clock=clock
    ) as service:
        yield service


@pytest.fixture
def tables(service: Service, tmp_path: Path) -> ProjectionTables:
    del service
    return ProjectionTables(
        uploads.READ_MODEL, open_database(f"sqlite:///{tmp_path / 'rows'}")
    )


@pytest.fixture
def group(store: EventStore, clock: Clock, monkeypatch: pytest.MonkeyPatch) -> str:
    """Make learners of seven rows, in three appends; one row stays behind."""
    monkeypatch.setattr(uploading, "BATCH", 3)
    upload_centre = UploadCentre(store=store, now=clock)
    rows = strangers(*(cells(uln="") for _ in range(7)), cells(family_name=""))
    group = upload_centre.checked(*rows)
    upload_centre.submit(group)
    upload_centre.add(group)
    return group


def moment_of(service: Service, group: str) -> GroupMoment:
    return group_at_one_moment(
        group,
        store=service.store,
        read_models=service.read_models,
        reader=ADMINISTRATOR,
    )


def follow(
    tables: ProjectionTables, store: EventStore, place: Position, many: int
) -> Position:
    with tables.database.writing() as connection:
        batch = store.log(after=place, limit=many)
        return handle_alone(connection, tables, place, batch)


def test_a_group_is_never_done_before_its_records_are_counted_as_learners(
    service: Service,
    tables: ProjectionTables,
    group: str,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """U5: event by event, where the rows do not come any further."""
    monkeypatch.setattr(group_moment, "WAITED", 0.0)
    place, seen = 0, set()
    while place < service.store.head():
        place = follow(tables, service.store, place, 1)
        moment = moment_of(service, group)
        counted = moment.counts.get(LEARNER, 0)
        seen.add(moment.upload.progress)
        assert len(moment.upload.learners) <= counted
        if moment.upload.progress == 100:
            assert (counted, moment.counts[RecordState.INVALID]) == (7, 1)
        if service.store.is_whole(place):
            assert len(moment.upload.learners) == counted
    assert {0, 50, 100} < seen


def test_an_answer_waits_for_the_whole_of_what_was_recorded_at_once(
    service: Service,
    tables: ProjectionTables,
    group: str,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """U5: learners and counts agree, though the rows had stopped in between."""
    monkeypatch.setattr(service.read_models, "wait_for", lambda *_: False)
    monkeypatch.setattr(group_moment, "WAITED", PATIENCE)
    store, place = service.store, 0
    while place < store.head() - 2 or store.is_whole(place):
        place = follow(tables, store, place, 1)
    timer = Timer(0.2, follow, (tables, store, place, 1000))
    timer.start()
    moment = moment_of(service, group)
    timer.join()
    assert (moment.upload.progress, len(moment.upload.learners)) == (100, 7)
    assert moment.counts[LEARNER] == 7
