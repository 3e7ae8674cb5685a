"""The state of a registration, folded from its events."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from enum import StrEnum
from typing import Self, TypeAlias, TypeVar, assert_never

from aggregates.aggregate import Aggregate
from aggregates.bookings.sitting import (
    SittingEvent,
    Sittings,
    grades_by_test,
    sittings_after,
)
from catalogue import AwardType
from events.bookings.sitting import (
    TestBooked,
    TestCalledOff,
    TestMissed,
    TestMoved,
    TestOutcomeCorrected,
    TestResultAdded,
    TestTaken,
)
from events.registrations.registration import (
    AwardClaimed,
    AwardRevoked,
    AwardWithdrawn,
    HolderErased,
    OutcomesRecorded,
    OutcomesTakenBack,
    PartCompleted,
    PartReopened,
    PathwayChanged,
    RegistrationCancelled,
    RegistrationMade,
    RegistrationReopened,
    RegistrationTransferred,
)

COMPLETING = frozenset({AwardType.FULL, AwardType.FALLBACK})
"""The award types that complete a registration (M7, M9)."""

T = TypeVar("T")

Later: TypeAlias = (
    OutcomesRecorded
    | OutcomesTakenBack
    | AwardClaimed
    | AwardWithdrawn
    | AwardRevoked
    | PathwayChanged
    | PartCompleted
    | PartReopened
    | RegistrationReopened
    | RegistrationCancelled
    | RegistrationTransferred
    | HolderErased
    | SittingEvent
)


class Status(StrEnum):
    """The status of a registration."""

    ACTIVE = "Active"
    COMPLETED = "Completed"
    CANCELLED = "Cancelled"


@dataclass(frozen=True, kw_only=True)
class RegistrationState(Aggregate):
    """One learner on one product at one centre.

    ``outcomes`` are the grades that each claim says were achieved. ``awards`` are the
    submitted awards not withdrawn, by claim, oldest first. ``settled`` are those from
    before the last reopening; ``revoked`` are those whose certificate was revoked, so they
    no longer count. ``sittings`` are the tests, by booking. On an apprenticeship, ``parts``
    are the registrations on its qualifications; each of them has this registration as its
    ``parent`` (O7).
    """

    registration: str
    learner: str
    centre: str
    product: str
    pathway: str | None
    rules_version: int
    parent: str | None = None
    apprenticeship: str | None = None
    parts: tuple[str, ...] = ()
    completed_parts: tuple[str, ...] = ()
    outcomes: Mapping[str, Mapping[str, str]] = field(default_factory=dict)
    awards: Mapping[str, AwardClaimed] = field(default_factory=dict)
    settled: frozenset[str] = frozenset()
    revoked: frozenset[str] = frozenset()
    sittings: Sittings = field(default_factory=dict)
    is_cancelled: bool = False

    @property
    def completion(self) -> AwardClaimed | None:
        """The award that completed the registration since it was last opened, if any (M14)."""
        completing = (
            award
            for award in self.awards.values()
            if award.award_type in COMPLETING and award.claim not in self.settled
        )
        return next(completing, None)

    @property
    def status(self) -> Status:
        if self.is_cancelled:
            return Status.CANCELLED
        is_whole = bool(self.parts) and set(self.parts) <= set(self.completed_parts)
        is_over = is_whole or self.completion is not None
        return Status.COMPLETED if is_over else Status.ACTIVE

    @property
    def counted_awards(self) -> dict[str, AwardClaimed]:
        """The awards whose grades count, by claim, oldest first (M12)."""
        return {c: award for c, award in self.awards.items() if c not in self.revoked}

    def grades_to_date(self, *, claim: str, typed: Mapping[str, str]) -> dict[str, str]:
        """Merge the grades typed in a claim with those of tests and earlier awards (M8, M12).

        A typed grade replaces that of a test or an earlier claim. A corrected test outcome
        replaces those of earlier claims (B17). A failed test counts as an attempt.
        """
        carried: dict[str, str] = {}
        for award in self.counted_awards.values():
            if award.claim != claim:
                carried.update(award.grades)
        for sitting in self.sittings.values():
            if sitting.is_corrected:
                carried.pop(sitting.unit, None)
        return carried | grades_by_test(self.sittings) | dict(typed)

    @property
    def every_grade(self) -> dict[str, str]:
        """All grades from tests, awards and claims not yet submitted."""
        saved: dict[str, str] = {}
        for claim, grades in self.outcomes.items():
            saved.update({} if claim in self.revoked else grades)
        return self.grades_to_date(claim="", typed=saved)

    @classmethod
    def begin(cls, event: RegistrationMade) -> Self:
        return cls(
            registration=event.registration,
            learner=event.learner,
            centre=event.centre,
            product=event.product,
            pathway=event.pathway,
            rules_version=event.rules_version,
            parent=event.parent,
            apprenticeship=event.apprenticeship,
            parts=event.parts,
        )

    def apply(self, event: Later) -> Self:
        now = self
        match event:
            case OutcomesRecorded(claim=claim, grades=grades):
                now = replace(self, outcomes={**self.outcomes, claim: grades})
            case OutcomesTakenBack(claim=claim):
                now = replace(self, outcomes=_without(self.outcomes, claim))
            case AwardClaimed() | AwardWithdrawn() | AwardRevoked():
                now = self._with_award(event)
            case PathwayChanged() | RegistrationTransferred() | HolderErased():
                now = self._elsewhere(event)
            case PartCompleted() | PartReopened():
                done = tuple(p for p in self.completed_parts if p != event.part)
                done += (event.part,) if isinstance(event, PartCompleted) else ()
                now = replace(self, completed_parts=done)
            case RegistrationReopened():
                now = replace(self, settled=frozenset(self.awards))
            case RegistrationCancelled():
                now = replace(self, is_cancelled=True)
            case (
                TestBooked()
                | TestMoved()
                | TestCalledOff()
                | TestTaken()
                | TestMissed()
                | TestResultAdded()
                | TestOutcomeCorrected()
            ):
                now = replace(self, sittings=sittings_after(self.sittings, event))
            case _:
                assert_never(event)
        return now

    def _with_award(self, event: AwardClaimed | AwardWithdrawn | AwardRevoked) -> Self:
        claim = event.claim
        match event:
            case AwardClaimed():
                return replace(self, awards={**self.awards, claim: event})
            case AwardRevoked():
                return replace(self, revoked=self.revoked | {claim})
            case AwardWithdrawn():
                return replace(
                    self,
                    awards=_without(self.awards, claim),
                    settled=self.settled - {claim},
                )

    def _elsewhere(
        self, event: PathwayChanged | RegistrationTransferred | HolderErased
    ) -> Self:
        if isinstance(event, PathwayChanged):
            return replace(self, pathway=event.pathway)
        if isinstance(event, RegistrationTransferred):
            return replace(self, centre=event.centre)
        return self


def _without(values: Mapping[str, T], key: str) -> dict[str, T]:
    return {k: v for k, v in values.items() if k != key}
