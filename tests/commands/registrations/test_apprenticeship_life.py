"""Apprenticeships and their qualifications, ordered and claimed in whatever turn."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime

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

from aggregates.claims.claim_refusals import RegisteredMeanwhile
from aggregates.errors import Refusal
from aggregates.orders.order_linking import PathwayChoice
from aggregates.registrations.registration_state import Status
from commands.orders.order_linking import Linking
from events.registrations.registration import RegistrationMade
from tests.commands.claims.test_claim_life import opened
from tests.commands.frameworks import Provider
from tests.commands.order_centre import APPRENTICESHIP, BY_PART, DATING, SEVERAL, SINGLE
from tests.order_examples import ANN, BEN

SHORT = PathwayChoice(pathway="SHORT")
NOW = datetime(2026, 11, 24, 10, tzinfo=UTC)
LEARNERS = st.sampled_from([ANN, BEN])
QUALIFICATIONS = st.sampled_from([SINGLE, SEVERAL])
PRODUCTS = st.sampled_from([SINGLE, SEVERAL, APPRENTICESHIP])


@dataclass
class Held:
    """What the model knows of one registration: what completed it, or its parts."""

    made: RegistrationMade
    completed_by: str | None = None
    parts: Sequence["Held"] = ()

    @property
    def is_active(self) -> bool:
        if self.parts:
            return any(part.is_active for part in self.parts)
        return self.completed_by is None


@dataclass
class Paper:
    """What the model knows of one submitted claim."""

    name: str
    registration: Held
    is_processed: bool = field(default=False)


class ApprenticeshipLife(RuleBasedStateMachine):
    """Two learners, registered alone and by apprenticeship, and claimed for."""

    def __init__(self) -> None:
        super().__init__()
        self.opening = opened()
        self.provider = Provider.open(self.opening.__enter__(), lambda: NOW)
        self.registrations: list[Held] = []
        self.papers: list[Paper] = []

    def teardown(self) -> None:
        self.opening.__exit__(None, None, None)

    def active(self, learner: str, product: str) -> Held | None:
        found = [
            held
            for held in self.registrations
            if held.is_active
            and (held.made.learner, held.made.product) == (learner, product)
        ]
        assert len(found) <= 1
        return found[0] if found else None

    @initialize(who=LEARNERS)
    def begin(self, who: str) -> None:
        self.order(who, APPRENTICESHIP)

    @rule(who=LEARNERS, product=PRODUCTS)
    def order(self, who: str, product: str) -> None:
        order_centre = self.provider.order_centre
        way = BY_PART if product == APPRENTICESHIP else None
        order = order_centre.begin(
            Linking(learners={who: way}), products=[product], datings=[DATING]
        )
        if product == SEVERAL:
            order_centre.link(order, Linking(learners={who: SHORT}))
        parts = [SINGLE, SEVERAL] if product == APPRENTICESHIP else []
        if any(self.active(who, on) for on in (product, *parts)):
            with pytest.raises(Refusal):
                order_centre.confirm(order)
            return
        before = len(order_centre.made())
        order_centre.confirm(order)
        first, *others = (Held(made) for made in order_centre.made()[before:])
        assert [held.made.product for held in others] == parts
        first.parts = others
        self.registrations += [first, *others]

    @rule(who=LEARNERS, on=QUALIFICATIONS, kind=st.sampled_from(["Full", "Interim"]))
    def claim(self, who: str, on: str, kind: str) -> None:
        held = self.active(who, on)
        if held is None:
            with pytest.raises(Refusal):
                self.provider.begin(on, who)
            return
        paper = Paper(self.provider.claim(on, who, kind=kind), held)
        self.papers.append(paper)
        if kind == "Full":
            held.completed_by = paper.name

    @precondition(lambda self: self.papers)
    @rule(number=st.integers(0, 5))
    def withdraw(self, number: int) -> None:
        paper = self.papers[number % len(self.papers)]
        if paper.is_processed:
            with pytest.raises(Refusal):
                self.provider.claim_centre.withdraw(paper.name)
            return
        held = paper.registration
        if held.completed_by == paper.name:
            parents = [p for p in self.registrations if held in p.parts]
            others = [
                self.active(one.made.learner, one.made.product)
                for one in (held, *parents)
                if not one.is_active
            ]
            if any(others):
                with pytest.raises(RegisteredMeanwhile):
                    self.provider.claim_centre.withdraw(paper.name)
                return
            held.completed_by = None
        self.provider.claim_centre.withdraw(paper.name)
        self.papers.remove(paper)

    @precondition(lambda self: self.papers)
    @rule(number=st.integers(0, 5))
    def process(self, number: int) -> None:
        paper = self.papers[number % len(self.papers)]
        self.provider.claim_centre.process(paper.name)
        paper.is_processed = True

    @invariant()
    def every_registration_stands_where_the_model_says(self) -> None:
        for held in self.registrations:
            status = self.provider.claim_centre.status(held.made.registration)
            assert (status is Status.ACTIVE) is held.is_active
            assert self.provider.is_held(held.made) is held.is_active


def test_apprenticeships_live_as_the_model_says() -> None:
    """O6, O7, M7, M16: a parent is Completed exactly while all of its parts are."""
    run_state_machine_as_test(
        ApprenticeshipLife,
        settings=settings(
            max_examples=25,
            stateful_step_count=20,
            deadline=None,
            suppress_health_check=[HealthCheck.too_slow],
        ),
    )
