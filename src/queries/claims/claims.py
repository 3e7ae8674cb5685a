"""A claim with its summary, and each learner with the verdict so far."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from aggregates.claims.claim import Claim
from aggregates.claims.claim_status import ClaimLearner, is_undecided
from aggregates.claims.claim_summary import Stage, stages
from aggregates.claims.claimable import offered_units
from aggregates.learners.learner import Learner
from aggregates.registrations.registration import Registration
from commands.claims.claim_assessment import ClaimFacts
from commands.command import CommandContext
from events.claims.claim import Granted, Withheld
from queries.centres.centres import centre_names
from queries.learners.learners import open_learners
from store import Recorded, Stream


@dataclass(frozen=True, kw_only=True)
class LearnerOnClaim:
    """A learner of a claim, with the verdict on what is claimed so far.

    ``verdict`` is the decision on a submitted learner, else what would be decided now.
    Without an award type it is the verdict on Full.
    """

    learner: Learner
    place: ClaimLearner
    registration: Registration
    verdict: Granted | Withheld

    @property
    def granted_award(self) -> Granted | None:
        return self.verdict if isinstance(self.verdict, Granted) else None

    @property
    def withheld_award(self) -> Withheld | None:
        return self.verdict if isinstance(self.verdict, Withheld) else None

    @property
    def is_decided(self) -> bool:
        """Whether the verdict was reached in time."""
        return not is_undecided(self.withheld_award)

    @property
    def earlier_grades(self) -> dict[str, str]:
        """Grades of tests and earlier claims, by unit, which count without being typed again."""
        typed = self.place.award.grades
        return {u: g for u, g in self.verdict.grades.items() if u not in typed}


@dataclass(frozen=True, kw_only=True)
class ClaimDetails:
    """A whole claim; ``units_offered`` counts the units that could be chosen (M3)."""

    claim: Claim
    centre_name: str | None
    begun: Recorded
    stages: Sequence[Stage]
    units_offered: int
    learners: Sequence[LearnerOnClaim]


def claim_details(
    context: CommandContext, stream: Stream, claim: Claim, today: date
) -> ClaimDetails:
    """Build a claim from events alone, each learner assessed afresh (M10)."""
    facts = ClaimFacts.of(context, claim, today=today)
    stands = bool(claim.waiting) or not claim.learners
    people = open_learners(context, claim.learners, seen_by=claim.centre)
    return ClaimDetails(
        claim=claim,
        centre_name=centre_names(context, [claim.centre]).get(claim.centre),
        begun=stream.history[0],
        stages=stages(
            claim,
            today=today,
            conditions=facts.conditions if stands else (),
            hindrances=facts.hindrances(),
        ),
        units_offered=len(offered_units(context.catalogue, claim.qualification))
        if claim.qualification
        else 0,
        learners=[
            LearnerOnClaim(
                learner=people[who],
                place=place,
                registration=facts.opened[place.registration][1],
                verdict=place.granted or facts.judge(who),
            )
            for who, place in claim.learners.items()
        ],
    )
