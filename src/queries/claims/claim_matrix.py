"""A claim's learners by units: what counts, what is needed, and the progress of each rule."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from aggregates.claims.claim import Claim
from aggregates.learners.learner import Learner
from catalogue import AwardType, Pathway, PathwayAssessment, Qualification, Unit, assess
from catalogue.rule import Rule
from commands.claims.claim import rules_of
from commands.claims.claim_assessment import ClaimFacts
from commands.command import CommandContext
from events.claims.claim import Granted, Withheld
from queries.learners.learners import open_learners


@dataclass(frozen=True, kw_only=True)
class RuleProgress:
    """The progress towards a rule's minimum: ``have`` of ``need``, in units or credits."""

    sentence: str
    have: int
    need: int
    word: str


@dataclass(frozen=True, kw_only=True)
class LearnerInMatrix:
    """A learner's verdict, grades and unit statuses on their registered pathway.

    ``fitting`` are the other pathways that the grades meet. ``interim_now``: an Interim
    award could be claimed instead.
    """

    learner: Learner
    registration: str
    rules: Qualification
    pathway: PathwayAssessment
    verdict: Granted | Withheld
    progress: Sequence[RuleProgress]
    grades: Mapping[str, str]
    statuses: Mapping[str, str]
    fitting: Sequence[Pathway]
    interim_now: bool

    @property
    def is_eligible(self) -> bool:
        return isinstance(self.verdict, Granted)


def rule_progress(assessed: PathwayAssessment) -> list[RuleProgress]:
    """Return the progress of each rule that has a minimum of units or credits."""
    counted = {e.reference: e.credits for e in assessed.units if e.status == "counts"}
    found = []
    for place, rule in enumerate(assessed.pathway.rules):
        measured = _minimum_of(rule)
        if measured is None:
            continue
        word, need = measured
        mine = [
            counted[unit.reference] for unit in rule.covers if unit.reference in counted
        ]
        have = sum(mine) if word == "credit" else len(mine)
        said = (
            why.achieved
            for why in assessed.reasons
            if why.rule == place and why.required == need and why.achieved is not None
        )
        have = next(said, have)
        found.append(
            RuleProgress(sentence=rule.sentence, have=have, need=need, word=word)
        )
    return found


def _minimum_of(rule: Rule) -> tuple[str, int] | None:
    """Return a rule's minimum, as a word and an amount; None if it has none."""
    if rule.minimum_credits is not None:
        return "credit", rule.minimum_credits
    if rule.minimum_units is not None:
        return "unit", rule.minimum_units
    if rule.all_units:
        return "unit", len(rule.classes)
    return None


@dataclass(frozen=True, kw_only=True)
class ClaimMatrix:
    """The waiting learners, and the units that any of them has or needs, by group."""

    units: Sequence[Unit]
    learners: Sequence[LearnerInMatrix]

    @property
    def groups(self) -> Sequence[tuple[str, int]]:
        """Each group with the number of its units, in order."""
        names = dict.fromkeys(unit.group for unit in self.units)
        return [(n, sum(unit.group == n for unit in self.units)) for n in names]


def claim_matrix(context: CommandContext, claim: Claim, today: date) -> ClaimMatrix:
    """Assess every learner who waits to be submitted, on their registered pathway."""
    facts = ClaimFacts.of(context, claim, today=today, learners=claim.waiting)
    people = open_learners(context, claim.waiting, seen_by=claim.centre)
    learners = [_learner(facts, who, people[who]) for who in claim.waiting]
    wanted = {u for each in learners for u in (*each.grades, *each.statuses)}
    wanted |= {*claim.units}
    units = {
        unit.reference: unit
        for each in learners
        for unit in each.rules.units
        if unit.reference in wanted
    }
    ordered = sorted(units.values(), key=lambda unit: (unit.group, unit.number))
    return ClaimMatrix(units=ordered, learners=learners)


def _learner(facts: ClaimFacts, who: str, learner: Learner) -> LearnerInMatrix:
    claim = facts.claim
    place = claim.learners[who]
    registration = facts.opened[place.registration][1]
    rules = rules_of(facts.context, registration)
    grades = registration.grades_to_date(claim=claim.claim, typed=place.award.grades)
    own = assess(rules, grades, pathway=registration.pathway).pathways[0]
    others = () if own.is_met else assess(rules, grades).pathways
    has_achieved = any(rules.unit(unit).achieves(grades[unit]) for unit in grades)
    return LearnerInMatrix(
        learner=learner,
        registration=place.registration,
        rules=rules,
        pathway=own,
        verdict=facts.judge(who),
        progress=() if own.is_met else rule_progress(own),
        grades=grades,
        statuses={each.reference: each.status for each in own.units},
        fitting=[e.pathway for e in others if e.is_met and e.code != own.code],
        interim_now=has_achieved
        and facts.hindrance(who) is None
        and place.award.award_type != AwardType.INTERIM,
    )
