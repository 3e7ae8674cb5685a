"""What orders and claims ask of registrations and of the centre that they are at."""

from collections.abc import Iterable, Mapping, Sequence

from aggregates.registrations.register import Register
from aggregates.registrations.registration import Registration
from aggregates.registrations.registration_state import Status
from commands.command import CommandContext
from repositories.aggregate_types import CENTRE, REGISTER, REGISTRATION
from repositories.repository import find, load_many
from store import Change, Reservation, Stream

ACTIVE_REGISTRATION = "active-registration"
"""The scope under which a learner holds the one Active registration on a product."""


def active_key(learner: str, product: str) -> str:
    """Name what one Active registration on a product is reserved by (O6)."""
    return f"{learner}:{product}"


def named_in(key: str) -> tuple[str, str]:
    """Give the learner and the product that are named in such a key."""
    learner, _, product = key.partition(":")
    return learner, product


def active(registration: Registration) -> tuple[Reservation, ...]:
    """Say what an Active registration holds (O6)."""
    key = active_key(registration.learner, registration.product)
    return (Reservation(scope=ACTIVE_REGISTRATION, key=key),)


def approvals_of(context: CommandContext, centre: str) -> tuple[Stream, frozenset[str]]:
    """Open a centre and say what it is approved for."""
    stream, there = find(CENTRE, centre, store=context.store)
    return stream, there.approvals if there else frozenset()


def registers_of(
    context: CommandContext, learners: Iterable[str], *, centre: str
) -> dict[str, tuple[Stream, Register]]:
    """Open the registers of learners; an empty one is that of a learner of the centre."""
    learners = list(learners)
    kept = load_many(REGISTER, learners, store=context.store)
    return {
        who: kept.get(who) or (REGISTER.new(who), Register.of(who, centre))
        for who in learners
    }


def last_registrations(
    context: CommandContext, learners: Iterable[str], product: str, *, centre: str
) -> dict[str, Registration]:
    """Find each learner's registration on a product: the Active one, else the last.

    Those at this centre; nothing of a learner who is another centre's (L6).
    """
    registers = {
        who: register
        for who, (_, register) in registers_of(context, learners, centre=centre).items()
        if register.centre == centre
    }
    names = [name for each in registers.values() for name in each.registrations]
    opened = load_many(REGISTRATION, names, store=context.store)
    found: dict[str, Registration] = {}
    for who, register in registers.items():
        for name in register.registrations:
            _, each = opened[name]
            before = found.get(who)
            if each.product == product and (
                before is None or before.status is not Status.ACTIVE
            ):
                found[who] = each
    return found


def enter_registrations(
    registers: Mapping[str, tuple[Stream, Register]],
    registrations: Mapping[str, Sequence[str]],
    *,
    centre: str,
) -> list[Change]:
    """Enter in each learner's register what an order of the centre makes (L6).

    Raises LearnerHasLeft.
    """
    return [
        stream.change(register.enter(tuple(made), centre=centre), owner=centre)
        for who, made in registrations.items()
        for stream, register in [registers[who]]
    ]
