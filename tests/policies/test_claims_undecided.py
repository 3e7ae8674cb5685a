"""Whom the time does not suffice to decide on waits, and is judged again later."""

from collections.abc import Generator
from datetime import timedelta
from pathlib import Path

import pytest

from aggregates.claims.claim_status import ClaimStatus
from audit import ledger as audit
from catalogue.solver.choice import Given
from catalogue.solver.cp_sat import Undecided
from catalogue.solver.deciding import Decider
from policies.claims import JUDGE_CLAIMS_AGAIN, claim_processing
from projections.claims import claims, ineligible_learners
from projections.claims.ineligible_learners import FIRST_WAIT, LONGEST_WAIT
from projections.database import open_database
from service import Service
from store import open_store
from tests.claim_examples import A1, ANN, BEN, CATALOGUE, award
from tests.clock import Clock
from tests.policies.test_claims import A_MOMENT, Running

CODE = "not-decided-in-time"


@pytest.fixture
def running(tmp_path: Path, keys: Path, clock: Clock) -> Generator[Running]:
    url = f"sqlite:///{tmp_path / 'data'}"
    with Service(
        store=open_store(url, keys=keys, clock=clock),
        database=open_database(url),
        ledger=open_database(url, audit.NAME),
        catalogue=CATALOGUE,
        clock=clock,
        read_models=(claims.READ_MODEL, ineligible_learners.READ_MODEL),
        policies=(),
    ) as service:
        service.start(policies=False)
        yield Running(service, clock)


class Solver:
    """The solver, which may be out of time, or may not be asked at all."""

    def __init__(self, patch: pytest.MonkeyPatch) -> None:
        self.patch = patch
        self.rank = Decider.rank

    def out_of_time(self, unless: int = 0) -> None:
        """Let no time suffice, unless so few units were given a grade."""

        def never(decider: Decider, given: Given, seconds: float) -> int:
            if len(given) > unless:
                raise Undecided
            return self.rank(decider, given, seconds)

        self.patch.setattr(Decider, "rank", never)

    def in_time(self) -> None:
        self.patch.setattr(Decider, "rank", self.rank)

    def forbidden(self) -> None:
        def asked(*_: object) -> None:
            raise AssertionError("The solver was asked.")

        for name in ("rank", "best", "can_meet", "ways_to_fix"):
            self.patch.setattr(Decider, name, asked)


@pytest.fixture
def solver(monkeypatch: pytest.MonkeyPatch) -> Solver:
    return Solver(monkeypatch)


def test_whom_it_cannot_be_decided_on_waits_and_is_submitted_later(
    running: Running, solver: Solver
) -> None:
    """M10, section 11."""
    claim = running.claim_centre.begin({ANN: award(), BEN: award("Interim")})
    solver.out_of_time()
    running.claim_centre.submit(claim)
    assert running.claim_centre.standings(claim) == {
        ANN: ClaimStatus.UNSUBMITTED,
        BEN: ClaimStatus.SUBMITTED,
    }
    assert [code for code, _ in running.claim_centre.why(claim, ANN)] == [CODE]
    solver.in_time()
    running.clock.now += FIRST_WAIT - A_MOMENT
    running.tick(JUDGE_CLAIMS_AGAIN)
    assert running.claim_centre.standings(claim)[ANN] is ClaimStatus.UNSUBMITTED
    running.clock.now += A_MOMENT
    running.tick(JUDGE_CLAIMS_AGAIN)
    assert running.claim_centre.standings(claim)[ANN] is ClaimStatus.SUBMITTED


def test_each_time_it_waits_twice_as_long_and_no_longer_than_a_day(
    running: Running, solver: Solver
) -> None:
    """M10: a verdict that takes too long keeps nothing else from being done."""
    claim = running.claim_centre.begin({ANN: award()})
    solver.out_of_time()
    running.claim_centre.submit(claim)
    wait = FIRST_WAIT
    for _ in range(9):
        running.clock.now += wait - A_MOMENT
        before = running.service.store.head()
        running.tick(JUDGE_CLAIMS_AGAIN)
        assert running.service.store.head() == before
        running.clock.now += A_MOMENT
        running.tick(JUDGE_CLAIMS_AGAIN)
        assert running.service.store.head() > before
        wait = min(2 * wait, LONGEST_WAIT)
    assert wait == LONGEST_WAIT


def test_who_is_not_eligible_is_not_submitted_with_them(
    running: Running, solver: Solver
) -> None:
    """M10: what was put right meanwhile is for a person to submit."""
    claim = running.claim_centre.begin({ANN: award(), BEN: award(grades={A1: "P"})})
    solver.out_of_time(unless=1)
    running.claim_centre.submit(claim)
    said = running.claim_centre.claim(claim).learners[BEN].withheld
    solver.in_time()
    running.clock.now += FIRST_WAIT
    running.tick(JUDGE_CLAIMS_AGAIN)
    assert running.claim_centre.standings(claim)[ANN] is ClaimStatus.SUBMITTED
    assert running.claim_centre.claim(claim).learners[BEN].withheld == said


def test_what_is_stored_is_never_decided_again(
    running: Running, solver: Solver
) -> None:
    """Section 11: no replay, no fold, no rebuild and no processing asks the solver."""
    claim = running.claim_centre.begin({ANN: award(), BEN: award(grades={A1: "P"})})
    running.claim_centre.submit(claim)
    solver.forbidden()
    assert running.claim_centre.standings(claim) == {
        ANN: ClaimStatus.SUBMITTED,
        BEN: ClaimStatus.UNSUBMITTED,
    }
    running.service.read_models.rebuild(
        ineligible_learners.READ_MODEL.name, lambda _, __: None
    )
    running.tick(claim_processing(timedelta()))
    running.tick(JUDGE_CLAIMS_AGAIN)
    assert running.claim_centre.standings(claim)[ANN] is ClaimStatus.PROCESSED
