"""What may be asked of a registration by itself: cancel, reopen, another pathway."""

from dataclasses import dataclass

from aggregates.cancellation import charge_stands, require_cancellable
from aggregates.errors import Malformed, RuleBroken
from aggregates.registration import Registration
from commands.claim import rules_of
from commands.command import Command, Desk, Done, handles, open_own
from commands.invoice import read_line
from commands.registration import active
from events.registration import RegistrationCancelled, RegistrationMade
from store import AlreadyReserved, Stream


class ReasonMissing(Malformed):
    message = "Say why: the reason is kept in the history of the registration."


class RegisteredAgain(RuleBroken):
    message = (
        "{learner} has been registered on {product} again since, so the earlier"
        " registration cannot be reopened."
    )


@dataclass(frozen=True, kw_only=True)
class CancelRegistration(Command):
    """Cancel a registration that nothing has come of, and say why (C1)."""

    registration: str
    reason: str


@dataclass(frozen=True, kw_only=True)
class ReopenRegistration(Command):
    """Make a completed registration Active again, and say why (M14)."""

    registration: str
    reason: str


@dataclass(frozen=True, kw_only=True)
class ChangePathway(Command):
    """Put a learner on another pathway, and say why (M11)."""

    registration: str
    pathway: str
    reason: str


@handles(CancelRegistration)
def cancel_registration(command: CancelRegistration, desk: Desk) -> Done:
    stream, registration = _open(command.registration, command, desk)
    require_said(command.reason)
    charged, line = read_line(command.registration, desk)
    require_cancellable(registration)
    cancelled = RegistrationCancelled(
        registration=registration.registration,
        invoice_status=line.status,
        charge_stands=charge_stands(line.status),
        person_id=stream.id,
        reason=command.reason.strip(),
    )
    change = stream.change([cancelled], release=active(registration))
    position = desk.store.append(change, by=command.by, unchanged=[charged])
    return Done(position=position, made=command.registration)


@handles(ReopenRegistration)
def reopen_registration(command: ReopenRegistration, desk: Desk) -> Done:
    stream, registration = _open(command.registration, command, desk)
    require_said(command.reason)
    reopened = registration.reopen(reason=command.reason.strip(), person_id=stream.id)
    change = stream.change(reopened, reserve=active(registration))
    try:
        position = desk.store.append(change, by=command.by)
    except AlreadyReserved as error:
        raise RegisteredAgain(
            learner=registration.learner, product=registration.product
        ) from error
    return Done(position=position, made=command.registration)


@handles(ChangePathway)
def change_pathway(command: ChangePathway, desk: Desk) -> Done:
    stream, registration = _open(command.registration, command, desk)
    require_said(command.reason)
    changed = registration.change_pathway(
        command.pathway,
        rules=rules_of(desk, registration),
        reason=command.reason.strip(),
        person_id=stream.id,
    )
    position = desk.store.append(stream.change(changed), by=command.by)
    return Done(position=position, made=command.registration)


def require_said(reason: str) -> None:
    """Raise ReasonMissing unless a reason is given."""
    if not reason.strip():
        raise ReasonMissing(pointer="/reason")


def _open(name: str, command: Command, desk: Desk) -> tuple[Stream, Registration]:
    stream = open_own(
        desk, name, begun_by=RegistrationMade, what="registration", command=command
    )
    return stream, Registration.replay(stream.events)
