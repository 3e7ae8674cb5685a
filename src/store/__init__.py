"""The event store: every event, in the order of recording."""

from store.codec import StoredRow, written_in
from store.envelope import (
    Actor,
    Change,
    Held,
    Once,
    Position,
    Recorded,
    Reservation,
    Stream,
)
from store.errors import (
    AlreadyDone,
    AlreadyReserved,
    Conflict,
    DatabaseUnusable,
    FileGone,
    Forgotten,
    KeyFileUnusable,
    NotBegun,
    NotHeld,
    Unavailable,
    Unreadable,
)
from store.event_store import EventStore
from store.opening import open_store
from store.rotation import Rotation, open_rotation
from store.watch import Watch

__all__ = [
    "Actor",
    "AlreadyDone",
    "AlreadyReserved",
    "Change",
    "Conflict",
    "DatabaseUnusable",
    "EventStore",
    "FileGone",
    "Forgotten",
    "Held",
    "KeyFileUnusable",
    "NotBegun",
    "NotHeld",
    "Once",
    "Position",
    "Recorded",
    "Reservation",
    "Rotation",
    "StoredRow",
    "Stream",
    "Unavailable",
    "Unreadable",
    "Watch",
    "open_rotation",
    "open_store",
    "written_in",
]
