"""The commands on a certificate: record a printing, reissue it, revoke it."""

from dataclasses import dataclass
from typing import ClassVar

from aggregates.claims.certificate import Certificate
from aggregates.errors import raise_all
from aggregates.learners.learner import Learner
from aggregates.reason import require_reason
from commands.claims.issued_certificates import (
    as_issued,
    holder_of,
    in_place_of,
    reliances,
)
from commands.command import (
    Command,
    CommandContext,
    CommandResult,
    handles,
)
from commands.learners.erased_learners import require_none_erased
from events.identifier import Kind, stream_of
from repositories.aggregate_types import CERTIFICATE, LEARNER, REGISTRATION
from repositories.repository import load_known
from store import Stream


@dataclass(frozen=True, kw_only=True)
class RecordPrinting(Command):
    """Record that a certificate has been printed (M13)."""

    title: ClassVar = "record a printing"

    certificate: str


@dataclass(frozen=True, kw_only=True)
class ReissueCertificate(Command):
    """Issue another certificate in place of this one, with a reason (M13)."""

    title: ClassVar = "reissue a certificate"

    certificate: str
    reason: str


@dataclass(frozen=True, kw_only=True)
class RevokeCertificate(Command):
    """Revoke a certificate without issuing another, with a reason (M18)."""

    title: ClassVar = "revoke a certificate"

    certificate: str
    reason: str


@handles(RecordPrinting)
def record_printing(command: RecordPrinting, context: CommandContext) -> CommandResult:
    stream, certificate = context.load(CERTIFICATE, command.certificate, command)
    require_none_erased(context, [certificate.issued.learner])
    printed = certificate.record_printing(in_place=in_place_of(context, certificate))
    return context.record(
        command, stream.change(printed), created_id=command.certificate
    )


@handles(ReissueCertificate)
def reissue_certificate(
    command: ReissueCertificate, context: CommandContext
) -> CommandResult:
    stream, certificate = context.load(CERTIFICATE, command.certificate, command)
    require_reason(command.reason)
    learner = _learner_of(context, certificate)
    learner.require_not_erased()
    number = context.new_identifier(Kind.CERTIFICATE)
    superseded, issued = certificate.reissue(
        certificate=number,
        reason=command.reason.strip(),
        holder=holder_of(learner, certificate=number),
        as_issued=as_issued(context, stream),
        in_place=in_place_of(context, certificate),
    )
    reissued = Stream(id=stream_of(number)).change(issued, owner=stream.owner)
    return context.record(
        command, stream.change(superseded), reissued, created_id=number
    )


@handles(RevokeCertificate)
def revoke_certificate(
    command: RevokeCertificate, context: CommandContext
) -> CommandResult:
    """Revoke a certificate; the grades of its award no longer count (M18).

    Raises AwardIsReliedOn if a later claim counts them: the later award must be revoked
    or withdrawn first.
    """
    stream, certificate = context.load(CERTIFICATE, command.certificate, command)
    require_reason(command.reason)
    issued = certificate.issued
    holder = holder_of(
        _learner_of(context, certificate), certificate=issued.certificate
    )
    revoked = certificate.revoke(
        reason=command.reason.strip(),
        person_id=holder.person_id,
        in_place=in_place_of(context, certificate),
    )
    registration_stream, registration = load_known(
        REGISTRATION, issued.registration, store=context.store
    )
    what = f"{issued.certificate} cannot be revoked"
    raise_all(reliances(context, registration, issued.claim, what=what))
    position = context.store.append(
        stream.change(revoked),
        registration_stream.change(registration.revoke_award(claim=issued.claim)),
        by=command.by,
    )
    return CommandResult(position=position, created_id=command.certificate)


def _learner_of(context: CommandContext, certificate: Certificate) -> Learner:
    return load_known(LEARNER, certificate.issued.learner, store=context.store)[1]
