"""Erasing a learner, and ending what is under way for them (H6)."""

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from typing import ClassVar, TypeAlias
from uuid import UUID

from aggregates.bookings.entry_order import EntryOrder
from aggregates.bookings.sitting import Attendance
from aggregates.claims.certificate import Certificate
from aggregates.claims.claim import Claim
from aggregates.claims.claim_refusals import RegisteredMeanwhile
from aggregates.claims.claim_status import ClaimStatus
from aggregates.errors import Refusal, raise_all
from aggregates.learners.in_flight import InFlight, claims_on
from aggregates.orders.order import Order
from aggregates.registrations.cancellation import charge_stands
from aggregates.registrations.registration import Registration
from commands.claims.issued_certificates import open_certificates, reliances
from commands.command import Command, CommandContext, CommandResult, handles
from commands.learners.erased_learners import ERASED
from commands.learners.learner import reserved_uln
from commands.learners.same_person import person_reservations
from commands.registrations.apprenticeship import reopened_parents
from commands.registrations.invoice import read_lines
from commands.registrations.registration import (
    active_reservation,
    read_active_key,
    registers_of,
)
from commands.uploads.group_uses import uses_changed
from events.bookings.booking import BookingCancelled
from events.bookings.sitting import TestCalledOff
from events.bookings.timetable import SittingDropped
from events.claims.claim import ClaimBegun
from events.identifier import stream_of
from events.registrations.registration import RegistrationMade
from repositories.aggregate_types import (
    CLAIM,
    ENTRY_ORDER,
    INVOICE_LINE,
    LEARNER,
    ORDER,
    REGISTRATION,
    TIMETABLE,
)
from repositories.repository import load_many
from store import AlreadyReserved, Change, Reservation, Stream

StreamsOf: TypeAlias = Callable[[str], Sequence[UUID]]
"""Finds the streams that mention a learner."""


@dataclass(frozen=True, kw_only=True)
class EraseLearner(Command):
    """Make everything about a learner unreadable, for ever (H6).

    ``rows`` finds the rows of all files that are the learner; ``streams`` finds all streams
    that name them. ``end_in_flight`` withdraws and cancels what is under way for them.
    """

    title: ClassVar = "erase a learner"

    learner: str
    reason: str
    rows: StreamsOf
    streams: StreamsOf
    end_in_flight: bool = False


@handles(EraseLearner)
def erase_learner(command: EraseLearner, context: CommandContext) -> CommandResult:
    """Record the erasure, then destroy the keys; a repeat destroys those that are left.

    A row that was linked to the learner has a key of its own. Whoever orders, books or
    claims for the learner at the same moment writes to the same streams, so one of the two
    is decided again.
    """
    stream, learner = context.load(LEARNER, command.learner, command)
    events = learner.erase(command.reason, key=stream_of(f"{command.learner}/erasure"))
    change = stream.change(
        events,
        release=[
            *reserved_uln(context.store, learner.centre, learner.details.uln),
            *(
                person_reservations(context.store, [learner])[learner.learner]
                if events
                else ()
            ),
        ],
        reserve=[Reservation(scope=ERASED, key=command.learner)] if events else [],
    )
    position = None
    if events:
        affairs = Affairs.of(context, command.learner, learner.centre, command.streams)
        in_flight = affairs.in_flight
        in_flight.require_retained_long_enough(
            today=command.today, retention=context.retention
        )
        if not command.end_in_flight:
            in_flight.require_settled()
        raise_all(affairs.reliances())
        ending = affairs.end(command.reason.strip())
        try:
            position = context.store.append(
                *merge_changes([change, *ending, *affairs.close()]),
                by=command.by,
                unchanged=affairs.unchanged_streams,
            )
        except AlreadyReserved as error:
            who, product = read_active_key(error.held.key)
            raise RegisteredMeanwhile(learner=who, qualification=product) from error
    for person in {learner.person_id, *command.rows(command.learner)}:
        context.store.forget(person)
    return CommandResult(position=position)


@dataclass(frozen=True, kw_only=True)
class Affairs:
    """Everything that mentions a learner, with its streams."""

    context: CommandContext
    learner: str
    register: Change
    registrations: Sequence[tuple[Stream, Registration]]
    claims: Sequence[tuple[Stream, Claim]]
    certificates: Sequence[Certificate]
    orders: Sequence[tuple[Stream, Order]]
    entry_orders: Sequence[tuple[Stream, EntryOrder]]

    @classmethod
    def of(
        cls, context: CommandContext, learner: str, centre: str, streams: StreamsOf
    ) -> "Affairs":
        """Load everything that names the learner, and what that refers to."""
        named = context.store.open_many(streams(learner)).values()
        begun = [(at, at.events[0]) for at in named if at.history]
        ((entered, register),) = registers_of(
            context, [learner], centre=centre
        ).values()
        made = (e.registration for _, e in begun if isinstance(e, RegistrationMade))
        registrations = load_many(
            REGISTRATION,
            dict.fromkeys([*register.registrations, *made]),
            store=context.store,
        ).values()
        names = {e.claim for _, e in begun if isinstance(e, ClaimBegun)}
        names |= {name for _, each in registrations for name in claims_on(each)}
        claims = load_many(CLAIM, sorted(names), store=context.store).values()
        orders = [(at, ORDER.replay(at)) for at, _ in begun if ORDER.begins(at)]
        entry_orders = [
            (at, ENTRY_ORDER.replay(at)) for at, _ in begun if ENTRY_ORDER.begins(at)
        ]
        return cls(
            context=context,
            learner=learner,
            register=entered.change(register.close(), owner=register.centre),
            registrations=[*registrations],
            claims=[(at, c) for at, c in claims if not (c.is_deleted or c.is_closed)],
            certificates=[
                certificate
                for _, certificate in open_certificates(
                    context, learner, [claim for _, claim in claims]
                ).values()
            ],
            orders=[
                (at, o)
                for at, o in orders
                if o.confirmed is None and not o.is_deleted and learner in o.everybody
            ],
            entry_orders=[
                (at, o)
                for at, o in entry_orders
                if o.confirmed is None
                and not o.is_deleted
                and learner in {e.learner for e in o.entries}
            ],
        )

    @property
    def in_flight(self) -> InFlight:
        return InFlight(
            learner=self.learner,
            registrations=[registration for _, registration in self.registrations],
            claims={claim.claim: claim for _, claim in self.claims},
            unprinted=[
                each.issued.certificate
                for each in self.certificates
                if not each.is_printed and each.is_in_force
            ],
            orders=[
                *(order.order for _, order in self.orders),
                *(order.order for _, order in self.entry_orders),
            ],
        )

    @property
    def open_bookings(self) -> list[str]:
        return [
            booking
            for _, registration in self.registrations
            for booking, sitting in registration.sittings.items()
            if sitting.attendance is Attendance.BOOKED
        ]

    @property
    def unchanged_streams(self) -> list[Stream]:
        """The streams that were read but not written: the invoice lines of cancelled tests."""
        lines = map(INVOICE_LINE.stream_id, self.open_bookings)
        return [*self.context.store.open_many(lines).values()]

    def reliances(self) -> Iterator[Refusal]:
        """Refuse if remaining awards count units of a claim that would end."""
        ending = [
            name
            for name, standing in self.in_flight.unsettled_claims.items()
            if standing is ClaimStatus.SUBMITTED
        ]
        for _, registration in self.registrations:
            for claim in filter(ending.__contains__, registration.awards):
                yield from reliances(
                    self.context,
                    registration,
                    claim,
                    what=f"{claim} cannot be ended with the erasure",
                    ending=ending,
                    instead=f"Or wait until {claim} is processed.",
                )

    def close(self) -> Iterator[Change]:
        """Record the erasure in each stream to which other commands for the learner write."""
        yield self.register
        for at, registration in self.registrations:
            yield at.change(registration.erase_holder())

    def end(self, reason: str) -> Iterator[Change]:
        """Withdraw, cancel and take out everything under way for the learner."""
        yield from self._end_claims(reason)
        yield from self._end_bookings()
        yield from self._end_orders()

    def _end_claims(self, reason: str) -> Iterator[Change]:
        of = {each.registration: (at, each) for at, each in self.registrations}
        unsettled = self.in_flight.unsettled_claims
        for stream, claim in self.claims:
            if claim.claim not in unsettled:
                continue
            place = claim.learners[self.learner]
            at, registration = of[place.registration]
            if place.standing is ClaimStatus.SUBMITTED:
                yield stream.change(
                    claim.withdraw(
                        reason=reason, learner=self.learner, person_id=stream.id
                    )
                )
                done = registration.completion
                is_over = done is not None and done.claim == claim.claim
                reserve = active_reservation(registration) if is_over else ()
                withdrawn = registration.withdraw_award(claim=claim.claim)
                yield at.change(withdrawn, reserve=reserve)
                if is_over and registration.parent is not None:
                    parent = {registration.parent: registration}
                    yield from reopened_parents(self.context, parent)
            else:
                yield stream.change(claim.leave_out(self.learner))
            yield at.change(registration.record_outcomes(claim=claim.claim, grades={}))

    def _end_bookings(self) -> Iterator[Change]:
        planned = self.context.store.open(TIMETABLE.stream_id(self.learner))
        lines = read_lines(self.open_bookings, self.context)
        opened = self.context.store.open_many(map(stream_of, self.open_bookings))
        for booking, line in lines.items():
            cancelled = BookingCancelled(
                booking=booking,
                invoice_status=line.status,
                charge_stands=charge_stands(line.status),
            )
            yield opened[stream_of(booking)].change([cancelled])
            yield planned.change([SittingDropped(booking=booking)])
        for at, registration in self.registrations:
            for booking in registration.sittings:
                if booking in lines:
                    yield at.change([TestCalledOff(booking=booking)])

    def _end_orders(self) -> Iterator[Change]:
        for at, order in self.orders:
            unlinked = order.unlink(self.learner, product=None)
            yield at.change(unlinked)
            yield from uses_changed(
                self.context.store,
                order.order,
                before=order.everybody,
                after=order.after(unlinked).everybody,
            )
        for at, entries in self.entry_orders:
            yield at.change(entries.leave_out(self.learner))


def merge_changes(changes: Iterable[Change]) -> list[Change]:
    """Merge the changes of each stream, which were decided separately, into one."""
    found: dict[UUID, Change] = {}
    for change in changes:
        first = found.get(change.stream)
        found[change.stream] = (
            change
            if first is None
            else replace(
                first,
                events=(*first.events, *change.events),
                owner=change.owner or first.owner,
                reserve=tuple(dict.fromkeys((*first.reserve, *change.reserve))),
                release=tuple(dict.fromkeys((*first.release, *change.release))),
            )
        )
    return [*found.values()]
