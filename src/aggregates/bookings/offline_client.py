"""Offline clients: a centre's programs for sitting tests offline (B13)."""

import re
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Self, TypeAlias, assert_never

from aggregates.aggregate import Aggregate
from aggregates.errors import Malformed, RuleBroken
from aggregates.uk_time import in_london
from events.bookings.offline_client import (
    OfflineClientKeyRegistered,
    OfflineClientRegistered,
    OfflineClientSeen,
)

LEAST_VERSION = "2.0"
"""The oldest version that may be used (d)."""

SEEN_WITHIN = timedelta(days=30)
"""How recently a client must have reported itself (d)."""

VERSION = re.compile(r"[0-9]{1,6}(\.[0-9]{1,6}){0,3}")
UNKNOWN = (
    "There is no offline client {client} at this centre. Register it, or name another:"
    " GET /offline-clients lists them."
)
NOT_SAID = "Say with which registered offline client the test is to be sat."

OfflineClientEvent: TypeAlias = (
    OfflineClientRegistered | OfflineClientKeyRegistered | OfflineClientSeen
)


class VersionMalformed(Malformed):
    code = "version-malformed"
    message = "{version} is not a version. Write it as 2.1 or 2.1.7."


class ClientNameMissing(Malformed):
    code = "client-name-missing"
    message = "Give the offline client a name, such as that of the computer it is on."


class PublicKeyMalformed(Malformed):
    code = "public-key-malformed"
    message = (
        "Packages cannot be sealed for this public key. Send the client's"
        " X25519 public key: its 32 bytes as base64."
    )


class KeyIsAnother(RuleBroken):
    code = "key-is-another"
    message = (
        "The offline client {name} has another public key; nothing was changed. If it"
        " was installed anew, register it as a new client."
    )


class OfflineClientKnown(RuleBroken):
    code = "offline-client-known"
    message = (
        "The offline client {name} has this public key and is registered already, as"
        " {client}; nothing was registered. Use {client}, or make a key pair of its own"
        " for each program."
    )


def require_public_key(*, can_seal: bool) -> None:
    """Raise PublicKeyMalformed unless packages can be sealed for the key."""
    if not can_seal:
        raise PublicKeyMalformed(path=("public_key",))


def require_version(version: str) -> None:
    """Raise VersionMalformed unless the text is one to four numbers with dots."""
    if not VERSION.fullmatch(version):
        raise VersionMalformed(path=("version",), version=version)


def in_order(version: str) -> list[int]:
    """Give a version's sort key: 2, 2.0 and 2.0.0 are equal."""
    numbers = [int(part) for part in version.split(".")]
    return numbers + [0] * (4 - len(numbers))


@dataclass(frozen=True, kw_only=True)
class OfflineClient(Aggregate):
    """A program, its version, and when it last reported itself.

    ``public_key`` is the key for which its packages are sealed: X25519, 32 bytes as base64.
    """

    client: str
    centre: str
    name: str
    version: str
    seen: datetime
    public_key: str | None = None

    @classmethod
    def begin(cls, event: OfflineClientRegistered) -> Self:
        return cls(
            client=event.client,
            centre=event.centre,
            name=event.name,
            version=event.client_version,
            seen=event.seen,
            public_key=event.public_key,
        )

    def apply(self, event: OfflineClientEvent) -> Self:
        match event:
            case OfflineClientSeen(client_version=version, seen=seen):
                return replace(self, version=version, seen=seen)
            case OfflineClientKeyRegistered(public_key=public_key):
                return replace(self, public_key=public_key)
            case OfflineClientRegistered():
                raise ValueError(f"The client {self.client} was registered twice.")
            case _:
                assert_never(event)

    def why_not_fit(self, now: datetime) -> str | None:
        """Say why the program cannot be used for tests; None if it can (B13, fourth check)."""
        if in_order(self.version) < in_order(LEAST_VERSION):
            return (
                f"The offline client {self.name} has version {self.version}. Update it"
                f" to {LEAST_VERSION} or newer."
            )
        if self.public_key is None:
            return (
                f"The offline client {self.name} has registered no public key, so no"
                " package can be sealed for it. Update it and start it online, so that"
                " it reports itself with its public_key; then download."
            )
        if now > self.seen + SEEN_WITHIN:
            return (
                f"The offline client {self.name} was last seen on"
                f" {in_london(self.seen)}, more than {SEEN_WITHIN.days} days ago."
                " Start it online, so that it reports itself."
            )
        return None

    def report(
        self,
        version: str,
        now: datetime,
        *,
        public_key: str | None = None,
        can_seal: bool = False,
    ) -> list[OfflineClientEvent]:
        """Record that the client reported itself, and its key if none is registered.

        ``can_seal`` says whether packages can be sealed for the key sent. Raises
        VersionMalformed, PublicKeyMalformed, and KeyIsAnother, because a key never changes.
        """
        require_version(version)
        seen = OfflineClientSeen(client_version=version, seen=now)
        if public_key is None or public_key == self.public_key:
            return [seen]
        require_public_key(can_seal=can_seal)
        if self.public_key is not None:
            raise KeyIsAnother(path=("public_key",), name=self.name)
        return [OfflineClientKeyRegistered(public_key=public_key), seen]


def register(
    *,
    client: str,
    centre: str,
    name: str,
    version: str,
    public_key: str,
    can_seal: bool,
    now: datetime,
) -> OfflineClientRegistered:
    """Register a program for offline tests; ``can_seal``: packages can be sealed for its key.

    Raises ClientNameMissing, VersionMalformed, PublicKeyMalformed.
    """
    if not name.strip():
        raise ClientNameMissing(path=("name",))
    require_version(version)
    require_public_key(can_seal=can_seal)
    return OfflineClientRegistered(
        client=client,
        centre=centre,
        name=name.strip(),
        client_version=version,
        seen=now,
        public_key=public_key,
    )
