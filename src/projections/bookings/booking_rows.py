"""The rows of bookings and of their packages, as events change them."""

from collections.abc import Sequence

from sqlalchemy import (
    JSON,
    BigInteger,
    Boolean,
    Column,
    Date,
    Index,
    Integer,
    String,
    Table,
)

from aggregates.bookings.booking_state import (
    ATTENDANCE_AFTER,
)
from aggregates.bookings.sitting import Attendance
from aggregates.bookings.sitting_time import window
from events.bookings.booking import (
    BookingAmended,
    BookingCancelled,
    BookingMade,
    BookingMissed,
    BookingOutcomeCorrected,
    BookingResultAdded,
    BookingRoomGiven,
    BookingTaken,
    PackageDownloaded,
)
from events.centres.pin import PinSet
from projections.read_model import METADATA, Moment, ReadModel, events_of, in_order
from projections.rows import Rows, Values
from store import Recorded

BOOKINGS = Table(
    "bookings",
    METADATA,
    Column("stream", String, primary_key=True),
    Column("booking", String, nullable=False),
    Column("order", String, nullable=False, index=True),
    Column("registration", String, nullable=False, index=True),
    Column("learner", String, nullable=False, index=True),
    Column("centre", String, nullable=False),
    Column("qualification", String, nullable=False),
    Column("unit", String, nullable=False),
    Column("delivery", String, nullable=False),
    Column("mode", String),
    Column("starts", Moment, nullable=False),
    Column("closes", Moment, nullable=False),
    Column("minutes", Integer, nullable=False),
    Column("extra_time", Integer, nullable=False),
    Column("attendance", String, nullable=False),
    Column("is_pass", Boolean),
    Column("grade", String),
    Column("mark", Integer),
    Column("sat_on", Date),
    Column("room", String),
    Column("revision", Integer, nullable=False),
    Column("corrections", JSON, nullable=False),
    Column("updated_at", Moment, nullable=False),
    *in_order(
        "bookings",
        ("starts", "stream"),
        ("updated_at", "starts", "stream"),
        ("unit", "starts"),
        ("attendance", "starts"),
    ),
    Index("bookings_of_sitting", "centre", "starts", "unit"),
    Index("bookings_of_sitting_anywhere", "starts", "centre", "unit"),
)

PACKAGES = Table(
    "booking_packages",
    METADATA,
    Column("stream", String, primary_key=True),
    Column("package", String, primary_key=True),
    Column("position", BigInteger, nullable=False),
    Column("user_name", String, nullable=False),
    Column("client", String, nullable=False),
    Column("revision", Integer, nullable=False),
    Column("pin", String, nullable=False),
    Column("downloaded_at", Moment, nullable=False),
    Index("booking_packages_of_user", "user_name"),
)
PINS = Table(
    "booking_pins",
    METADATA,
    Column("user_name", String, primary_key=True),
    Column("pin", String, nullable=False),
)

OUTCOME = ("attendance", "is_pass", "grade", "mark", "sat_on")
"""The columns of a test's outcome."""


def fold(rows: Rows, batch: Sequence[Recorded]) -> None:
    for recorded in rows.following(batch):
        if isinstance(recorded.event, PinSet):
            pin = recorded.event
            rows.put(PINS, {"user_name": pin.user, "pin": pin.pin})
        if not recorded.event.topic.startswith("booking."):
            continue
        stream = str(recorded.stream)
        if isinstance(recorded.event, BookingMade):
            rows.put(BOOKINGS, {"stream": stream, **_booking_columns(recorded.event)})
        else:
            rows.touch(BOOKINGS, stream)
            if isinstance(recorded.event, BookingOutcomeCorrected):
                _keep_outcome(rows, recorded)
            elif isinstance(recorded.event, BookingAmended):
                _revise(rows, stream)
            elif isinstance(recorded.event, PackageDownloaded):
                _keep_package(rows, recorded, recorded.event)
            rows.change(BOOKINGS, stream, **_changed_columns(recorded.event))


def _booking_columns(event: BookingMade) -> Values:
    names = {column.name for column in BOOKINGS.columns} - {"stream"}
    values = {name: value for name, value in vars(event).items() if name in names}
    closes = window(event.starts)[1]
    return {
        **values,
        "closes": closes,
        "attendance": Attendance.BOOKED,
        "revision": 1,
        "corrections": [],
    }


def _revise(rows: Rows, stream: str) -> None:
    """Raise the revision by one: packages of an earlier revision are stale (B11)."""
    if row := rows.get(BOOKINGS, stream):
        rows.change(BOOKINGS, stream, revision=row["revision"] + 1)


def _keep_package(rows: Rows, recorded: Recorded, event: PackageDownloaded) -> None:
    rows.put(
        PACKAGES,
        {
            "stream": str(recorded.stream),
            "package": event.package,
            "position": recorded.position,
            "user_name": event.user,
            "client": event.client,
            "revision": event.revision,
            "pin": event.pin,
            "downloaded_at": recorded.recorded_at,
        },
    )


def _changed_columns(event: object) -> Values:
    match event:
        case BookingAmended(starts=starts, mode=mode, extra_time=extra_time):
            closes = window(starts)[1]
            moved = {"starts": starts, "closes": closes}
            return {**moved, "mode": mode, "extra_time": extra_time}
        case BookingRoomGiven(room=room):
            return {"room": room}
        case BookingCancelled() | BookingTaken() | BookingMissed():
            return {"attendance": ATTENDANCE_AFTER[type(event)]}
        case BookingResultAdded():
            return dict(vars(event))
        case BookingOutcomeCorrected():
            return {name: getattr(event, name) for name in OUTCOME}
        case _:
            return {}


def _keep_outcome(rows: Rows, recorded: Recorded) -> None:
    """Store the outcome as it was before a correction (B17)."""
    row = rows.get(BOOKINGS, str(recorded.stream))
    if row is None:
        return
    before = {name: row[name] for name in OUTCOME}
    before["sat_on"] = before["sat_on"] and before["sat_on"].isoformat()
    before["corrected_at"] = recorded.recorded_at.isoformat()
    rows.change(
        BOOKINGS, str(recorded.stream), corrections=[*row["corrections"], before]
    )


READ_MODEL = ReadModel(
    name="bookings",
    version=9,
    tables=(BOOKINGS, PACKAGES, PINS),
    handles=events_of("booking") | {PinSet},
    fold=fold,
)
