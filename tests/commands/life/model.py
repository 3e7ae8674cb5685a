"""What a registration's life consists of, by hand: nothing here is the product's."""

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from itertools import combinations
from typing import TypeAlias

from aggregates.uk_time import LONDON

No: TypeAlias = set[str]
SINGLE, SEVERAL, APPRENTICESHIP = "Q-0005009999", "Q-0005001227", "Q-0009000009"
PARTS = (SINGLE, SEVERAL)
PATHWAYS = {SINGLE: ("MAIN",), SEVERAL: ("MAIN", "SHORT"), APPRENTICESHIP: ()}
NOTICE = {"Onscreen": timedelta(hours=2), "Paper": timedelta(hours=288)}
SIDE = timedelta(hours=4)
MINUTES = {0: 60, 25: 75, 50: 90}
COMPLETING = ("Full", "Fallback")
UNSETTLED = ("Draft", "Unsubmitted", "Submitted")
NEXT = {
    "Not invoiced": {"Invoiced"},
    "Invoiced": {"Paid", "Credited"},
    "Paid": {"Credited"},
    "Credited": set(),
}
EVERYBODY = ("Centre Administrator", "Assessor", "Account Specialist")
AT_A_CENTRE, ADMINISTRATOR, SPECIALIST = EVERYBODY[:2], EVERYBODY[:1], EVERYBODY[2:]
MAY: Mapping[str, tuple[str, ...]] = {
    "AmendBooking": EVERYBODY,
    "BeginClaim": ADMINISTRATOR,
    "BeginEntryOrder": AT_A_CENTRE,
    "BeginOrder": AT_A_CENTRE,
    "CancelBooking": AT_A_CENTRE,
    "CancelRegistration": ADMINISTRATOR,
    "ChangePathway": SPECIALIST,
    "ChooseClaimLearners": ADMINISTRATOR,
    "ConfirmEntryOrder": AT_A_CENTRE,
    "ConfirmOrder": AT_A_CENTRE,
    "CorrectOutcome": ("Assessment",),
    "DeleteClaim": ADMINISTRATOR,
    "EraseLearner": SPECIALIST,
    "ProcessClaim": ("Service",),
    "ReopenRegistration": SPECIALIST,
    "ReportInvoiceStatus": ("Invoicing",),
    "ReportOutcome": ("Assessment",),
    "RevokeCertificate": SPECIALIST,
    "SaveClaimGrades": ADMINISTRATOR,
    "SubmitClaim": ADMINISTRATOR,
    "TransferLearner": SPECIALIST,
    "UndoLearnerGroup": AT_A_CENTRE,
    "WithdrawClaim": ADMINISTRATOR,
}
"""Which role may ask what (section 2)."""


def today(now: datetime) -> date:
    return now.astimezone(LONDON).date()


def earliest_award(day: date) -> date:
    """Go three calendar months back, to the last day there is (M6)."""
    year, month = divmod(day.year * 12 + day.month - 4, 12)
    first_after = date(year + (month == 11), (month + 1) % 12 + 1, 1)
    last = first_after - timedelta(days=1)
    return last.replace(day=min(day.day, last.day))


def earns_full(pathway: str | None, achieved: Collection[str]) -> bool:
    """Units by the end of their references: 1, 2 are group A, 3-5 are B (M7).

    MAIN wants all of A and 12 credits of B, which B has without 3 never; SHORT wants 16
    of B: 3 has 12, the others 4 each.
    """
    ends = {unit[-1] for unit in achieved}
    if pathway == "MAIN":
        return {"1", "2", "3"} <= ends
    return "3" in ends and bool({"4", "5"} & ends)


@dataclass
class Claimed:
    """An award on a registration, and the certificate that it earned.

    ``said`` are the grades that its own claim gave, ``grades`` all to date.
    """

    kind: str
    grades: dict[str, str]
    said: dict[str, str] = field(default_factory=dict)
    day: date | None = None
    is_settled: bool = False
    is_revoked: bool = False
    certificate: str | None = None
    is_in_force: bool = False


@dataclass
class Held:
    """A registration."""

    name: str
    learner: str
    product: str
    pathway: str | None
    parent: "Held | None" = None
    parts: list["Held"] = field(default_factory=list)
    awards: dict[str, Claimed] = field(default_factory=dict)
    is_cancelled: bool = False

    @property
    def counted(self) -> dict[str, Claimed]:
        """M18: the awards whose certificates were not revoked."""
        return {c: award for c, award in self.awards.items() if not award.is_revoked}

    @property
    def completed_by(self) -> str | None:
        for claim, award in self.awards.items():
            if award.kind in COMPLETING and not award.is_settled:
                return claim
        return None

    @property
    def status(self) -> str:
        if self.is_cancelled:
            return "Cancelled"
        is_whole = bool(self.parts) and all(p.status == "Completed" for p in self.parts)
        return "Completed" if is_whole or self.completed_by else "Active"


@dataclass
class Seat:
    """A booking; ``by_specialist`` if an Account Specialist gave the extra time (B6)."""

    name: str
    centre: str
    held: Held
    delivery: str
    mode: str | None
    starts: datetime
    extra: int
    by_specialist: bool = False
    state: str = "Booked"
    result: tuple[bool, date] | None = None
    is_corrected: bool = False

    @property
    def ends(self) -> datetime:
        return self.starts + timedelta(minutes=MINUTES[self.extra])


@dataclass(frozen=True)
class Wish:
    """What somebody wants to enter a learner for, at a centre."""

    centre: str
    learner: str
    product: str
    apprenticeship: str | None
    unit: str
    delivery: str
    mode: str | None
    starts: datetime
    extra: int


@dataclass
class Row:
    """A learner in a claim."""

    held: Held
    kind: str | None = None
    day: date | None = None
    grades: dict[str, str] = field(default_factory=dict)
    standing: str = "Draft"

    @property
    def is_open(self) -> bool:
        return self.standing in {"Draft", "Unsubmitted"}


@dataclass
class Paper:
    """A claim."""

    name: str
    centre: str
    product: str
    rows: dict[str, Row] = field(default_factory=dict)
    is_closed: bool = False
    is_deleted: bool = False


def mode_faults(delivery: str, mode: str | None) -> No:
    """B5."""
    if (delivery == "Onscreen") == (mode is not None):
        return set()
    return {"ModeOutOfPlace" if mode else "ModeNeeded"}


def overlap(seats: Iterable[Seat], starts: datetime, ends: datetime) -> bool:
    """B7."""
    return any(seat.starts < ends and starts < seat.ends for seat in seats)


def date_faults(day: date | None, now: datetime) -> No:
    """M6."""
    if day is None or earliest_award(today(now)) <= day <= today(now):
        return set()
    return {"AwardDateInFuture" if day > today(now) else "AwardDateTooEarly"}


def none_overlap(seats: Collection[Seat]) -> bool:
    return not any(overlap([a], b.starts, b.ends) for a, b in combinations(seats, 2))
