"""What can happen to a PIN, the four digits that open a user's offline packages."""

from datetime import datetime
from uuid import UUID

from events.event import Event, Personal


class PinSet(Event, topic="pin.set"):
    """The user has a first or new PIN, of which only a hash is kept."""

    pin: str
    user: str
    person_id: UUID
    pin_hash: Personal[str]


class PackageSealed(Event, topic="pin.package-sealed"):
    """An offline package was sealed under the PIN; a new PIN makes it unusable."""

    package: str
    booking: str


class PinProved(Event, topic="pin.proved"):
    """The right PIN was given; earlier wrong tries no longer count."""


class PinRefused(Event, topic="pin.refused"):
    """A wrong PIN was given; ``locked_until`` is set if this try locks the PIN."""

    locked_until: datetime | None = None
