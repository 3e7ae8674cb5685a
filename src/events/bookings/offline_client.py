"""What can happen to an offline client, a program with which tests are sat."""

from datetime import datetime

from events.event import Event


class OfflineClientRegistered(Event, topic="offline-client.registered"):
    """The centre registered a program with which tests can be sat.

    ``public_key`` is its X25519 key, 32 bytes as base64. Programs registered before
    packages were sealed for one program have none.
    """

    client: str
    centre: str
    name: str
    client_version: str
    seen: datetime
    public_key: str | None = None


class OfflineClientKeyRegistered(Event, topic="offline-client.key-registered"):
    """A program that was registered without a key sent its public key."""

    public_key: str


class OfflineClientSeen(Event, topic="offline-client.seen"):
    """The program reported itself and its version."""

    client_version: str
    seen: datetime
