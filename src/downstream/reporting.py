"""Handle a report of another system: send its command once, or say why not."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from hmac import compare_digest
from typing import Any

import msgspec

from access.policy import send
from aggregates.errors import Refusal
from aggregates.registrations.invoice_line import StatusOutOfOrder
from commands.command import Command, CommandContext
from commands.registrations.invoice import ReportInvoiceStatus
from downstream.cloud_event import NotACloudEvent, read_attributes
from downstream.reports import REPORTS, ReportKind
from events.registrations.invoice import InvoiceStatusReported
from repositories.aggregate_types import INVOICE_LINE
from repositories.repository import find
from store import Actor, AlreadyDone, Once
from subscriptions.logger import logger

CHANNEL = "kafka"
LONGEST = 200
"""The most characters of ``ce_id`` and ``ce_source``."""


@dataclass(frozen=True, kw_only=True)
class Letter:
    """A message as received: where it came from, and its content."""

    topic: str
    partition: int
    offset: int
    key: bytes | None
    value: bytes | None
    headers: Sequence[tuple[str, bytes | None]]


@dataclass(frozen=True, kw_only=True)
class DeadLetter:
    """A message that could not be taken: its place, what it says of itself, and why not."""

    number: int
    topic: str
    id: str
    source: str
    subject: str
    reason: str


class NotTaken(Exception):
    """A message that cannot be handled as it is; the error says why."""


def take(
    letter: Letter, context: CommandContext, clock: Callable[[], datetime]
) -> None:
    """Do what a message asks, unless it was done before or is stale.

    The command's own append reserves the message's source and id. Raises NotTaken.
    """
    kind, attributes = _kind_of(letter)
    try:
        data: Any = msgspec.json.decode(letter.value or b"", type=kind.data)
    except (msgspec.DecodeError, UnicodeDecodeError) as error:
        raise NotTaken(f"The data is not as described: {error}.") from None
    digest = context.store.make_key(repr((letter.topic, letter.value)))
    scope = f"message:{attributes['source']}"
    once = Once(scope=scope, key=attributes["id"], digest=digest)
    by = Actor(
        user=f"consumer:{kind.topic}",
        role=kind.role,
        centre=None,
        channel=CHANNEL,
        once=once,
    )
    command = kind.ask(data, by, clock())
    try:
        send(command, context)
    except AlreadyDone as done:
        _require_same(once, done.held.digest)
    except Refusal as refusal:
        held = context.store.find_reservations(once.scope, [once.key])
        if once.key in held:
            _require_same(once, held[once.key].digest)
        elif _is_stale(command, refusal, context):
            logger().info("stale report ignored", id=once.key, why=str(refusal))
        else:
            raise NotTaken(str(refusal)) from refusal


def _kind_of(letter: Letter) -> tuple[ReportKind, dict[str, str]]:
    try:
        attributes = read_attributes(letter.headers)
    except NotACloudEvent as error:
        raise NotTaken(str(error)) from None
    if max(len(attributes["id"]), len(attributes["source"])) > LONGEST:
        raise NotTaken(f"ce_id and ce_source have {LONGEST} characters at most.")
    for kind in REPORTS:
        if letter.topic.endswith(kind.topic) and attributes["type"] == kind.type:
            return kind, attributes
    raise NotTaken(f"{attributes['type']} is not taken on {letter.topic}.")


def _require_same(once: Once, digest: str | None) -> None:
    """Raise NotTaken if another message with different content had this id."""
    if not compare_digest(digest or "", once.digest or ""):
        raise NotTaken(f"The id {once.key} was used for another message before.")


def _is_stale(command: Command, refusal: Refusal, context: CommandContext) -> bool:
    """Whether the status was reported before and the line has moved on since."""
    if not isinstance(command, ReportInvoiceStatus):
        return False
    if not isinstance(refusal, StatusOutOfOrder):
        return False
    stream, _ = find(INVOICE_LINE, command.line, store=context.store)
    return any(
        isinstance(event, InvoiceStatusReported)
        and event.status == command.status
        and command.invoice in {None, event.invoice}
        for event in stream.events
    )
