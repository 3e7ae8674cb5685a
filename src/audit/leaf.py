"""The hash of an event: over everything that is stored of it, as it is stored."""

from datetime import UTC

from audit.tree import Hash, leaf_hash
from store import StoredRow

MOMENT = "%Y-%m-%dT%H:%M:%S.%fZ"


def header(row: StoredRow) -> str:
    """Write an event's header: position, stream, version, topic and moment (UTC)."""
    at = row.recorded_at.astimezone(UTC).strftime(MOMENT)
    return f"{row.position} {row.stream} {row.version} {row.topic} {at}"


def leaf_of(row: StoredRow) -> Hash:
    """Hash an event: its header, a newline, and its state, byte for byte.

    The state holds personal values encrypted, so the hash stays valid after their keys are
    destroyed.
    """
    return leaf_hash(header(row).encode() + b"\n" + row.state)
