"""Registrations, registers and approvals, as commands on orders and claims load them."""

from collections.abc import Iterable, Mapping, Sequence

from aggregates.registrations.register import Register
from aggregates.registrations.registration import Registration
from aggregates.registrations.registration_state import Status
from commands.command import CommandContext
from repositories.aggregate_types import CENTRE, REGISTER, REGISTRATION
from repositories.repository import find, load_many
from store import Change, Reservation, Stream

ACTIVE_REGISTRATION = "active-registration"
"""The scope of the reservations that allow one Active registration on a product (O6)."""


def active_key(learner: str, product: str) -> str:
    """Make the key that reserves a learner's Active registration on a product (O6)."""
    return f"{learner}:{product}"


def read_active_key(key: str) -> tuple[str, str]:
    """Read the learner and the product from a key that ``active_key`` made."""
    learner, _, product = key.partition(":")
    return learner, product


def active_reservation(registration: Registration) -> tuple[Reservation, ...]:
    """Make the reservation that a registration holds while it is Active (O6)."""
    key = active_key(registration.learner, registration.product)
    return (Reservation(scope=ACTIVE_REGISTRATION, key=key),)


def approvals_of(context: CommandContext, centre: str) -> tuple[Stream, frozenset[str]]:
    """Load a centre's stream, and the references of the products it is approved for."""
    stream, there = find(CENTRE, centre, store=context.store)
    return stream, there.approvals if there else frozenset()


def registers_of(
    context: CommandContext, learners: Iterable[str], *, centre: str
) -> dict[str, tuple[Stream, Register]]:
    """Load the registers of learners, by learner.

    A learner without a register gets an empty one, which belongs to ``centre``.
    """
    learners = list(learners)
    kept = load_many(REGISTER, learners, store=context.store)
    return {
        who: kept.get(who) or (REGISTER.new(who), Register.of(who, centre))
        for who in learners
    }


def last_registrations(
    context: CommandContext, learners: Iterable[str], product: str, *, centre: str
) -> dict[str, Registration]:
    """Return each learner's registration on a product: the Active one, else the last.

    Learners without one, and learners who belong to another centre now, are left out (L6).
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
    """Make the changes that enter an order's registrations in the registers (L6).

    ``registrations`` are the new ones by learner. Raises LearnerHasLeft if a register
    belongs to another centre.
    """
    return [
        stream.change(register.enter(tuple(made), centre=centre), owner=centre)
        for who, made in registrations.items()
        for stream, register in [registers[who]]
    ]
