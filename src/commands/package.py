"""What may be asked of offline tests: their packages, and the answers that come back."""

import secrets
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import uuid4

from aggregates.booking import Booking
from aggregates.errors import NotFound
from aggregates.offline_client import OfflineClient
from aggregates.package import Check, checks, digest, is_whole, pack, require_all
from aggregates.pin import IS_SET, NO_PIN, Proof
from commands.booking import Opened, on_registration, read_booking
from commands.command import Command, Desk, Done, handles
from commands.learner import learner_of
from commands.offline_client import read_client
from commands.pin import open_pin
from events.booking import AnswersReceived, BookingTaken, PackageDownloaded
from events.identifier import stream_of
from store import Actor, Conflict


@dataclass(frozen=True, kw_only=True)
class DownloadPackage(Command):
    """Make the package of an offline test, sealed under one's PIN (B13).

    ``proof`` says whether ``pin`` is the PIN of the one who asks.
    """

    booking: str
    client: str
    pin: str
    proof: Proof


@dataclass(frozen=True, kw_only=True)
class ReceiveAnswers(Command):
    """Take the answers of an offline test back (B11, B15)."""

    booking: str
    package: str
    content: bytes


def look(
    desk: Desk, name: str, client: str | None, by: Actor, now: datetime
) -> tuple[Check, ...]:
    """Make the checks of a package that nobody has asked for yet (B13).

    Raises NotFound if there is no such booking.
    """
    _, booking = read_booking(name, by, desk)
    _, pin = open_pin(desk, by.user)
    return checks(
        booking,
        no_pin=pin.why_locked(now) if pin else NO_PIN,
        pin_said=IS_SET,
        is_whole=_made(booking, uuid4().hex, secrets.token_hex())[1],
        client=_client(desk, client, by),
        now=now,
    )


@handles(DownloadPackage)
def download_package(command: DownloadPackage, desk: Desk) -> Done:
    stream, booking = read_booking(command.booking, command.by, desk)
    pins, pin = open_pin(desk, command.by.user)
    package = uuid4().hex
    content, whole = _made(booking, package, command.pin)
    found = checks(
        booking,
        no_pin=command.proof.why_not_of(pin),
        pin_said="The package opens with your PIN alone.",
        is_whole=whole,
        client=_client(desk, command.client, command.by),
        now=command.at,
    )
    require_all(found)
    downloaded = PackageDownloaded(
        package=package,
        revision=booking.revision,
        sha256=digest(content),
        pin=command.proof.pin or "",
        client=command.client,
        user=command.by.user,
    )
    position = desk.store.append(
        stream.change([downloaded]), by=command.by, unchanged=[pins]
    )
    return Done(position=position, made=package, content=content)


@handles(ReceiveAnswers)
def receive_answers(command: ReceiveAnswers, desk: Desk) -> Done:
    """Keep the answers as a file, sealed under the learner's key."""
    opened = Opened.of(command.booking, command.by, desk)
    booking = opened.booking
    pins, pin = open_pin(desk, booking.package(command.package).user)

    def decide(file: str) -> Sequence[AnswersReceived | BookingTaken]:
        answers = AnswersReceived(
            package=command.package,
            file=file,
            size=len(command.content),
            sha256=digest(command.content),
        )
        present = pin.id if pin else None
        return booking.receive_answers(answers, pin=present, now=command.at)

    if not decide(""):
        return Done(position=None)
    learner = learner_of(desk.store.open(stream_of(booking.made.learner)))
    file = desk.store.put_file(command.content, key_of=learner.person_id)
    events = decide(file)
    taken = [
        on_registration(booking, event)
        for event in events
        if isinstance(event, BookingTaken)
    ]
    changes = opened.changes(events, registration=taken)
    try:
        position = desk.store.append(*changes, by=command.by, unchanged=[pins])
    except Conflict:
        desk.store.drop_file(file)
        raise
    return Done(position=position)


def _made(booking: Booking, package: str, secret: str) -> tuple[bytes, bool]:
    """Make a package, and tell whether it is what its manifest says when read back."""
    content = pack(booking, package=package, secret=secret)
    return content, is_whole(content, secret)


def _client(desk: Desk, client: str | None, by: Actor) -> OfflineClient | None:
    """Find a client; there is none that is not registered, or is another centre's."""
    try:
        return read_client(desk, client, by)[1] if client else None
    except NotFound:
        return None
