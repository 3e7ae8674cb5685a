"""Submitted claims are processed when their time has come."""

from collections.abc import Generator, Iterable
from datetime import timedelta
from pathlib import Path
from uuid import UUID

import pytest

from aggregates.claims.claim_status import ClaimStatus
from audit import ledger as audit
from commands.command import CommandContext
from events.identifier import stream_of
from policies.claims import PROCESSING_DELAY, claim_processing
from policies.policy import Policy
from projections.claims import claims
from projections.database import open_database
from service import Service
from store import Actor, Change, EventStore, Position, Stream, open_store
from tests.claim_examples import ANN, ANNS, BEN, BENS, CATALOGUE, CENTRE, award
from tests.clock import PATIENCE, Clock, until
from tests.commands.claim_centre import ClaimCentre

A_MOMENT = timedelta(microseconds=1)


class Running:
    """A service that processes claims, and the centre that makes them."""

    def __init__(self, service: Service, clock: Clock) -> None:
        self.service = service
        self.clock = clock
        self.claim_centre = ClaimCentre(store=service.store, now=clock)
        self.claim_centre.open()
        self.claim_centre.register_all({ANN: ANNS, BEN: BENS})

    def tick(self, policy: Policy) -> None:
        """Let a policy look at the clock once, all rows being there."""
        head = self.service.store.head()
        assert self.service.read_models.wait_for(head, PATIENCE)
        assert policy.tick is not None
        policy.tick(self.clock(), self.service.context, self.service.read_models)


def serve(url: str, keys: Path, clock: Clock, *policies: Policy) -> Service:
    return Service(
        store=open_store(url, keys=keys, clock=clock),
        database=open_database(url),
        ledger=open_database(url, audit.NAME),
        catalogue=CATALOGUE,
        clock=clock,
        read_models=(claims.READ_MODEL,),
        policies=policies,
    )


@pytest.fixture
def running(tmp_path: Path, keys: Path, clock: Clock) -> Generator[Running]:
    with serve(f"sqlite:///{tmp_path / 'data'}", keys, clock) as service:
        service.start(policies=False)
        yield Running(service, clock)


def test_a_claim_is_processed_once_the_delay_is_over_and_not_before(
    running: Running,
) -> None:
    """M13, M16: until then it can be withdrawn."""
    claim = running.claim_centre.begin({ANN: award()})
    running.claim_centre.submit(claim)
    running.clock.now += PROCESSING_DELAY - A_MOMENT
    running.tick(claim_processing())
    assert running.claim_centre.standings(claim) == {ANN: ClaimStatus.SUBMITTED}
    running.clock.now += A_MOMENT
    running.tick(claim_processing())
    assert running.claim_centre.standings(claim) == {ANN: ClaimStatus.PROCESSED}


def test_the_delay_can_be_none(running: Running) -> None:
    """M13."""
    claim = running.claim_centre.begin({ANN: award()})
    running.claim_centre.submit(claim)
    running.tick(claim_processing(timedelta()))
    assert running.claim_centre.standings(claim) == {ANN: ClaimStatus.PROCESSED}


def test_a_withdrawn_claim_is_not_processed(running: Running) -> None:
    """M16."""
    claim = running.claim_centre.begin({ANN: award()})
    running.claim_centre.submit(claim)
    running.claim_centre.withdraw(claim)
    running.clock.now += PROCESSING_DELAY
    running.tick(claim_processing())
    assert running.claim_centre.standings(claim) == {ANN: ClaimStatus.WITHDRAWN}


def test_the_envelope_says_that_the_service_did_it(running: Running) -> None:
    """H1."""
    claim = running.claim_centre.begin({ANN: award()})
    running.claim_centre.submit(claim)
    running.tick(claim_processing(timedelta()))
    recorded = running.service.store.log(after=0, limit=1000)[-1]
    assert (recorded.user, recorded.role, recorded.channel, recorded.owner) == (
        "policy:process-claims",
        "Service",
        "machine",
        CENTRE,
    )


class Failing(EventStore):
    """A store that cannot record anything in one stream."""

    def __init__(self, store: EventStore, stream: UUID) -> None:
        vars(self).update(vars(store))
        self.stream = stream

    def append(
        self, *changes: Change, by: Actor, unchanged: Iterable[Stream] = ()
    ) -> Position | None:
        if any(change.stream == self.stream for change in changes):
            raise ConnectionError
        return super().append(*changes, by=by, unchanged=unchanged)


def test_a_claim_that_cannot_be_processed_does_not_hold_up_the_others(
    running: Running,
) -> None:
    """M13: it is said loudly, and tried again."""
    first, second = (running.claim_centre.begin({who: award()}) for who in (ANN, BEN))
    for claim in (first, second):
        running.claim_centre.submit(claim)
    failing = Failing(running.service.store, stream_of(first))
    context = CommandContext(store=failing, catalogue=CATALOGUE)
    assert running.service.read_models.wait_for(running.service.store.head(), PATIENCE)
    tick = claim_processing(timedelta()).tick
    assert tick is not None
    with pytest.raises(ExceptionGroup):
        tick(running.clock(), context, running.service.read_models)
    assert running.claim_centre.standings(first) == {ANN: ClaimStatus.SUBMITTED}
    assert running.claim_centre.standings(second) == {BEN: ClaimStatus.PROCESSED}
    running.tick(claim_processing(timedelta()))
    assert running.claim_centre.standings(first) == {ANN: ClaimStatus.PROCESSED}


def test_a_running_service_processes_claims_by_itself(
    database_url: str, keys: Path, clock: Clock
) -> None:
    """M13, on both databases."""
    with serve(database_url, keys, clock, claim_processing(timedelta())) as service:
        running = Running(service, clock)
        service.start()
        claim = running.claim_centre.begin({ANN: award()})
        running.claim_centre.submit(claim)
        processed = {ANN: ClaimStatus.PROCESSED}
        until(lambda: running.claim_centre.standings(claim) == processed)
