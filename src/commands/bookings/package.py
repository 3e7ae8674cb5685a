"""Commands on offline tests: download a package, and receive its answers."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import ClassVar
from uuid import uuid4

from aggregates.bookings.booking import Booking
from aggregates.bookings.booking_refusals import AnswersOfAnotherPackage
from aggregates.bookings.offline_client import OfflineClient
from aggregates.bookings.package import (
    NOT_WHOLE,
    WHOLE,
    Check,
    checks,
    require_all,
)
from aggregates.centres.pin import Proof
from aggregates.errors import NotFound
from commands.bookings.booking import Opened, on_registration
from commands.command import Command, CommandContext, CommandResult, handles
from events.bookings.booking import AnswersReceived, BookingTaken, PackageDownloaded
from events.centres.pin import PackageSealed
from files.answer_package import read_answers
from files.sealed_package import digest, files_of, is_whole, seal
from repositories.aggregate_types import BOOKING, LEARNER, OFFLINE_CLIENT, PIN
from repositories.repository import find, load, load_known
from store import Actor, Conflict


@dataclass(frozen=True, kw_only=True)
class DownloadPackage(Command):
    """Make the package of an offline test, sealed under the sender's PIN (B13).

    ``proof`` is the result of checking ``pin``.
    """

    title: ClassVar = "download a package"

    booking: str
    client: str
    pin: str
    proof: Proof


@dataclass(frozen=True, kw_only=True)
class ReceiveAnswers(Command):
    """Receive the answers of an offline test (B11, B15).

    ``package`` names the package that the answers must be from, if given.
    """

    title: ClassVar = "receive answers"

    booking: str
    content: bytes
    package: str | None = None


@handles(DownloadPackage)
def download_package(
    command: DownloadPackage, context: CommandContext
) -> CommandResult:
    stream, booking = load(
        BOOKING, command.booking, store=context.store, reader=command.by
    )
    pins, pin = find(PIN, command.by.user, store=context.store)
    client = find_own_client(context, command.client, command.by)
    no_pin = command.proof.why_not_of(pin)
    found = checks(
        booking,
        pin=Check.of("pin", no_pin, "The package opens with your PIN alone."),
        package=Check.of("package", None, WHOLE),
        client=client,
        named=command.client,
        now=command.at,
    )
    require_all(found)
    package = uuid4().hex
    content, whole = _make_package(booking, package, command, client)
    require_all([Check.of("package", None if whole else NOT_WHOLE, WHOLE)])
    downloaded = PackageDownloaded(
        package=package,
        revision=booking.revision,
        sha256=digest(content),
        pin=command.proof.pin or "",
        client=command.client,
        user=command.by.user,
    )
    sealed = PackageSealed(package=package, booking=command.booking)
    done = context.record(
        command, stream.change([downloaded]), pins.change([sealed]), created_id=package
    )
    return replace(done, content=content)


@handles(ReceiveAnswers)
def receive_answers(command: ReceiveAnswers, context: CommandContext) -> CommandResult:
    """Store the answers as a file, sealed under the learner's key."""
    opened = Opened.of(command.booking, command, context)
    booking, sha256 = opened.booking, digest(command.content)
    if booking.has_answers(sha256):
        return CommandResult(position=None)
    sent = read_answers(command.content, booking=booking.made.booking)
    if command.package not in {None, sent.package}:
        raise AnswersOfAnotherPackage(
            path=("package",), package=command.package, theirs=sent.package
        )
    pins, pin = find(PIN, booking.package(sent.package).user, store=context.store)

    def decide(file: str) -> Sequence[AnswersReceived | BookingTaken]:
        answers = AnswersReceived(
            package=sent.package, file=file, size=len(command.content), sha256=sha256
        )
        present = pin.id if pin else None
        return booking.receive_answers(
            answers, revision=sent.revision, pin=present, now=command.at
        )

    decide("")
    _, learner = load_known(LEARNER, booking.made.learner, store=context.store)
    file = context.store.put_file(command.content, key_of=learner.person_id)
    events = decide(file)
    taken = [
        on_registration(booking, event)
        for event in events
        if isinstance(event, BookingTaken)
    ]
    changes = opened.changes(events, registration=taken)
    try:
        position = context.store.append(*changes, by=command.by, unchanged=[pins])
    except Conflict:
        context.store.drop_file(file)
        raise
    return CommandResult(position=position)


def _make_package(
    booking: Booking,
    package: str,
    command: DownloadPackage,
    client: OfflineClient | None,
) -> tuple[bytes, bool]:
    """Make a package; also return whether it matches its manifest when read back."""
    if client is None or client.public_key is None:
        raise AssertionError  # the client is fit: the checks passed
    about = {
        "package": package,
        "booking": command.booking,
        "revision": booking.revision,
        "client": client.client,
    }
    files = files_of(booking, package)
    content, key = seal(
        files, about=about, pin=command.pin, public_key=client.public_key
    )
    return content, is_whole(content, key)


def find_own_client(
    context: CommandContext, client: str | None, by: Actor
) -> OfflineClient | None:
    """Load a client of the sender's centre; None if it is unknown or another centre's."""
    try:
        return (
            load(OFFLINE_CLIENT, client, store=context.store, reader=by)[1]
            if client
            else None
        )
    except NotFound:
        return None
