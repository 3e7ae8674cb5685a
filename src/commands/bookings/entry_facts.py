"""The facts that decide on entries, and the changes that book them (B1-B7)."""

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass

from aggregates.bookings.entry_check import (
    EntryRegistration,
    EntryRegistrations,
    Registrations,
)
from aggregates.bookings.entry_order import EntryOrder
from aggregates.bookings.sitting_time import duration
from aggregates.bookings.timetable import Timetable
from aggregates.registrations.registration import Registration
from aggregates.registrations.registration_state import Status
from catalogue import Unit
from commands.claims.claim import rules_of
from commands.command import CommandContext
from commands.learners.erased_learners import erased_learners
from commands.registrations.registration import (
    ACTIVE_REGISTRATION,
    active_key,
    last_registrations,
    registers_of,
)
from events.bookings.booking import BookingMade
from events.bookings.entry_order import ConfirmedEntry, Entry
from events.bookings.sitting import TestBooked
from events.bookings.timetable import SittingPlanned
from events.event import Event
from events.registrations.registration import RegistrationMade
from repositories.aggregate_types import BOOKING, REGISTRATION, TIMETABLE
from repositories.repository import load_many
from store import Change, Stream


@dataclass(frozen=True, kw_only=True)
class EntryFacts:
    """The facts that decide on entries: registrations and timetables, with their streams.

    ``last`` are the last registrations of learners without an Active one. ``left`` are
    learners who were transferred after the centre had registered them; ``erased`` are those
    whose data were erased.
    """

    places: EntryRegistrations
    timetables: dict[str, Timetable]
    streams: dict[str, Stream]
    last: Registrations
    left: Collection[str]
    erased: Collection[str]

    @classmethod
    def of(
        cls, context: CommandContext, centre: str, entries: Iterable[Entry]
    ) -> "EntryFacts":
        """Load the registrations, timetables and learners of these entries of a centre."""
        entries = tuple(entries)
        known = context.catalogue.qualifications
        wanted = {
            (e.learner, e.qualification) for e in entries if e.qualification in known
        }
        keys = {active_key(*each): each for each in wanted}
        held = context.store.find_reservations(ACTIVE_REGISTRATION, keys)
        opened = context.store.open_many(h.stream for h in held.values())
        days = load_many(TIMETABLE, {who for who, _ in wanted}, store=context.store)
        places: dict[tuple[str, str], EntryRegistration] = {}
        streams: dict[str, Stream] = {}
        for key, holding in held.items():
            stream = opened[holding.stream]
            place = _place(context, stream)
            if stream.owner == centre and place.registration.status is Status.ACTIVE:
                places[keys[key]] = place
                streams[place.registration.registration] = stream
        timetables = {}
        for who, _ in wanted:
            at, timetables[who] = days.get(who, (TIMETABLE.new(who), Timetable()))
            streams[TIMETABLE.stream_name(who)] = at
        absent = {e.learner for e in entries} - {who for who, _ in places}
        left = {
            who
            for who, (at, register) in registers_of(
                context, absent, centre=centre
            ).items()
            if register.centre != centre and at.seen_by(centre).history
        }
        return cls(
            places=places,
            timetables=timetables,
            streams=streams,
            last=_last(context, centre, wanted - {*places}),
            left=left,
            erased=erased_learners(context, {e.learner for e in entries}),
        )

    def make_bookings(
        self, order: EntryOrder, entries: Sequence[ConfirmedEntry]
    ) -> list[Change]:
        """Make the bookings, and record each on its registration and timetable."""
        made: list[Change] = []
        noted: dict[str, list[Event]] = {}
        for confirmed in entries:
            entry = confirmed.entry
            place = self.places[entry.learner, entry.qualification]
            unit = place.rules.unit(entry.unit)
            booking = booking_made(order, confirmed, unit)
            new = BOOKING.new(booking.booking)
            made.append(new.change([booking], owner=order.centre))
            ends = booking.starts + duration(booking.minutes, booking.extra_time)
            planned = SittingPlanned(
                booking=booking.booking, starts=booking.starts, ends=ends
            )
            booked = TestBooked(
                booking=booking.booking,
                unit=booking.unit,
                starts=booking.starts,
                ends=ends,
            )
            noted.setdefault(TIMETABLE.stream_name(entry.learner), []).append(planned)
            noted.setdefault(confirmed.registration, []).append(booked)
        return [
            *made,
            *(
                self.streams[name].change(events, owner=order.centre)
                for name, events in noted.items()
            ),
        ]


def booking_made(
    order: EntryOrder, confirmed: ConfirmedEntry, unit: Unit
) -> BookingMade:
    entry = confirmed.entry
    if entry.starts is None:
        raise ValueError(f"{entry.learner} has no time for {entry.unit}.")
    return BookingMade(
        booking=confirmed.booking,
        order=order.order,
        registration=confirmed.registration,
        learner=entry.learner,
        centre=order.centre,
        qualification=entry.qualification,
        unit=entry.unit,
        delivery=entry.delivery,
        mode=entry.mode,
        starts=entry.starts,
        minutes=unit.minutes or 0,
        extra_time=entry.extra_time,
        price=confirmed.price,
        purchase_order=order.purchase_order,
    )


def _last(
    context: CommandContext, centre: str, wanted: Iterable[tuple[str, str]]
) -> dict[tuple[str, str], Registration]:
    """Return the last registrations of these learners on these qualifications."""
    learners: dict[str, list[str]] = {}
    for who, qualification in sorted(wanted):
        learners.setdefault(qualification, []).append(who)
    return {
        (who, qualification): each
        for qualification, names in learners.items()
        for who, each in last_registrations(
            context, names, qualification, centre=centre
        ).items()
    }


def _place(context: CommandContext, stream: Stream) -> EntryRegistration:
    made = stream.events[0]
    registration = REGISTRATION.replay(stream)
    return EntryRegistration(
        registration=registration,
        apprenticeship=made.apprenticeship
        if isinstance(made, RegistrationMade)
        else None,
        rules=rules_of(context, registration),
    )
