"""Refused commands that matter are recorded too: who tried what, and why not (H4)."""

from collections.abc import Iterator
from dataclasses import replace
from operator import attrgetter
from typing import Any

from aggregates.errors import NotFound, Refusal
from commands.bookings.booking import AmendBooking, CancelBooking
from commands.bookings.booking_correction import CorrectOutcome
from commands.bookings.entry_order import ConfirmEntryOrder
from commands.bookings.package import ReceiveAnswers
from commands.claims.certificate import ReissueCertificate, RevokeCertificate
from commands.claims.claim_submission import SubmitClaim, WithdrawClaim
from commands.command import Command, CommandContext
from commands.orders.order_confirmation import ConfirmOrder
from commands.registrations.cancellation import (
    CancelRegistration,
    ChangePathway,
    ReopenRegistration,
)
from commands.uploads.undo import UndoLearnerGroup
from events.centres.user import Role
from events.identifier import stream_of
from events.refusal import CommandRefused, as_stored
from projections.history.history import HistoryEntry, history
from projections.history.redaction import without_prices
from repositories.aggregate_types import AggregateType
from repositories.repository import require_own
from store import Actor, Change, Conflict, EventStore

SUBJECTS: dict[type[Command], Any] = {
    AmendBooking: attrgetter("booking"),
    CancelBooking: attrgetter("booking"),
    CancelRegistration: attrgetter("registration"),
    ChangePathway: attrgetter("registration"),
    ConfirmEntryOrder: attrgetter("order"),
    ConfirmOrder: attrgetter("order"),
    CorrectOutcome: attrgetter("booking"),
    ReceiveAnswers: attrgetter("booking"),
    ReissueCertificate: attrgetter("certificate"),
    RevokeCertificate: attrgetter("certificate"),
    ReopenRegistration: attrgetter("registration"),
    SubmitClaim: attrgetter("claim"),
    UndoLearnerGroup: attrgetter("group"),
    WithdrawClaim: attrgetter("claim"),
}
"""The commands whose refusal is recorded, and what each is about (d).

Those of a person are not: why not may name another's, and outlives an erasure.
"""

TRIES = 8


def refusals_of(subject: str) -> str:
    """Name the stream of what was refused about a thing."""
    return f"refusals:{subject}"


def stored_code(refusal: Refusal) -> str:
    """Write a refusal's code as it is stored: group-name-taken is GroupNameTaken."""
    return as_stored(refusal.code)


def record_refusal(command: Command, context: CommandContext, *, why: Refusal) -> None:
    """Record that a command was refused, if that matters and it was about one's own."""
    if type(command) not in SUBJECTS or isinstance(why, NotFound):
        return
    name: str = SUBJECTS[type(command)](command)
    subject = context.store.open(stream_of(name))
    sees_all = not Role(command.by.role).is_of_a_centre
    if not subject.history or not (sees_all or subject.owner == command.by.centre):
        return
    refused = CommandRefused(
        subject=name,
        command=command.title,
        code=stored_code(why),
        person_id=subject.id,
        message=str(why),
    )
    for _ in range(TRIES):
        stream = context.store.open(stream_of(refusals_of(name)))
        change: Change = stream.change([refused], owner=subject.owner)
        try:
            context.store.append(change, by=replace(command.by, once=None))
        except Conflict:
            continue
        return


def history_with_refusals(
    kind: AggregateType[Any], name: str, *, store: EventStore, reader: Actor
) -> Iterator[HistoryEntry]:
    """Tell the history of one thing in order, what was refused about it in its place.

    What another centre paid is left out (L6). Raises NotFound if the reader may not
    know of it.
    """
    stream = store.open(stream_of(name))
    require_own(stream, name, kind=kind, reader=reader)
    refusals = store.open(stream_of(refusals_of(name)))
    centre = reader.centre if Role(reader.role).is_of_a_centre else None
    return history(
        kind.aggregate,
        without_prices(centre, stream),
        without_prices(centre, refusals),
    )
