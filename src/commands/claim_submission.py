"""What may be asked of a claim once it is put together: submit, withdraw, process."""

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from uuid import UUID

from aggregates.certificate import Certificate
from aggregates.claim import Claim
from aggregates.claim_refusals import ClaimHasMoved, RegisteredMeanwhile
from aggregates.claimable import Approved, approved_for, on_facts, require
from aggregates.london import in_london
from aggregates.registration import COMPLETING, Registration
from aggregates.standing import Place, Standing
from commands.apprenticeship import completed_parents, reopened_parents
from commands.claim import changed_outcomes, open_claim, open_registrations, rules_of
from commands.command import Command, Desk, Done, handles
from commands.erasure import require_none_erased
from commands.registration import active, approvals_of, named_in
from events.claim import ClaimSubmitted, Granted, Why, Withheld
from events.identifier import Kind, stream_of
from events.registration import AwardClaimed
from store import AlreadyReserved, Change, Conflict, Recorded, Stream

PATIENCE = 3
"""How often a registration may move before its learner is set aside, not the claim."""


@dataclass(frozen=True, kw_only=True)
class SubmitClaim(Command):
    """Assess everybody who waits, and submit those who are eligible (M10)."""

    claim: str


@dataclass(frozen=True, kw_only=True)
class WithdrawClaim(Command):
    """Take a submitted claim back, whole or for one learner, and say why (M16)."""

    claim: str
    reason: str
    learner: str | None = None


@dataclass(frozen=True, kw_only=True)
class ProcessClaim(Command):
    """Issue the certificates of those submitted at that moment or before (M13)."""

    claim: str
    submitted_by: datetime


@dataclass(kw_only=True)
class Meanwhile:
    """What others did to registrations while a claim on them was being submitted."""

    moves: Counter[UUID] = field(default_factory=Counter)
    aside: dict[UUID, Why] = field(default_factory=dict)
    parts: dict[UUID, UUID] = field(default_factory=dict)
    """Which registration of the claim a parent was looked at for (O7)."""

    def note(self, conflict: Conflict) -> None:
        """Set a learner aside whom others claimed, or who will not keep still (M15)."""
        at = self.parts.get(conflict.stream, conflict.stream)
        self.moves[at] += 1
        if self.moves[at] >= PATIENCE:
            self.aside[at] = busy_with(conflict.between)
        for recorded in conflict.between:
            if isinstance(recorded.event, AwardClaimed):
                self.aside[at] = claimed_by(recorded, recorded.event)


@handles(SubmitClaim)
def submit_claim(command: SubmitClaim, desk: Desk) -> Done:
    """Submit the claim as it stands; a registration that moves is looked at again.

    A learner whom somebody else claimed meanwhile is kept back, with whom named; the
    others go through. When the claim itself moves: raises ClaimHasMoved, or Conflict if
    the person said which version they had looked at.
    """
    stream, claim = open_claim(command.claim, command, desk)
    meanwhile = Meanwhile()
    centre = stream_of(f"centre:{claim.centre}")
    while True:
        try:
            return _submit(command, desk, stream, claim, meanwhile)
        except Conflict as conflict:
            if conflict.stream == stream.id:
                if command.expect is not None or not conflict.between:
                    raise
                last = conflict.between[-1]
                raise ClaimHasMoved(
                    user=last.user, role=last.role, claim=claim.claim
                ) from conflict
            if conflict.stream != centre:
                meanwhile.note(conflict)


def _submit(
    command: SubmitClaim,
    desk: Desk,
    stream: Stream,
    claim: Claim,
    meanwhile: Meanwhile,
) -> Done:
    claim.require_submittable(today=command.today)
    require_none_erased(desk, claim.waiting)
    rules = desk.catalogue.qualification(claim.qualification or "")
    centre, approvals = approvals_of(desk, claim.centre)
    approved = approved_for(desk.catalogue, rules.reference, approvals)
    require(
        on_facts(rules, approved=approved, today=command.today),
        title=rules.title,
        pointer="/qualification",
    )
    names = [place.registration for place in claim.waiting.values()]
    opened = open_registrations(desk, names, seen_by=claim.centre)
    verdicts: dict[str, Granted | Withheld] = {}
    unchanged, changes = [centre], []
    completed: dict[str, Registration] = {}
    for who, place in claim.waiting.items():
        at, registration = opened[place.registration]
        aside = (
            why_aside(at, registration, meanwhile.aside, approved)
            if at.owner == claim.centre
            else TRANSFERRED
        )
        verdict = judge(desk, claim, place, registration, aside)
        verdicts[who] = verdict
        if isinstance(verdict, Granted):
            awarded = registration.claim_award(claim=claim.claim, granted=verdict)
            is_over = verdict.award_type in COMPLETING
            release = active(registration) if is_over else ()
            changes.append(at.change(awarded, release=release))
            if is_over and registration.parent is not None:
                completed[registration.parent] = registration
                meanwhile.parts[stream_of(registration.parent)] = at.id
        elif at.id not in meanwhile.aside:
            unchanged.append(at)
    changes += completed_parents(desk, completed)
    submitted = stream.change(claim.submit(verdicts))
    position = desk.store.append(
        submitted, *changes, by=command.by, unchanged=unchanged
    )
    return Done(position=position, made=claim.claim)


def why_aside(
    at: Stream,
    registration: Registration,
    aside: Mapping[UUID, Why],
    approved: Approved,
) -> Why | None:
    """Say why a learner is set aside, whatever they achieved, if they are."""
    if at.id in aside:
        return aside[at.id]
    done = registration.completion
    if done is not None:
        return claimed_by(next(r for r in at.history if r.event == done), done)
    if registration.is_cancelled:
        return CANCELLED
    if not approved.covers(registration.apprenticeship):
        return not_approved(registration)
    return None


def judge(
    desk: Desk,
    claim: Claim,
    place: Place,
    registration: Registration,
    why: Why | None,
) -> Granted | Withheld:
    """Decide on one learner: eligible, not eligible, or set aside for that reason."""
    if why is not None:
        return registration.withhold(
            claim=claim.claim, award=place.award, reasons=(why,)
        )
    return registration.judge(
        claim=claim.claim, award=place.award, rules=rules_of(desk, registration)
    )


CANCELLED = Why(
    code="registration-cancelled",
    message="The learner's registration was cancelled. Take the learner out of the claim.",
)


TRANSFERRED = Why(
    code="learner-transferred",
    message=(
        "The learner was transferred to another centre. Take the learner out of the"
        " claim."
    ),
)


def claimed_by(recorded: Recorded, award: AwardClaimed) -> Why:
    """Name who claimed for the learner, what, by which claim and when (M15)."""
    when = in_london(recorded.recorded_at)
    return Why(
        code="claimed-by-another",
        message=(
            f"{recorded.user} ({recorded.role}) claimed the {award.award_type} award "
            f"for this learner by {award.claim} on {when}. Look at that claim first."
        ),
    )


def busy_with(between: tuple[Recorded, ...]) -> Why:
    """Name who kept changing the registration."""
    who = f"{between[-1].user} ({between[-1].role})" if between else "Somebody"
    return Why(
        code="changed-by-another",
        message=(
            f"{who} was changing this learner's registration at the same moment. "
            "Submit the claim again."
        ),
    )


def not_approved(registration: Registration) -> Why:
    """Say that an approval was withdrawn since the learner was chosen (M2, O7)."""
    product = registration.apprenticeship or registration.product
    return Why(
        code="not-approved",
        message=(
            f"The centre is not approved for {product} any more, by which this learner "
            "was registered. Ask an Account Specialist."
        ),
    )


@handles(WithdrawClaim)
def withdraw_claim(command: WithdrawClaim, desk: Desk) -> Done:
    stream, claim = open_claim(command.claim, command, desk)
    withdrawn = claim.withdraw(
        reason=command.reason, learner=command.learner, person_id=stream.id
    )
    after = claim.after(withdrawn)
    outcomes = {c.stream: c for c in changed_outcomes(desk, claim, after)}
    taken_back = [
        place.registration
        for who, place in claim.learners.items()
        if place.standing is Standing.SUBMITTED
        and after.learners[who].standing is Standing.WITHDRAWN
    ]
    reopened: dict[str, Registration] = {}
    for at, registration in open_registrations(desk, taken_back).values():
        done = registration.completion
        is_over = done is not None and done.claim == claim.claim
        if is_over and registration.parent is not None:
            reopened[registration.parent] = registration
        grades = outcomes.pop(at.id, None)
        outcomes[at.id] = at.change(
            [
                *registration.withdraw_award(claim=claim.claim),
                *(grades.events if grades else ()),
            ],
            reserve=active(registration) if is_over else (),
        )
    try:
        position = desk.store.append(
            stream.change(withdrawn),
            *outcomes.values(),
            *reopened_parents(desk, reopened),
            by=command.by,
        )
    except AlreadyReserved as error:
        learner, product = named_in(error.held.key)
        raise RegisteredMeanwhile(learner=learner, qualification=product) from error
    return Done(position=position, made=claim.claim)


@handles(ProcessClaim)
def process_claim(command: ProcessClaim, desk: Desk) -> Done:
    stream, claim = open_claim(command.claim, command, desk)
    due = submitted_by(stream, command.submitted_by)
    certificates: dict[str, str] = {}
    issued: list[Change] = []
    for who, place in claim.learners.items():
        granted = place.granted
        if place.standing is Standing.SUBMITTED and granted and who in due:
            certificates[who] = desk.new_identifier(Kind.CERTIFICATE)
            events = Certificate.issue(
                certificate=certificates[who],
                claim=claim.claim,
                learner=who,
                centre=claim.centre,
                granted=granted,
                rules=desk.catalogue.qualification(
                    claim.qualification or "", version=granted.rules_version
                ),
            )
            issued.append(
                Change(
                    stream=stream_of(certificates[who]),
                    expected=0,
                    events=tuple(events),
                    owner=claim.centre,
                )
            )
    processed = stream.change(claim.process(certificates))
    position = desk.store.append(processed, *issued, by=command.by)
    return Done(position=position, made=claim.claim)


def submitted_by(stream: Stream, moment: datetime) -> set[str]:
    """Find the learners of a claim whose last submission was then or before."""
    last: dict[str, datetime] = {}
    for recorded in stream.history:
        if isinstance(recorded.event, ClaimSubmitted):
            last |= dict.fromkeys(recorded.event.granted, recorded.recorded_at)
    return {who for who, at in last.items() if at <= moment}
