"""The types of aggregates, with their first events, names and streams."""

from collections.abc import Callable
from dataclasses import dataclass
from operator import attrgetter
from typing import Any, Generic, TypeVar
from uuid import UUID

from aggregates.aggregate import Aggregate
from aggregates.bookings.booking import Booking
from aggregates.bookings.entry_order import EntryOrder
from aggregates.bookings.offline_client import OfflineClient
from aggregates.bookings.timetable import Timetable
from aggregates.centres.centre import Centre
from aggregates.centres.pin import Pin
from aggregates.centres.second_factor import SecondFactor
from aggregates.centres.token import Token
from aggregates.centres.user import User, fold_user_name
from aggregates.claims.certificate import Certificate
from aggregates.claims.claim import Claim
from aggregates.learners.duplicate import Duplicate
from aggregates.learners.learner import Learner
from aggregates.orders.order import Order
from aggregates.registrations.invoice_line import InvoiceLine
from aggregates.registrations.register import Register
from aggregates.registrations.registration import Registration
from aggregates.uploads.group_uses import GroupUses
from aggregates.uploads.record import Record
from aggregates.uploads.upload import Upload
from events.bookings.booking import BookingMade
from events.bookings.entry_order import EntryOrderBegun
from events.bookings.offline_client import OfflineClientRegistered
from events.bookings.timetable import SittingPlanned
from events.centres.centre import CentreOpened
from events.centres.pin import PinSet
from events.centres.second_factor import SecondFactorTurnedOn
from events.centres.token import TokenIssued
from events.centres.user import UserAdded
from events.claims.certificate import CertificateIssued
from events.claims.claim import ClaimBegun
from events.event import Event
from events.identifier import Kind, stream_of
from events.learners.duplicate import DuplicateDecided
from events.learners.learner import LearnerCreated
from events.orders.order import OrderBegun
from events.registrations.invoice import InvoiceStatusReported
from events.registrations.register import (
    RegisterClosed,
    RegisterMoved,
    RegistrationsEntered,
)
from events.registrations.registration import RegistrationMade
from events.uploads.upload import RecordRead, UploadReceived
from store import Stream

A = TypeVar("A", bound=Aggregate)


@dataclass(frozen=True, kw_only=True)
class AggregateType(Generic[A]):
    """A type of aggregate: its class, and the events that can begin it.

    ``noun`` is people's word for it, and ``prefix`` begins its identifiers.
    ``identifier_of`` reads the identifier from the first event; it is empty if people know
    none. ``stream_name`` names the stream of an identifier; ``shown`` is how a refusal
    names the aggregate.
    """

    noun: str
    aggregate: type[A]
    begun_by: tuple[type[Event], ...]
    prefix: Kind | None = None
    identifier_of: Callable[[Any], str] = lambda _: ""
    stream_name: Callable[[str], str] = str
    shown: Callable[[str], str] = str

    def stream_id(self, identifier: str) -> UUID:
        """Return the id of the aggregate's stream."""
        return stream_of(self.stream_name(identifier))

    def new(self, identifier: str) -> Stream:
        """Return the empty stream of an aggregate without events."""
        return Stream(id=self.stream_id(identifier))

    def replay(self, stream: Stream) -> A:
        """Fold all events of a non-empty stream; events folded before are skipped."""
        count = len(stream.history)
        done, state = stream.folded.get(self.aggregate, (0, None))
        if state is None or done > count:
            state = self.aggregate.replay(stream.events)
        elif done < count:
            state = state.after(recorded.event for recorded in stream.history[done:])
        stream.folded[self.aggregate] = (count, state)
        folded: A = state
        return folded

    def begins(self, stream: Stream) -> bool:
        """Whether the stream is of this type."""
        return bool(stream.history) and isinstance(stream.events[0], self.begun_by)


LEARNER = AggregateType(
    noun="learner",
    aggregate=Learner,
    begun_by=(LearnerCreated,),
    prefix=Kind.LEARNER,
    identifier_of=attrgetter("learner"),
)
GROUP = AggregateType(
    noun="group",
    aggregate=Upload,
    begun_by=(UploadReceived,),
    prefix=Kind.GROUP,
    identifier_of=attrgetter("group"),
)
GROUP_USES = AggregateType(
    noun="group", aggregate=GroupUses, begun_by=(UploadReceived,)
)
RECORD = AggregateType(
    noun="row",
    aggregate=Record,
    begun_by=(RecordRead,),
    identifier_of=lambda read: f"{read.group}/{read.row}",
    shown=lambda record: record.rpartition("/")[2],
)
"""A row of a group's file: its identifier is that of the group, ``/`` and its number."""
DUPLICATE = AggregateType(
    noun="duplicate",
    aggregate=Duplicate,
    begun_by=(DuplicateDecided,),
    stream_name="duplicate:{}".format,
)
"""Two learners who may be one person: both identifiers in order, ``:`` between them."""
ORDER = AggregateType(
    noun="order",
    aggregate=Order,
    begun_by=(OrderBegun,),
    prefix=Kind.ORDER,
    identifier_of=attrgetter("order"),
)
REGISTRATION = AggregateType(
    noun="registration",
    aggregate=Registration,
    begun_by=(RegistrationMade,),
    prefix=Kind.REGISTRATION,
    identifier_of=attrgetter("registration"),
)
REGISTER = AggregateType(
    noun="register",
    aggregate=Register,
    begun_by=(RegistrationsEntered, RegisterMoved, RegisterClosed),
    stream_name="register:{}".format,
)
"""The register of a learner, by the learner's identifier."""
INVOICE_LINE = AggregateType(
    noun="invoice line",
    aggregate=InvoiceLine,
    begun_by=(InvoiceStatusReported,),
    identifier_of=attrgetter("line"),
    stream_name="invoice-line:{}".format,
)
ENTRY_ORDER = AggregateType(
    noun="entry order",
    aggregate=EntryOrder,
    begun_by=(EntryOrderBegun,),
    prefix=Kind.ORDER,
    identifier_of=attrgetter("order"),
)
BOOKING = AggregateType(
    noun="booking",
    aggregate=Booking,
    begun_by=(BookingMade,),
    prefix=Kind.BOOKING,
    identifier_of=attrgetter("booking"),
)
TIMETABLE = AggregateType(
    noun="timetable",
    aggregate=Timetable,
    begun_by=(SittingPlanned,),
    stream_name="timetable:{}".format,
)
"""The timetable of a learner, by the learner's identifier."""
OFFLINE_CLIENT = AggregateType(
    noun="offline client",
    aggregate=OfflineClient,
    begun_by=(OfflineClientRegistered,),
    stream_name="offline-client:{}".format,
)
CLAIM = AggregateType(
    noun="claim",
    aggregate=Claim,
    begun_by=(ClaimBegun,),
    prefix=Kind.CLAIM,
    identifier_of=attrgetter("claim"),
)
CERTIFICATE = AggregateType(
    noun="certificate",
    aggregate=Certificate,
    begun_by=(CertificateIssued,),
    prefix=Kind.CERTIFICATE,
    identifier_of=attrgetter("certificate"),
)
CENTRE = AggregateType(
    noun="centre",
    aggregate=Centre,
    begun_by=(CentreOpened,),
    stream_name="centre:{}".format,
)
USER = AggregateType(
    noun="user",
    aggregate=User,
    begun_by=(UserAdded,),
    stream_name=lambda name: f"user:{fold_user_name(name)}",
)
TOKEN = AggregateType(
    noun="token",
    aggregate=Token,
    begun_by=(TokenIssued,),
    stream_name="token:{}".format,
)
PIN = AggregateType(
    noun="PIN", aggregate=Pin, begun_by=(PinSet,), stream_name="pin:{}".format
)
"""The PIN of a user, by the user's name."""
SECOND_FACTOR = AggregateType(
    noun="second factor",
    aggregate=SecondFactor,
    begun_by=(SecondFactorTurnedOn,),
    stream_name=lambda name: f"second-factor:{fold_user_name(name)}",
)
"""The second factor of a user, by the user's name."""

WITH_HISTORY: tuple[AggregateType[Any], ...] = (
    LEARNER,
    GROUP,
    ORDER,
    ENTRY_ORDER,
    REGISTRATION,
    BOOKING,
    CLAIM,
    CERTIFICATE,
)
"""The types whose history people can look up by identifier."""
