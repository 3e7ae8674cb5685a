"""Attendance registers: the learners who sit a test of a unit at a time, by name (B16)."""

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import Connection

from aggregates.learners.learner import Learner
from aggregates.text import words
from commands.command import CommandContext
from projections.bookings.bookings import BookingRow, sitting
from queries.learners.learners import open_learners


def attendance_register(
    context: CommandContext,
    reads: Connection,
    *,
    centre: str,
    unit: str,
    starts: datetime,
    room: str | None = None,
) -> Sequence[tuple[BookingRow, Learner]]:
    """List the learners who sit a test of a unit at a time, maybe in one room, by name."""
    found = sitting(reads, centre=centre, unit=unit, starts=starts, room=room)
    people = open_learners(context, {row.learner for row in found}, seen_by=centre)

    def name(row: BookingRow) -> tuple[tuple[str, ...], ...]:
        details = people[row.learner].details
        return words(details.family_name), words(details.given_name), (row.learner,)

    return [(row, people[row.learner]) for row in sorted(found, key=name)]
