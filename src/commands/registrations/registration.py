"""What orders and claims ask of registrations and of the centre that they are at."""

from collections.abc import Iterable, Mapping, Sequence

from aggregates.centres.centre import Centre
from aggregates.registrations.register import Register
from aggregates.registrations.registration import Registration, Status
from commands.command import CommandContext
from events.identifier import stream_of
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
    stream = context.store.open(stream_of(f"centre:{centre}"))
    if not stream.history:
        return stream, frozenset()
    return stream, Centre.replay(stream.events).approvals


def registers_of(
    context: CommandContext, learners: Iterable[str], *, centre: str
) -> dict[str, tuple[Stream, Register]]:
    """Open the registers of learners; an empty one is that of a learner of the centre."""
    streams = {who: stream_of(f"register:{who}") for who in learners}
    opened = context.store.open_many(streams.values())
    return {
        who: (
            opened[at],
            Register.replay(opened[at].events)
            if opened[at].history
            else Register.of(who, centre),
        )
        for who, at in streams.items()
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
    opened = context.store.open_many(map(stream_of, names))
    found: dict[str, Registration] = {}
    for who, register in registers.items():
        for name in register.registrations:
            each = Registration.replay(opened[stream_of(name)].events)
            before = found.get(who)
            if each.product == product and (
                before is None or before.status is not Status.ACTIVE
            ):
                found[who] = each
    return found


def entered(
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
