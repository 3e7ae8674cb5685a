"""A learner withheld from a claim, assessed afresh on every pathway (I2, I4)."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime

from aggregates.claims.claim import Claim
from aggregates.claims.claim_status import ClaimLearner, ClaimStatus
from aggregates.errors import NotFound
from aggregates.learners.learner import Learner
from aggregates.registrations.registration import Registration
from catalogue import Assessment, AwardType, Qualification, assess
from commands.claims.claim import rules_of
from commands.claims.claim_assessment import ClaimFacts
from commands.command import CommandContext
from events.claims.claim import ClaimSubmitted, Granted, Withheld
from queries.learners.learners import open_learners
from store import Stream


@dataclass(frozen=True, kw_only=True)
class IneligibleDetails:
    """Why a learner was withheld, and what would be decided now.

    ``grades_to_date`` are by unit. ``own`` assesses the award claimed, on the registered
    pathway; ``on_any`` assesses a Full award on each pathway. ``interim_now``: an Interim
    award could be claimed instead.
    """

    claim: Claim
    learner: Learner
    place: ClaimLearner
    registration: Registration
    rules: Qualification
    kept_back_at: datetime
    verdict: Granted | Withheld
    grades_to_date: Mapping[str, str]
    own: Assessment
    on_any: Assessment
    interim_now: bool


def ineligible_details(
    context: CommandContext, stream: Stream, claim: Claim, learner: str, today: date
) -> IneligibleDetails:
    """Assess a learner who waits after being withheld. Raises NotFound for any other."""
    place = claim.learners.get(learner)
    if place is None or place.standing is not ClaimStatus.UNSUBMITTED:
        raise NotFound(what="ineligible learner", name=f"{learner} in {claim.claim}")
    kept_back = [
        recorded.recorded_at
        for recorded in stream.history
        if isinstance(recorded.event, ClaimSubmitted)
        and learner in recorded.event.withheld
    ]
    facts = ClaimFacts.of(context, claim, today=today, learners=[learner])
    registration = facts.opened[place.registration][1]
    rules = rules_of(context, registration)
    grades = registration.grades_to_date(claim=claim.claim, typed=place.award.grades)
    has_achieved = any(rules.unit(unit).achieves(grades[unit]) for unit in grades)
    return IneligibleDetails(
        claim=claim,
        learner=open_learners(context, [learner], seen_by=claim.centre)[learner],
        place=place,
        registration=registration,
        rules=rules,
        kept_back_at=kept_back[-1],
        verdict=facts.judge(learner),
        grades_to_date=grades,
        own=registration.assess(claim=claim.claim, award=place.award, rules=rules),
        on_any=assess(rules, grades, award_type=AwardType.FULL),
        interim_now=facts.hindrance(learner) is None
        and has_achieved
        and place.award.award_type != AwardType.INTERIM,
    )
