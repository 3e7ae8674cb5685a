"""Verifying many learners by LRS; leaving it alone while it is down."""

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from threading import Barrier

import pytest

from aggregates.learners.details import Details
from aggregates.learners.verification import (
    Code,
    Outcome,
    PostponedReason,
    VerificationAnswer,
)
from lrs import BatchVerifier, LrsFault, OutOfHours, RequestRefused, Unreachable
from lrs.batch_verifier import AT_ONCE
from lrs.circuit import FAILURES, FIRST_REST, LONGEST_REST, Circuit
from lrs.faults import NotUnderstood, OrganisationRefused
from tests.clock import PATIENCE
from tests.learner_examples import DETAILS

ANSWER = VerificationAnswer(code=Code.MATCH)


@dataclass
class Down:
    """A verifier that fails so long as it is told to."""

    fault: type[LrsFault] | None = Unreachable
    asked: int = 0

    def verify(self, _: Details) -> VerificationAnswer:
        self.asked += 1
        if self.fault:
            raise self.fault
        return ANSWER


@dataclass
class Watch:
    """A clock for circuits, in seconds."""

    now: float = 0.0

    def __call__(self) -> float:
        return self.now


@dataclass
class Line:
    """LRS, asked about one learner after another."""

    down: Down = field(default_factory=Down)
    watch: Watch = field(default_factory=Watch)

    def __post_init__(self) -> None:
        self._verify = BatchVerifier(self.down, Circuit(clock=self.watch))

    def ask(self, times: int = 1) -> Sequence[Outcome]:
        return [self._verify([DETAILS])[0] for _ in range(times)]


@pytest.mark.parametrize(
    "fault",
    [Unreachable, OutOfHours, RequestRefused, OrganisationRefused, NotUnderstood],
)
def test_a_fault_is_an_outcome_and_never_a_match(fault: type[LrsFault]) -> None:
    """U7."""
    assert Line(Down(fault)).ask() == [fault.why]


def test_who_fails_again_and_again_is_left_alone_for_a_while() -> None:
    """U7: then tried once; the rest grows while that fails, up to a limit."""
    line = Line()
    assert line.ask(FAILURES + 1) == [PostponedReason.UNREACHABLE] * FAILURES + [None]
    rest = FIRST_REST
    for _ in range(8):
        line.watch.now += rest - 1
        assert line.ask() == [None]
        line.watch.now += 1
        assert line.ask(2) == [PostponedReason.UNREACHABLE, None]
        rest = min(2 * rest, LONGEST_REST)
    assert rest == LONGEST_REST


def test_once_it_answers_it_is_asked_as_before() -> None:
    """U7."""
    line = Line()
    line.ask(FAILURES)
    line.watch.now += FIRST_REST
    line.down.fault = None
    assert line.ask(2) == [ANSWER, ANSWER]
    line.down.fault = Unreachable
    assert line.ask(FAILURES + 1) == [PostponedReason.UNREACHABLE] * FAILURES + [None]


def test_a_few_failures_are_forgotten_by_one_answer() -> None:
    line = Line()
    for _ in range(3):
        line.down.fault = Unreachable
        line.ask(FAILURES - 1)
        line.down.fault = None
        assert line.ask() == [ANSWER]


def test_details_that_it_refuses_do_not_mean_that_it_is_down() -> None:
    """U7: the next learner may be taken."""
    line = Line(Down(RequestRefused))
    assert line.ask(3 * FAILURES) == [PostponedReason.REQUEST_REFUSED] * 3 * FAILURES


def test_many_are_asked_about_at_once_and_answered_in_order() -> None:
    """U7."""
    together = Barrier(AT_ONCE, timeout=PATIENCE)

    class Slow:
        def verify(self, details: Details) -> VerificationAnswer:
            together.wait()
            return VerificationAnswer(code=Code.LINKED_MATCH, master_uln=details.uln)

    people = [replace(DETAILS, uln=f"{n}") for n in range(2 * AT_ONCE)]
    outcomes = BatchVerifier(Slow())(people)
    assert [o.master_uln for o in outcomes if isinstance(o, VerificationAnswer)] == [
        person.uln for person in people
    ]
    assert BatchVerifier(Slow())([]) == []


def test_of_many_at_once_no_more_are_tried_than_it_takes_to_know() -> None:
    """U7."""
    down = Down()
    outcomes = BatchVerifier(down)([DETAILS] * 1000)
    assert FAILURES <= down.asked < FAILURES + AT_ONCE
    assert outcomes.count(None) == 1000 - down.asked
