"""Transferring a learner to another centre (L6)."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import ClassVar

from aggregates.claims.claim import Claim
from aggregates.learners.in_flight import claims_on
from aggregates.learners.learner import Learner
from aggregates.learners.transfer import UlnIsHeldThere, require_transferable
from aggregates.registrations.registration import Registration
from commands.claims.issued_certificates import open_certificates
from commands.command import Command, CommandContext, CommandResult, handles
from commands.learners.learner import holders, reserved_uln
from commands.learners.same_person import (
    likeness_holders,
    person_reservations,
    reserved_person,
)
from commands.registrations.registration import registers_of
from repositories.aggregate_types import (
    CENTRE,
    CLAIM,
    GROUP_USES,
    LEARNER,
    REGISTRATION,
)
from repositories.repository import load, load_known, load_many
from store import AlreadyReserved, Change, Conflict, Stream


@dataclass(frozen=True, kw_only=True)
class TransferLearner(Command):
    """Move a learner to another centre with everything recorded, with a reason."""

    title: ClassVar = "transfer a learner"

    learner: str
    centre: str
    reason: str


@handles(TransferLearner)
def transfer_learner(
    command: TransferLearner, context: CommandContext
) -> CommandResult:
    """Move the learner with registrations and certificates in one append (L6)."""
    stream, learner = context.load(LEARNER, command.learner, command)
    transferred = learner.transfer(command.centre, reason=command.reason)
    there, to_centre = load(
        CENTRE, command.centre, store=context.store, reader=command.by
    )
    registers = registers_of(context, [learner.learner], centre=learner.centre)
    entered, register = registers[learner.learner]
    registered = list(
        load_many(REGISTRATION, register.registrations, store=context.store).values()
    )
    registrations = [registration for _, registration in registered]
    claims = _claims(context, registrations)
    require_transferable(
        learner.learner,
        registrations,
        claims={claim.claim: claim for _, claim in claims},
        centre=command.centre,
        approvals=to_centre.approvals,
    )
    to, likeness = command.centre, learner.details.likeness
    is_first = likeness not in likeness_holders(context.store, to, [likeness])
    changes = [
        stream.change(
            transferred,
            owner=to,
            release=[
                *reserved_uln(context.store, learner.centre, learner.details.uln),
                *person_reservations(context.store, [learner])[learner.learner],
            ],
            reserve=[
                *reserved_uln(context.store, to, learner.details.uln),
                *([reserved_person(context.store, to, likeness)] if is_first else ()),
            ],
        ),
        entered.change(register.move(to), owner=to),
        *(at.change(each.transfer(to), owner=to) for at, each in registered),
        *(
            at.change(each.transfer(to), owner=to)
            for at, each in open_certificates(
                context, learner.learner, [claim for _, claim in claims]
            ).values()
        ),
        *_group_used(context, learner),
    ]
    try:
        position = context.store.append(
            *changes,
            by=command.by,
            unchanged=[there, *(at for at, _ in claims)],
        )
    except AlreadyReserved as taken:
        _require_free(context, learner, to)
        raise Conflict(taken.held.stream, ()) from None
    return CommandResult(position=position, created_id=command.learner)


def _claims(
    context: CommandContext, registrations: Iterable[Registration]
) -> list[tuple[Stream, Claim]]:
    """Load the claims that the registrations mention."""
    names = sorted({name for each in registrations for name in claims_on(each)})
    return [*load_many(CLAIM, names, store=context.store).values()]


def _group_used(context: CommandContext, learner: Learner) -> list[Change]:
    """Record the transfer on the learner's group: it cannot be undone now (U11)."""
    if learner.group is None:
        return []
    stream, uses = load_known(GROUP_USES, learner.group, store=context.store)
    return [stream.change(uses.use(f"the transfer of {learner.learner}"))]


def _require_free(context: CommandContext, learner: Learner, centre: str) -> None:
    """Raise UlnIsHeldThere if a learner of that centre has the ULN (U6)."""
    uln = learner.details.uln or ""
    for other in holders(context.store, centre, [uln]).values():
        raise UlnIsHeldThere(path=("centre",), other=other, centre=centre, uln=uln)
