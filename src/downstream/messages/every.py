"""Every kind of message. Importing this makes each of them known."""

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
    """List them by their type; of those of one type, each event that they tell of."""
    found = [kind for kinds in KINDS.values() for kind in kinds]
    return sorted(found, key=lambda kind: (kind.type, kind.event.topic))
