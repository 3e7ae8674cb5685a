"""What can happen to a PIN: the four digits that open a user's offline packages."""

from datetime import datetime
from uuid import UUID

from events.event import Event, Personal


class PinSet(Event, topic="pin.set"):
    """The user has a (new) PIN; what is kept of it cannot be turned back."""

    pin: str
    user: str
    person_id: UUID
    pin_hash: Personal[str]


class PackageSealed(Event, topic="pin.package-sealed"):
    """An offline package was sealed under the PIN: another PIN makes it useless."""

    package: str
    booking: str


class PinProved(Event, topic="pin.proved"):
    """The PIN was given as it is; wrong tries before count no more."""


class PinRefused(Event, topic="pin.refused"):
    """A wrong PIN was given; too many of them lock it."""

    locked_until: datetime | None = None
