"""What orders and claims ask of registrations and of the centre that they are at."""

from aggregates.centre import Centre
from commands.command import Desk
from events.identifier import stream_of
from store import Stream

ACTIVE_REGISTRATION = "active-registration"
"""The scope under which a learner holds the one Active registration on a product."""


def active_key(learner: str, product: str) -> str:
    """Name what one Active registration on a product is reserved by (O6)."""
    return f"{learner}:{product}"


def approvals_of(desk: Desk, centre: str) -> tuple[Stream, frozenset[str]]:
    """Open a centre and say what it is approved for."""
    stream = desk.store.open(stream_of(f"centre:{centre}"))
    if not stream.history:
        return stream, frozenset()
    return stream, Centre.replay(stream.events).approvals
