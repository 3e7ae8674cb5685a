"""Offline clients: the programs of a centre that tests are sat with offline (B13)."""

import re
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Self, TypeAlias, assert_never

from aggregates.aggregate import Aggregate
from aggregates.errors import Malformed
from aggregates.london import in_london
from events.offline_client import OfflineClientRegistered, OfflineClientSeen

LEAST_VERSION = "2.0"
"""The oldest version that is fit (d)."""

SEEN_WITHIN = timedelta(days=30)
"""How lately a client must have reported itself (d)."""

VERSION = re.compile(r"[0-9]{1,6}(\.[0-9]{1,6}){0,3}")
NOT_SAID = "Say with which registered offline client the test is to be sat."

OfflineClientEvent: TypeAlias = OfflineClientRegistered | OfflineClientSeen


class VersionMalformed(Malformed):
    message = "{version} is not a version. Write it as 2.1 or 2.1.7."


class ClientNameMissing(Malformed):
    message = "Give the offline client a name, such as that of the computer it is on."


def require_version(version: str) -> None:
    """Raise VersionMalformed unless the text is one to four numbers with dots."""
    if not VERSION.fullmatch(version):
        raise VersionMalformed(pointer="/version", version=version)


def in_order(version: str) -> list[int]:
    """Make what versions are compared by: 2 is 2.0 is 2.0.0."""
    numbers = [int(part) for part in version.split(".")]
    return numbers + [0] * (4 - len(numbers))


@dataclass(frozen=True, kw_only=True)
class OfflineClient(Aggregate):
    """A program, its version, and when it last reported itself."""

    client: str
    centre: str
    name: str
    version: str
    seen: datetime

    @classmethod
    def begin(cls, event: OfflineClientRegistered) -> Self:
        return cls(
            client=event.client,
            centre=event.centre,
            name=event.name,
            version=event.client_version,
            seen=event.seen,
        )

    def apply(self, event: OfflineClientEvent) -> Self:
        match event:
            case OfflineClientSeen(client_version=version, seen=seen):
                return replace(self, version=version, seen=seen)
            case OfflineClientRegistered():
                raise ValueError(f"The client {self.client} was registered twice.")
            case _:
                assert_never(event)

    def why_not_fit(self, now: datetime) -> str | None:
        """Say why no test can be sat with it, if so (B13, fourth check)."""
        if in_order(self.version) < in_order(LEAST_VERSION):
            return (
                f"The offline client {self.name} has version {self.version}. Update it"
                f" to {LEAST_VERSION} or newer."
            )
        if now > self.seen + SEEN_WITHIN:
            return (
                f"The offline client {self.name} was last seen on"
                f" {in_london(self.seen)}, more than {SEEN_WITHIN.days} days ago."
                " Start it online, so that it reports itself."
            )
        return None

    def report(self, version: str, now: datetime) -> list[OfflineClientSeen]:
        """Take down that it reported itself."""
        require_version(version)
        return [OfflineClientSeen(client_version=version, seen=now)]


def register(
    *, client: str, centre: str, name: str, version: str, now: datetime
) -> OfflineClientRegistered:
    """Let a program be sat with. Raises ClientNameMissing, VersionMalformed."""
    if not name.strip():
        raise ClientNameMissing(pointer="/name")
    require_version(version)
    return OfflineClientRegistered(
        client=client,
        centre=centre,
        name=name.strip(),
        client_version=version,
        seen=now,
    )
