"""What can happen to an offline client: the program that tests are sat with offline."""

from datetime import datetime

from events.event import Event


class OfflineClientRegistered(Event, topic="offline-client.registered"):
    """The centre has a program, so called, that tests can be sat with.

    ``public_key`` is its X25519 key, 32 bytes as base64; programs registered before
    packages were sealed for one program have none.
    """

    client: str
    centre: str
    name: str
    client_version: str
    seen: datetime
    public_key: str | None = None


class OfflineClientKeyRegistered(Event, topic="offline-client.key-registered"):
    """The program, registered without a key, sent its public key."""

    public_key: str


class OfflineClientSeen(Event, topic="offline-client.seen"):
    """The program reported itself, and its version."""

    client_version: str
    seen: datetime
