"""The rows of registrations, each with its status, as events change them."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal

import msgspec
from sqlalchemy import (
    JSON,
    BigInteger,
    Column,
    Date,
    Index,
    Integer,
    String,
    Table,
    text,
)

from aggregates.claims.claim_hindrances import claimed_by
from aggregates.registrations.registration_state import COMPLETING, Status
from events.bookings.sitting import TestOutcomeCorrected, TestResultAdded
from events.event import Event
from events.registrations.registration import (
    AwardClaimed,
    AwardRevoked,
    AwardWithdrawn,
    PartCompleted,
    PartReopened,
    PathwayChanged,
    RegistrationCancelled,
    RegistrationMade,
    RegistrationReopened,
    RegistrationTransferred,
)
from projections.read_model import (
    METADATA,
    Moment,
    Money,
    ReadModel,
    events_of,
    in_order,
)
from projections.rows import Rows, Values
from store import Recorded

REGISTRATIONS = Table(
    "registrations",
    METADATA,
    Column("stream", String, primary_key=True),
    Column("registration", String, nullable=False),
    Column("learner", String, nullable=False),
    Column("centre", String, nullable=False),
    Column("product", String, nullable=False),
    Column("pathway", String),
    Column("rules_version", Integer, nullable=False),
    Column("status", String, nullable=False),
    Column("completed_by", String),
    Column("completion", JSON),
    Column("judged_at", BigInteger, nullable=False),
    Column("parent", String, index=True),
    Column("apprenticeship", String),
    Column("parts", JSON, nullable=False),
    Column("open_parts", Integer, nullable=False),
    Column("order", String, nullable=False, index=True),
    Column("ordered_at", Moment, nullable=False),
    Column("ordered_by", String, nullable=False),
    Column("purchase_order", String),
    Column("price", Money, nullable=False),
    Column("course_starts", Date, nullable=False),
    Column("course_ends", Date, nullable=False),
    Column("updated_at", Moment, nullable=False),
    *in_order(
        "registrations",
        ("ordered_at", "stream"),
        ("updated_at", "stream"),
        ("course_starts", "stream"),
        ("course_ends", "stream"),
        ("product", "stream"),
        ("status", "stream"),
    ),
    Index("registrations_of_learner", "learner", "product"),
    Index(
        "registrations_of_apprenticeship",
        "apprenticeship",
        postgresql_where=text("apprenticeship IS NOT NULL"),
        sqlite_where=text("apprenticeship IS NOT NULL"),
    ),
)
"""``open_parts`` of an apprenticeship are those not completed, 0 where there are none (O7).

``completion`` is the reason it gives against another claim once it was claimed;
``judged_at`` the position of the last fact that what was achieved is judged by.
"""

COUNTS = Table(
    "registration_counts",
    METADATA,
    Column("centre", String, primary_key=True),
    Column("product", String, primary_key=True),
    Column("apprenticeship", String, primary_key=True),
    Column("registered", Integer, nullable=False),
    Column("active", Integer, nullable=False),
)
"""How many are registered on a qualification, by the apprenticeship that they came with.

It is the empty text where they came with none (O7).
"""
ACTIVE: Values = {"status": Status.ACTIVE, "completed_by": None}
JUDGED_BY = (
    AwardClaimed,
    AwardRevoked,
    AwardWithdrawn,
    PathwayChanged,
    RegistrationReopened,
    TestOutcomeCorrected,
    TestResultAdded,
)
"""The events that affect the assessment of a learner, besides the grades typed in a claim."""


@dataclass(frozen=True, kw_only=True)
class RegistrationRow:
    """A registration in the list; ``ordered_by`` is the centre that pays for it (L6).

    One on an apprenticeship has ``parts``; each of them names it as its ``parent``.
    """

    registration: str
    learner: str
    centre: str
    product: str
    pathway: str | None
    rules_version: int
    status: Status
    order: str
    ordered_at: datetime
    ordered_by: str
    purchase_order: str | None
    price: Decimal
    course_starts: date
    course_ends: date
    updated_at: datetime
    parent: str | None = None
    apprenticeship: str | None = None
    parts: tuple[str, ...] = ()


def row_of(
    recorded: Recorded, status: Status, *, updated_at: datetime
) -> RegistrationRow:
    """Make a registration's row from its first event."""
    event = recorded.event
    if not isinstance(event, RegistrationMade):
        raise TypeError(event)
    return RegistrationRow(
        registration=event.registration,
        learner=event.learner,
        centre=event.centre,
        product=event.product,
        pathway=event.pathway,
        rules_version=event.rules_version,
        status=status,
        order=event.order,
        ordered_at=recorded.recorded_at,
        ordered_by=event.centre,
        purchase_order=event.purchase_order,
        price=event.price,
        course_starts=event.course_starts,
        course_ends=event.course_ends,
        updated_at=updated_at,
        parent=event.parent,
        apprenticeship=event.apprenticeship,
        parts=event.parts,
    )


def fold(rows: Rows, batch: Sequence[Recorded]) -> None:
    its = [each for each in batch if each.event.topic.startswith("registration.")]
    new = {each.stream for each in its if isinstance(each.event, RegistrationMade)}
    rows.fetch(REGISTRATIONS, [str(r.stream) for r in its if r.stream not in new])
    for recorded in rows.following(batch):
        stream, event = str(recorded.stream), recorded.event
        if isinstance(event, RegistrationMade):
            made = vars(
                row_of(recorded, Status.ACTIVE, updated_at=recorded.recorded_at)
            )
            parts = {"parts": list(event.parts), "open_parts": len(event.parts)}
            begun = {"stream": stream, "judged_at": recorded.position}
            rows.put(REGISTRATIONS, made := begun | made | parts)
            _count(rows, made, by=1)
            continue
        is_its = event.topic.startswith("registration.")
        if not is_its or (row := rows.get(REGISTRATIONS, stream)) is None:
            continue
        changed = _changed_columns(event, row)
        if isinstance(event, JUDGED_BY):
            changed["judged_at"] = recorded.position
        if isinstance(event, AwardClaimed):
            why = claimed_by(
                event,
                user=recorded.user,
                role=recorded.role,
                recorded_at=recorded.recorded_at,
            )
            changed["completion"] = msgspec.to_builtins(why)
        rows.touch(REGISTRATIONS, stream)
        rows.change(REGISTRATIONS, stream, **changed)
        if "status" in changed or "centre" in changed:
            _count(rows, row, by=-1)
            _count(rows, row | changed, by=1)


def _count(rows: Rows, row: Values, *, by: int) -> None:
    """Add a registration on a qualification to its centre's count, or subtract it."""
    if row["parts"]:
        return
    way = {name: row[name] for name in ("centre", "product")}
    way["apprenticeship"] = row["apprenticeship"] or ""
    before = rows.get(COUNTS, *way.values()) or {"registered": 0, "active": 0}
    counted = {"registered": before["registered"] + by, "active": before["active"]}
    if row["status"] == Status.ACTIVE:
        counted["active"] += by
    rows.put(COUNTS, way | counted)


def _changed_columns(event: Event, row: Values) -> Values:
    """Return the columns that an event changes in a registration's row; {} if none."""
    changed: Values = {}
    match event:
        case RegistrationTransferred(centre=centre):
            changed = {"centre": centre}
        case PathwayChanged(pathway=pathway):
            changed = {"pathway": pathway}
        case AwardClaimed(claim=claim, award_type=award_type):
            if award_type in COMPLETING:
                changed = {"status": Status.COMPLETED, "completed_by": claim}
        case AwardWithdrawn(claim=claim) if row["completed_by"] == claim:
            changed = {**ACTIVE}
        case PartCompleted() | PartReopened():
            left = row["open_parts"] + (-1 if isinstance(event, PartCompleted) else 1)
            status = Status.ACTIVE if left else Status.COMPLETED
            changed = {"status": status, "open_parts": left}
        case RegistrationReopened():
            changed = {**ACTIVE}
        case RegistrationCancelled():
            changed = {"status": Status.CANCELLED, "completed_by": None}
        case _:
            pass
    return changed


READ_MODEL = ReadModel(
    name="registrations",
    version=9,
    tables=(REGISTRATIONS, COUNTS),
    handles=events_of("registration"),
    fold=fold,
)
