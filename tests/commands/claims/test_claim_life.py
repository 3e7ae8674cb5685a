"""The life of claims, whatever is asked in whatever order, against a small model."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    invariant,
    precondition,
    rule,
    run_state_machine_as_test,
)

from aggregates.claims.claim_status import ClaimStatus
from aggregates.errors import Refusal
from aggregates.registrations.registration_state import Status
from commands.claims.claim import DeleteClaim
from events.identifier import stream_of
from store import EventStore, open_store
from tests.claim_examples import A1, A2, ANN, ANNS, B1, B2, BEN, BENS, award
from tests.commands.claim_centre import ADMINISTRATOR, COLLEAGUE, ClaimCentre

NOW = datetime(2026, 11, 24, 10, tzinfo=UTC)
REGISTRATION = {ANN: ANNS, BEN: BENS}
CLAIMS = st.integers(0, 2)
LEARNERS = st.sampled_from([ANN, BEN])
TYPES = st.sampled_from(["Full", "Interim", "Fallback"])
GRADES = st.sampled_from([(), (A1,), (A1, A2), (B1,), (B2,), (A1, A2, B1)]).map(
    lambda units: dict.fromkeys(units, "P")
)


def earns_full(units: set[str]) -> bool:
    """Decide by hand: both of group A, and twelve credits of B, which B1 alone has."""
    return {A1, A2, B1} <= units


@dataclass
class Line:
    """What the model knows of one learner in one claim."""

    award_type: str
    units: set[str]
    state: str = "Draft"
    to_date: set[str] = field(default_factory=set)
    number: int = 0


@dataclass
class Paper:
    """What the model knows of one claim."""

    name: str
    lines: dict[str, Line]
    is_closed: bool = False

    def in_state(self, *states: str) -> list[str]:
        return [who for who, line in self.lines.items() if line.state in states]


@contextmanager
def opened() -> Iterator[EventStore]:
    with TemporaryDirectory() as folder:
        keys = Path(folder) / "master.key"
        store = open_store(f"sqlite:///{folder}", keys=keys, clock=lambda: NOW)
        try:
            yield store
        finally:
            store.close()


class ClaimLife(RuleBasedStateMachine):
    """Two learners, and claims made for them by two people."""

    def __init__(self) -> None:
        super().__init__()
        self.opening = opened()
        self.claim_centre = ClaimCentre(store=self.opening.__enter__(), now=lambda: NOW)
        self.papers: list[Paper] = []
        self.submissions = 0

    def teardown(self) -> None:
        self.opening.__exit__(None, None, None)

    @initialize()
    def open_office(self) -> None:
        self.claim_centre.open()
        for who, registration in REGISTRATION.items():
            self.claim_centre.register(who, registration)

    def awarded(self, who: str, *, but: Paper | None = None) -> list[Line]:
        """Give what is in force for a learner, by every claim but that one, in order."""
        found = [
            paper.lines[who]
            for paper in self.papers
            if paper is not but and who in paper.in_state("Submitted", "Processed")
        ]
        return sorted(found, key=lambda line: line.number)

    def is_relied_on(self, who: str, line: Line) -> bool:
        """M16: whether a later award has a unit that this one alone gave it."""
        found = self.awarded(who)
        others = [one for one in found if one is not line]
        return len(others) < len(found) and any(
            line.units
            & later.to_date
            - set().union(*(o.units for o in others if o.number <= later.number))
            for later in others
            if later.number > line.number
        )

    def is_completed(self, who: str) -> bool:
        return any(line.award_type != "Interim" for line in self.awarded(who))

    def paper(self, number: int) -> Paper:
        return self.papers[number % len(self.papers)]

    @precondition(lambda self: len(self.papers) < 3)
    @rule(award_type=TYPES, grades=GRADES, who=st.sets(LEARNERS, min_size=1))
    def begin(self, award_type: str, grades: dict[str, str], who: set[str]) -> None:
        awards = {one: award(award_type, grades=grades) for one in sorted(who)}
        if any(self.is_completed(one) for one in who):
            with pytest.raises(Refusal):
                self.claim_centre.begin(awards)
            return
        lines = {one: Line(award_type, set(grades)) for one in awards}
        by = ADMINISTRATOR if len(self.papers) % 2 else COLLEAGUE
        self.papers.append(Paper(self.claim_centre.begin(awards, by=by), lines))

    @precondition(lambda self: self.papers)
    @rule(number=CLAIMS, who=LEARNERS, award_type=TYPES, grades=GRADES)
    def grade(
        self, number: int, who: str, award_type: str, grades: dict[str, str]
    ) -> None:
        paper = self.paper(number)
        given = award(award_type, grades=grades)
        line = paper.lines.get(who)
        is_same = line is not None and (line.award_type, line.units) == (
            award_type,
            set(grades),
        )
        is_open = who in paper.in_state("Draft", "Unsubmitted")
        is_fixed = who in paper.in_state("Submitted", "Processed")
        if paper.is_closed or not (is_open or (is_fixed and is_same)):
            with pytest.raises(Refusal):
                self.claim_centre.save(paper.name, {who: given})
            return
        self.claim_centre.save(paper.name, {who: given})
        if is_open and line is not None:
            line.award_type, line.units = award_type, set(grades)

    @precondition(lambda self: self.papers)
    @rule(number=CLAIMS)
    def submit(self, number: int) -> None:
        paper = self.paper(number)
        waiting = paper.in_state("Draft", "Unsubmitted")
        if paper.is_closed or not waiting:
            with pytest.raises(Refusal):
                self.claim_centre.submit(paper.name)
            return
        self.claim_centre.submit(paper.name)
        for who in waiting:
            line = paper.lines[who]
            earlier = self.awarded(who, but=paper)
            line.to_date = line.units.union(*(one.to_date for one in earlier))
            is_full = line.award_type == "Full"
            is_earned = earns_full(line.to_date) if is_full else bool(line.to_date)
            is_free = not self.is_completed(who)
            alike = [one for one in earlier if one.award_type == line.award_type]
            is_new = not alike or alike[-1].to_date != line.to_date
            is_through = is_earned and is_free and is_new
            line.state = "Submitted" if is_through else "Unsubmitted"
            line.number = self.submissions = self.submissions + 1

    @precondition(lambda self: self.papers)
    @rule(number=CLAIMS, who=st.none() | LEARNERS)
    def withdraw(self, number: int, who: str | None) -> None:
        paper = self.paper(number)
        if who is None:
            is_possible = paper.is_closed or (
                not paper.in_state("Processed")
                and bool(paper.in_state("Submitted", "Unsubmitted", "Withdrawn"))
            )
            gone = list(paper.lines)
        else:
            is_possible = who in paper.in_state("Submitted", "Withdrawn")
            gone = [who]
        if any(
            self.is_relied_on(one, paper.lines[one])
            for one in gone
            if one in paper.lines
        ):
            is_possible = False
        if not is_possible:
            with pytest.raises(Refusal):
                self.claim_centre.withdraw(paper.name, who)
            return
        self.claim_centre.withdraw(paper.name, who)
        if set(paper.in_state("Withdrawn")) != set(paper.lines):
            paper.is_closed = paper.is_closed or who is None
        for one in gone:
            paper.lines[one].state = "Withdrawn"

    @precondition(lambda self: self.papers)
    @rule(number=CLAIMS)
    def process(self, number: int) -> None:
        paper = self.paper(number)
        self.claim_centre.process(paper.name)
        for who in paper.in_state("Submitted"):
            paper.lines[who].state = "Processed"

    @precondition(lambda self: self.papers)
    @rule(number=CLAIMS)
    def delete(self, number: int) -> None:
        paper = self.paper(number)
        command = DeleteClaim(by=ADMINISTRATOR, at=NOW, claim=paper.name)
        if paper.is_closed or paper.in_state("Submitted", "Processed", "Withdrawn"):
            with pytest.raises(Refusal):
                self.claim_centre.send(command)
            return
        self.claim_centre.send(command)
        self.papers.remove(paper)

    @invariant()
    def every_claim_stands_where_the_model_says(self) -> None:
        for paper in self.papers:
            said = {who: ClaimStatus(line.state) for who, line in paper.lines.items()}
            assert self.claim_centre.standings(paper.name) == said

    @invariant()
    def every_registration_is_completed_exactly_by_full_and_fallback(self) -> None:
        for who, registration in REGISTRATION.items():
            if self.claim_centre.store.open(stream_of(registration)).history:
                is_completed = self.is_completed(who)
                expected = Status.COMPLETED if is_completed else Status.ACTIVE
                assert self.claim_centre.status(registration) is expected
                holder = None if is_completed else stream_of(registration)
                assert self.claim_centre.holder(who) == holder

    @invariant()
    def every_registration_knows_what_open_claims_say_was_achieved(self) -> None:
        for who, registration in REGISTRATION.items():
            if self.claim_centre.store.open(stream_of(registration)).history:
                said = {
                    paper.name: dict.fromkeys(paper.lines[who].units, "P")
                    for paper in self.papers
                    if who in paper.lines
                    and paper.lines[who].units
                    and not paper.is_closed
                    and paper.lines[who].state != "Withdrawn"
                }
                assert self.claim_centre.registration(registration).outcomes == said

    @invariant()
    def everybody_processed_has_a_certificate_of_their_own(self) -> None:
        numbers = [
            place.certificate
            for paper in self.papers
            for place in self.claim_centre.claim(paper.name).learners.values()
            if place.standing is ClaimStatus.PROCESSED
        ]
        assert None not in numbers
        assert len(set(numbers)) == len(numbers)


@pytest.mark.parametrize("lives", [15, pytest.param(400, marks=pytest.mark.prove)])
def test_claims_live_as_the_model_says(lives: int) -> None:
    """M1, M7-M10, M13-M17: drafts, fixes, withdrawals, Interim then Full."""
    run_state_machine_as_test(
        ClaimLife,
        settings=settings(
            max_examples=lives,
            stateful_step_count=25,
            deadline=None,
            suppress_health_check=[HealthCheck.too_slow],
        ),
    )
