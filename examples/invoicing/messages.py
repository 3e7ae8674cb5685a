"""The messages of docs/asyncapi.json that invoicing has to do with."""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

LINES = "invoicing.lines"
STATUSES = "invoicing.statuses"
CHARGED = "learner-management.invoice-line.charged.v1"
CREDITED = "learner-management.invoice-line.credited.v1"
CORRECTED = "learner-management.invoice-line.corrected.v1"
REPORTED = "invoicing.status-reported.v1"

Headers = list[tuple[str, bytes]]


@dataclass(frozen=True, kw_only=True)
class Message:
    """A message as it was published; ``position`` grows within a partition."""

    partition: int
    source: str
    position: int
    type: str
    data: dict[str, Any]


@dataclass(frozen=True, kw_only=True)
class Report:
    """How far we are with a line; ``id`` and our source are its own for ever."""

    id: int
    line: str
    status: str
    invoice: str

    def value(self) -> bytes:
        """Write the data, of the schema InvoiceStatusMessage."""
        told = {"line": self.line, "status": self.status, "invoice": self.invoice}
        return json.dumps(told).encode()

    def headers(self, source: str) -> Headers:
        """Write the attributes of the CloudEvent."""
        attributes = {
            "ce_specversion": "1.0",
            "ce_id": str(self.id),
            "ce_source": source,
            "ce_type": REPORTED,
            "content-type": "application/json",
        }
        return [(name, value.encode()) for name, value in attributes.items()]


def read_message(
    partition: int, headers: Sequence[tuple[str, bytes]], value: bytes
) -> Message:
    """Read a record. Raises KeyError or ValueError if it is not as published."""
    attributes = dict(headers)
    return Message(
        partition=partition,
        source=attributes["ce_source"].decode(),
        position=int(attributes["ce_id"]),
        type=attributes["ce_type"].decode(),
        data=json.loads(value),
    )
