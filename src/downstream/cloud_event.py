"""CloudEvents 1.0 in Kafka's binary mode: attributes as headers, data as the value."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TypeAlias

SPECIFICATION = "1.0"
JSON = "application/json"
CONTENT_TYPE = "content-type"

Headers: TypeAlias = list[tuple[str, bytes]]
"""Names and values, as in Kafka."""


class NotACloudEvent(ValueError):
    """A message that lacks an attribute required in every CloudEvent."""


@dataclass(frozen=True, kw_only=True)
class CloudEvent:
    """A message, identified by ``source`` and ``id`` together; ``data`` is JSON.

    ``key`` is the centre, which decides the partition.
    """

    topic: str
    key: str
    id: str
    source: str
    type: str
    time: datetime
    subject: str
    data: bytes

    def headers(self) -> Headers:
        """Write the attributes as headers."""
        attributes = {
            "specversion": SPECIFICATION,
            "id": self.id,
            "source": self.source,
            "type": self.type,
            "time": format_time(self.time),
            "subject": self.subject,
            "partitionkey": self.key,
        }
        told = {f"ce_{name}": value for name, value in attributes.items()}
        return [(n, v.encode()) for n, v in {**told, CONTENT_TYPE: JSON}.items()]


def format_time(time: datetime) -> str:
    """Write a time as RFC 3339, in UTC."""
    return time.astimezone(UTC).isoformat().replace("+00:00", "Z")


def read_attributes(headers: Sequence[tuple[str, bytes | None]]) -> dict[str, str]:
    """Read the attributes of a message. Raises NotACloudEvent."""
    read: dict[str, str] = {}
    for name, value in headers:
        if name.startswith("ce_") and value is not None:
            try:
                read[name.removeprefix("ce_")] = value.decode()
            except UnicodeDecodeError:
                raise NotACloudEvent(f"The header {name} is not UTF-8.") from None
    if missing := [f"ce_{n}" for n in ("id", "source", "type") if not read.get(n)]:
        raise NotACloudEvent(f"The message has no header {' and no '.join(missing)}.")
    return read
