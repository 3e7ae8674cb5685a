"""A booking as it is now, with its packages, from events alone."""

from collections.abc import Iterator
from typing import Any

from aggregates.bookings.booking import Booking
from commands.command import CommandContext
from events.bookings.booking import BookingOutcomeCorrected, PackageDownloaded
from projections.bookings.bookings import BookingRow, PackageRow
from repositories.aggregate_types import OFFLINE_CLIENT, PIN
from repositories.repository import load_many
from store import Stream


def booking_row(stream: Stream, state: Booking) -> BookingRow:
    """Build the list's row of a booking from events alone."""
    made, result = state.made, state.result
    return BookingRow(
        booking=made.booking,
        order=made.order,
        registration=made.registration,
        learner=made.learner,
        centre=made.centre,
        qualification=made.qualification,
        unit=made.unit,
        delivery=made.delivery,
        mode=state.mode,
        starts=state.starts,
        minutes=made.minutes,
        extra_time=state.extra_time,
        attendance=state.attendance,
        is_pass=result.is_pass if result else None,
        grade=result.grade if result else None,
        mark=result.mark if result else None,
        sat_on=result.sat_on if result else None,
        room=state.room,
        revision=state.revision,
        corrections=corrections_of(stream),
        updated_at=stream.history[-1].recorded_at,
    )


def corrections_of(stream: Stream) -> list[dict[str, Any]]:
    """Say what had been reported each time before it was put right (B17)."""
    found = []
    for number, recorded in enumerate(stream.history):
        if isinstance(recorded.event, BookingOutcomeCorrected):
            before = Booking.replay(stream.events[:number])
            result = before.result
            found.append(
                {
                    "attendance": before.attendance,
                    "is_pass": result and result.is_pass,
                    "grade": result and result.grade,
                    "mark": result and result.mark,
                    "sat_on": result and result.sat_on,
                    "corrected_at": recorded.recorded_at,
                }
            )
    return found


def packages_of(
    context: CommandContext, stream: Stream, booking: Booking
) -> Iterator[PackageRow]:
    """List the packages of a booking, oldest first (B11, B14)."""
    downloads = [
        (recorded.recorded_at, recorded.event)
        for recorded in stream.history
        if isinstance(recorded.event, PackageDownloaded)
    ]
    pins = load_many(PIN, {each.user for _, each in downloads}, store=context.store)
    clients = load_many(
        OFFLINE_CLIENT, {each.client for _, each in downloads}, store=context.store
    )
    for downloaded_at, package in downloads:
        _, client = clients.get(package.client, (None, None))
        yield PackageRow(
            package=package.package,
            user=package.user,
            client=package.client,
            client_name=client.name if client else None,
            downloaded_at=downloaded_at,
            why_stale=booking.why_stale(package, pin=pins[package.user][1].id),
        )
