"""Links that start a test; they are signed, so a forged one is never looked up (B12)."""

from store import EventStore

SIGNED = 32
"""The number of digits of the MAC in a link."""


def sign_launch(store: EventStore, booking: str, secret: str) -> str:
    """Make the MAC of a launch link's secret."""
    return store.make_key(f"launch {booking} {secret}")[:SIGNED]


def launch_path(store: EventStore, booking: str, secret: str) -> str:
    """Return the path that starts the test, which the test player requests."""
    signature = sign_launch(store, booking, secret)
    return f"/api/v1/launch/{booking}/{secret}.{signature}"
