"""Links that start a test, signed so that no other is ever looked up (B12)."""

from store import EventStore

SIGNED = 32
"""How many digits of the MAC a link has."""


def sign_launch(store: EventStore, booking: str, secret: str) -> str:
    """Make the MAC of a launch link's secret."""
    return store.make_key(f"launch {booking} {secret}")[:SIGNED]


def launch_path(store: EventStore, booking: str, secret: str) -> str:
    """Give the path that starts the test, where the test player asks it."""
    signature = sign_launch(store, booking, secret)
    return f"/api/v1/launch/{booking}/{secret}.{signature}"
