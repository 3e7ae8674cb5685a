"""Commands on one registration: cancel, reopen, change pathway."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import ClassVar

from aggregates.claims.claim_status import ClaimStatus
from aggregates.errors import RuleBroken
from aggregates.reason import require_reason
from aggregates.registrations.cancellation import charge_stands, require_cancellable
from aggregates.registrations.registration import Registration
from commands.claims.claim import rules_of
from commands.claims.issued_certificates import holder_of, open_certificates
from commands.command import (
    Command,
    CommandContext,
    CommandResult,
    handles,
)
from commands.learners.erased_learners import require_none_erased
from commands.registrations.apprenticeship import reopened_parents
from commands.registrations.invoice import read_line
from commands.registrations.registration import active_reservation, read_active_key
from events.registrations.registration import RegistrationCancelled
from repositories.aggregate_types import CLAIM, LEARNER, REGISTRATION
from repositories.repository import load_known, load_many
from store import AlreadyReserved, Change


class RegisteredAgain(RuleBroken):
    code = "registered-again"
    message = (
        "{learner} has been registered on {product} again since, so the earlier"
        " registration cannot be reopened. Cancel the later registration first."
    )


class NotProcessedYet(RuleBroken):
    code = "not-processed-yet"
    message = (
        "{registration} cannot be reopened: {claim} is not processed yet. Ask the centre"
        " to withdraw {claim} for the learner, which makes the registration Active again."
    )


@dataclass(frozen=True, kw_only=True)
class CancelRegistration(Command):
    """Cancel a registration that has led to nothing, with a reason (C1)."""

    title: ClassVar = "cancel a registration"

    registration: str
    reason: str


@dataclass(frozen=True, kw_only=True)
class ReopenRegistration(Command):
    """Make a completed registration Active again, with a reason (M14)."""

    title: ClassVar = "reopen a registration"

    registration: str
    reason: str


@dataclass(frozen=True, kw_only=True)
class ChangePathway(Command):
    """Move a learner to another pathway, with a reason (M11)."""

    title: ClassVar = "change a pathway"

    registration: str
    pathway: str
    reason: str


@handles(CancelRegistration)
def cancel_registration(
    command: CancelRegistration, context: CommandContext
) -> CommandResult:
    stream, registration = context.load(REGISTRATION, command.registration, command)
    require_reason(command.reason)
    charged, line = read_line(command.registration, context)
    parts = load_many(REGISTRATION, registration.parts, store=context.store).values()
    every = [part for _, part in parts]
    processed = processed_claims(context, [registration, *every])
    require_cancellable(registration, every, processed=processed)
    changes = []
    for at, each in ((stream, registration), *parts):
        cancelled = RegistrationCancelled(
            registration=each.registration,
            invoice_status=line.status,
            charge_stands=charge_stands(line.status),
            person_id=at.id,
            reason=command.reason.strip(),
        )
        changes.append(at.change([cancelled], release=active_reservation(each)))
    return context.record(
        command, *changes, created_id=command.registration, unchanged=[charged]
    )


def processed_claims(
    context: CommandContext, registrations: Iterable[Registration]
) -> set[str]:
    """Return the claims whose awards are certified, which cannot be withdrawn."""
    awarded = {(claim, each.learner) for each in registrations for claim in each.awards}
    opened = load_many(CLAIM, [claim for claim, _ in awarded], store=context.store)
    return {
        claim
        for claim, learner in awarded
        if opened[claim][1].learners[learner].standing is ClaimStatus.PROCESSED
    }


@handles(ReopenRegistration)
def reopen_registration(
    command: ReopenRegistration, context: CommandContext
) -> CommandResult:
    """Reopen it; the certificate that completed it is no longer in force (M14)."""
    stream, registration = context.load(REGISTRATION, command.registration, command)
    require_reason(command.reason)
    require_none_erased(context, [registration.learner])
    reason = command.reason.strip()
    reopened = registration.reopen(reason=reason, person_id=stream.id)
    change = stream.change(reopened, reserve=active_reservation(registration))
    parent = {registration.parent: registration} if registration.parent else {}
    try:
        position = context.store.append(
            change,
            *reopened_parents(context, parent),
            *_certificates_ended(context, registration, reason),
            by=command.by,
        )
    except AlreadyReserved as error:
        learner, product = read_active_key(error.held.key)
        raise RegisteredAgain(learner=learner, product=product) from error
    return CommandResult(position=position, created_id=command.registration)


def _certificates_ended(
    context: CommandContext, registration: Registration, reason: str
) -> Iterator[Change]:
    """Take the certificate of the completing award out of force.

    Raises NotProcessedYet if there is no certificate yet: the claim can still be withdrawn.
    """
    claims = [
        load_known(CLAIM, award.claim, store=context.store)[1]
        for award in registration.awards.values()
        if award == registration.completion
    ]
    for claim in claims:
        if claim.learners[registration.learner].standing is not ClaimStatus.PROCESSED:
            raise NotProcessedYet(
                registration=registration.registration, claim=claim.claim
            )
    _, learner = load_known(LEARNER, registration.learner, store=context.store)
    opened = open_certificates(context, registration.learner, claims)
    for number, (at, certificate) in opened.items():
        holder = holder_of(learner, certificate=number)
        yield at.change(
            certificate.end_by_reopening(reason=reason, person_id=holder.person_id)
        )


@handles(ChangePathway)
def change_pathway(command: ChangePathway, context: CommandContext) -> CommandResult:
    stream, registration = context.load(REGISTRATION, command.registration, command)
    require_reason(command.reason)
    require_none_erased(context, [registration.learner])
    registration.require_single("have another pathway")
    changed = registration.change_pathway(
        command.pathway,
        rules=rules_of(context, registration),
        reason=command.reason.strip(),
        person_id=stream.id,
    )
    return context.record(
        command, stream.change(changed), created_id=command.registration
    )
