"""What can happen to an offline client: the program that tests are sat with offline."""

from datetime import datetime

from events.event import Event


class OfflineClientRegistered(Event, topic="offline-client.registered"):
    """The centre has a program, so called, that tests can be sat with."""

    client: str
    centre: str
    name: str
    client_version: str
    seen: datetime


class OfflineClientSeen(Event, topic="offline-client.seen"):
    """The program reported itself, and its version."""

    client_version: str
    seen: datetime
