"""Every kind of message: importing this module registers all of them."""

from downstream.messages import (
    bookings,
    centres,
    claims,
    invoicing,
    learners,
    orders,
    registrations,
)
from downstream.messages.message import KINDS, MessageKind

__all__ = [
    "bookings",
    "centres",
    "claims",
    "invoicing",
    "learners",
    "orders",
    "registrations",
]


def every_kind() -> list[MessageKind]:
    """List all kinds by type; several events can have messages of one type."""
    found = [kind for kinds in KINDS.values() for kind in kinds]
    return sorted(found, key=lambda kind: (kind.type, kind.event.topic))
