"""Commands on a claim while it is put together, in four stages (M1)."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from typing import ClassVar

from aggregates.claims.claim import Claim
from aggregates.claims.claim_refusals import (
    ApprenticeshipNotClaimable,
    UnknownQualification,
)
from aggregates.claims.claim_state import Later
from aggregates.claims.claimable import approved_for, offered_units, on_facts, require
from aggregates.registrations.register import LearnerHasLeft
from aggregates.registrations.registration import Registration
from aggregates.registrations.registration_state import Status
from catalogue import Qualification
from commands.command import Command, CommandContext, CommandResult, Decisions, handles
from commands.learners.erased_learners import require_none_erased
from commands.registrations.registration import (
    ACTIVE_REGISTRATION,
    active_key,
    approvals_of,
    last_registrations,
)
from events.claims.claim import Award, ClaimBegun
from events.identifier import Kind
from repositories.aggregate_types import CLAIM, REGISTRATION
from repositories.repository import load_many
from store import Change, Stream


@dataclass(frozen=True, kw_only=True)
class ClaimCommand(Command):
    """A command on a claim that exists."""

    claim: str


@dataclass(frozen=True, kw_only=True)
class BeginClaim(Command):
    """Begin a claim with any of its stages; None leaves a stage for later."""

    title: ClassVar = "begin a claim"

    qualification: str | None = None
    units: tuple[str, ...] | None = None
    learners: tuple[str, ...] | None = None
    awards: Mapping[str, Award] | None = None


@dataclass(frozen=True, kw_only=True)
class ChooseClaimQualification(ClaimCommand):
    """Stage 1: choose the qualification."""

    title: ClassVar = "choose a claim qualification"

    qualification: str
    confirm_loss: bool = False


@dataclass(frozen=True, kw_only=True)
class ChooseClaimUnits(ClaimCommand):
    """Stage 2: choose the internally assessed units that the learners have achieved."""

    title: ClassVar = "choose claim units"

    units: tuple[str, ...]
    confirm_loss: bool = False


@dataclass(frozen=True, kw_only=True)
class ChooseClaimLearners(ClaimCommand):
    """Stage 3: choose the learners."""

    title: ClassVar = "choose claim learners"

    learners: tuple[str, ...]
    confirm_loss: bool = False


@dataclass(frozen=True, kw_only=True)
class SaveClaimGrades(ClaimCommand):
    """Stage 4: save award type, award date and grades of these learners.

    ``left_out`` are the parts of each award that the request does not mention.
    """

    title: ClassVar = "save claim grades"

    awards: Mapping[str, Award]
    left_out: Mapping[str, Collection[str]] = field(default_factory=dict)
    confirm_loss: bool = False


@dataclass(frozen=True, kw_only=True)
class DeleteClaim(ClaimCommand):
    """Delete a claim in which no learner was submitted."""

    title: ClassVar = "delete a claim"


def record(
    command: ClaimCommand,
    context: CommandContext,
    stream: Stream,
    claim: Claim,
    events: Sequence[Later],
) -> CommandResult:
    """Append the events, and the changes that they make to each registration."""
    outcomes = changed_outcomes(context, claim, claim.after(events))
    return context.record(
        command, stream.change(events), *outcomes, created_id=claim.claim
    )


DECISIONS = Decisions(CLAIM, "claim", record)


@handles(BeginClaim)
def begin_claim(command: BeginClaim, context: CommandContext) -> CommandResult:
    name = context.new_identifier(Kind.CLAIM)
    begun = ClaimBegun(claim=name, centre=command.by.centre or "")
    claim = Claim.begin(replace(begun, claim=""))
    events: list[Later] = []
    if command.qualification is not None:
        events += choose_qualification(
            claim, command.qualification, context=context, today=command.today
        )
    if command.units is not None:
        events += choose_units(claim.after(events), command.units, context=context)
    if command.learners is not None:
        events += choose_learners(
            claim.after(events), command.learners, context=context
        )
    if command.awards is not None:
        events += save_grades(
            claim.after(events), command.awards, context=context, today=command.today
        )
    claim = Claim.begin(begun)
    outcomes = changed_outcomes(context, claim, claim.after(events))
    change = CLAIM.new(name).change([begun, *events], owner=command.by.centre)
    return context.record(command, change, *outcomes, created_id=name)


@DECISIONS.decide(ChooseClaimQualification)
def choose_claim_qualification(
    command: ChooseClaimQualification, claim: Claim, context: CommandContext
) -> Sequence[Later]:
    return choose_qualification(
        claim,
        command.qualification,
        context=context,
        today=command.today,
        confirm_loss=command.confirm_loss,
    )


@DECISIONS.decide(ChooseClaimUnits)
def choose_claim_units(
    command: ChooseClaimUnits, claim: Claim, context: CommandContext
) -> Sequence[Later]:
    return choose_units(
        claim, command.units, context=context, confirm_loss=command.confirm_loss
    )


@DECISIONS.decide(ChooseClaimLearners)
def choose_claim_learners(
    command: ChooseClaimLearners, claim: Claim, context: CommandContext
) -> Sequence[Later]:
    return choose_learners(
        claim, command.learners, context=context, confirm_loss=command.confirm_loss
    )


@DECISIONS.decide(SaveClaimGrades)
def save_claim_grades(
    command: SaveClaimGrades, claim: Claim, context: CommandContext
) -> Sequence[Later]:
    return save_grades(
        claim,
        command.awards,
        context=context,
        today=command.today,
        left_out=command.left_out,
        confirm_loss=command.confirm_loss,
    )


@DECISIONS.decide(DeleteClaim)
def delete_claim(_: DeleteClaim, claim: Claim, __: CommandContext) -> Sequence[Later]:
    return claim.delete()


def changed_outcomes(
    context: CommandContext, before: Claim, after: Claim
) -> list[Change]:
    """Record on each registration the grades that the claim now has for it (M10).

    Raises LearnerHasLeft if grades are added for a learner of another centre (L6). Grades
    may be removed there; a cancelled registration keeps none.
    """
    then, now = before.outcomes, after.outcomes
    moved = {r for r in {**then, **now} if then.get(r) != now.get(r)}
    changes = []
    for name, (stream, registration) in load_many(
        REGISTRATION, sorted(moved), store=context.store
    ).items():
        grades = now.get(name, {})
        recorded = registration.record_outcomes(claim=after.claim, grades=grades)
        is_more = bool(grades.items() - then.get(name, {}).items())
        if stream.owner != after.centre and (is_more or recorded):
            raise LearnerHasLeft(path=("awards",), learner=registration.learner)
        changes.append(stream.change(recorded))
    return changes


def choose_qualification(
    claim: Claim,
    reference: str,
    *,
    context: CommandContext,
    today: date,
    confirm_loss: bool = False,
) -> list[Later]:
    """Decide stage 1 (M2); stage 3 requires the Active registrations."""
    qualification = context.catalogue.qualifications.get(reference)
    if apprenticeship := context.catalogue.apprenticeships.get(reference):
        raise ApprenticeshipNotClaimable(
            path=("qualification",),
            title=apprenticeship.title,
            qualifications=", ".join(apprenticeship.qualifications),
        )
    if qualification is None:
        raise UnknownQualification(path=("qualification",), qualification=reference)
    approvals = approvals_of(context, claim.centre)[1]
    approved = approved_for(context.catalogue, reference, approvals)
    require(
        on_facts(qualification, approved=approved, today=today),
        title=qualification.title,
        path=("qualification",),
    )
    offered = {o.unit.reference for o in offered_units(context.catalogue, reference)}
    return [
        *claim.choose_qualification(
            reference, offered=offered, confirm_loss=confirm_loss
        )
    ]


def choose_units(
    claim: Claim,
    units: Sequence[str],
    *,
    context: CommandContext,
    confirm_loss: bool = False,
) -> list[Later]:
    """Decide stage 2 (M3)."""
    offered = (
        {
            o.unit.reference
            for o in offered_units(context.catalogue, claim.qualification)
        }
        if claim.qualification
        else set()
    )
    return [*claim.choose_units(units, offered=offered, confirm_loss=confirm_loss)]


def choose_learners(
    claim: Claim,
    learners: Sequence[str],
    *,
    context: CommandContext,
    confirm_loss: bool = False,
) -> list[Later]:
    """Decide stage 3 (M4): each learner must have an Active registration at this centre.

    The centre must be approved for the qualification or for the learner's apprenticeship
    (O7).
    """
    new = [who for who in learners if who not in claim.submitted_registrations]
    require_none_erased(context, new, path=("learners",))
    qualification = claim.qualification or ""
    approvals = approvals_of(context, claim.centre)[1]
    approved = approved_for(context.catalogue, qualification, approvals)
    keys = {who: active_key(who, qualification) for who in learners}
    held = context.store.find_reservations(ACTIVE_REGISTRATION, keys.values())
    opened = context.store.open_many(h.stream for h in held.values())
    found: dict[str, str | None] = dict.fromkeys(learners)
    for who, key in keys.items():
        if key in held:
            registration = REGISTRATION.replay(opened[held[key].stream])
            is_theirs = registration.centre == claim.centre and approved.covers(
                registration.apprenticeship
            )
            if is_theirs and registration.status is Status.ACTIVE:
                found[who] = registration.registration
    lacking = [
        who
        for who in found
        if found[who] is None and who not in claim.submitted_registrations
    ]
    last = last_registrations(context, lacking, qualification, centre=claim.centre)
    return [*claim.choose_learners(found, last=last, confirm_loss=confirm_loss)]


def save_grades(
    claim: Claim,
    awards: Mapping[str, Award],
    *,
    context: CommandContext,
    today: date,
    left_out: Mapping[str, Collection[str]] | None = None,
    confirm_loss: bool = False,
) -> list[Later]:
    """Decide stage 4 (M5, M6), each learner by the rules of their registration."""
    named = {who: place for who, place in claim.learners.items() if who in awards}
    opened = load_many(
        REGISTRATION, {p.registration for p in named.values()}, store=context.store
    )
    rules = {
        who: rules_of(context, opened[place.registration][1])
        for who, place in named.items()
    }
    return [
        *claim.save_grades(
            awards,
            rules=rules,
            today=today,
            left_out=left_out,
            confirm_loss=confirm_loss,
        )
    ]


def rules_of(context: CommandContext, registration: Registration) -> Qualification:
    """Return the version of the rules under which the learner was registered."""
    return context.catalogue.qualification(
        registration.product, version=registration.rules_version
    )
