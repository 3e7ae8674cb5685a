"""A centre that orders apprenticeships, and claims for their qualifications."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

from commands.registrations.registration import ACTIVE_REGISTRATION, active_key
from events.identifier import stream_of
from events.registrations.registration import RegistrationMade
from store import Actor, EventStore
from tests.claim_examples import UNITS, award
from tests.commands.claim_centre import ADMINISTRATOR, ClaimCentre
from tests.commands.order_centre import CATALOGUE, OrderCentre
from tests.order_examples import ANN, BEN

WHOLE = {unit.reference: "P" for unit in UNITS[:4]}
"""Grades that meet the rules of both qualifications, on every pathway."""


@dataclass(frozen=True, kw_only=True)
class Provider:
    """Where apprenticeships are ordered and claimed for, in tests."""

    order_centre: OrderCentre
    claim_centre: ClaimCentre

    @classmethod
    def open(cls, store: EventStore, now: Callable[[], datetime]) -> "Provider":
        order_centre = OrderCentre(store=store, now=now)
        order_centre.open()
        order_centre.know(ANN, BEN)
        claim_centre = ClaimCentre(store=store, now=now, catalogue=CATALOGUE)
        return cls(order_centre=order_centre, claim_centre=claim_centre)

    def register(self, *learners: str) -> list[RegistrationMade]:
        """Register on the apprenticeship: each a parent, and its two parts."""
        before = len(self.order_centre.made())
        self.order_centre.confirm(self.order_centre.ready_by_part(*learners))
        return self.order_centre.made()[before:]

    def begin(self, qualification: str, *learners: str, kind: str = "Full") -> str:
        awards = dict.fromkeys(learners, award(kind, grades=dict(WHOLE)))
        return self.claim_centre.begin(awards, qualification=qualification)

    def claim(
        self,
        qualification: str,
        *learners: str,
        kind: str = "Full",
        by: Actor = ADMINISTRATOR,
    ) -> str:
        """Claim for learners, and submit the claim."""
        claim = self.begin(qualification, *learners, kind=kind)
        self.claim_centre.submit(claim, by=by)
        return claim

    def is_held(self, made: RegistrationMade) -> bool:
        """Whether it is what is reserved as the learner's one Active registration."""
        key = active_key(made.learner, made.product)
        held = self.order_centre.store.find_reservations(ACTIVE_REGISTRATION, [key])
        return key in held and held[key].stream == stream_of(made.registration)
