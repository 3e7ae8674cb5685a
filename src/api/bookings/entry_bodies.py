"""The request bodies of entry orders: entries one by one, or lines for many learners."""

from typing import Annotated, Any

from pydantic import Field

from aggregates.bookings.entry_order import MOST_ENTRIES
from aggregates.bookings.sitting_time import Delivery, Mode, read_time
from aggregates.errors import FieldPath
from api.http.references import ConfirmLoss, LearnerName, Name, ProductName
from api.http.request_context import RequestContext
from api.http.schemas import RequestBody, with_example
from api.orders.order_bodies import PurchaseNumber
from api.uploads.group_names import GroupName, group_numbers
from commands.bookings.entry_lines import EntryLine
from events.bookings.entry_order import Entry


class TestToBook(RequestBody, title="TestToBook"):
    """A test, and how it is sat; its time is in London unless it has an offset."""

    qualification: ProductName
    apprenticeship: Name | None = Field(
        default=None, description="The one the learner came through, if they did."
    )
    unit: Name = Field(examples=["F/506/1934"])
    delivery: Delivery
    starts: Annotated[str, Field(max_length=40)] | None = Field(
        default=None, examples=["2026-12-10T10:00"]
    )
    mode: Mode | None = None
    extra_time: int = Field(default=0, ge=0, le=1000, description="In per cent.")

    def entry(self, learner: str, *, at: FieldPath) -> Entry:
        """Make the entry of a learner; ``at`` is its path in the body.

        Raises TimeMalformed, TimeSkipped.
        """
        starts = read_time(self.starts, path=(*at, "starts")) if self.starts else None
        return Entry(
            learner=learner,
            qualification=self.qualification,
            apprenticeship=self.apprenticeship,
            unit=self.unit,
            delivery=self.delivery,
            starts=starts,
            mode=self.mode,
            extra_time=self.extra_time,
        )


class EntryRequest(TestToBook, title="EntryChoice"):
    """A test to be booked for a learner."""

    model_config = with_example(
        {
            "learner": "L-0000000017T",
            "qualification": "Q-0005001227",
            "unit": "F/506/1934",
            "delivery": "Onscreen",
            "mode": "Online",
            "starts": "2026-12-10T10:00",
        }
    )

    learner: LearnerName


class EntryLineRequest(TestToBook, title="EntryLine"):
    """A test to book for many: for each of these learners, and of these groups."""

    model_config = with_example(
        {
            "qualification": "Q-0005001227",
            "unit": "F/506/1934",
            "delivery": "Onscreen",
            "mode": "Online",
            "starts": "2026-12-10T10:00",
            "extra_time": 25,
            "learners": ["L-0000000017T"],
        }
    )

    learners: list[LearnerName] = Field(default=[], max_length=MOST_ENTRIES)
    groups: list[GroupName] = Field(default=[], max_length=20)
    only_registered: bool = Field(
        default=False,
        description="Leave out those of the groups who are not on the qualification.",
    )


class EntriesRequest(RequestBody, title="EntriesChoice"):
    """Entries one by one, and lines for many learners at once."""

    model_config = with_example(
        {
            "lines": [
                {
                    "qualification": "Q-0005001227",
                    "unit": "F/506/1934",
                    "delivery": "Onscreen",
                    "mode": "Online",
                    "starts": "2026-12-10T10:00",
                    "learners": ["L-0000000017T"],
                }
            ]
        }
    )

    confirm_loss: ConfirmLoss = False
    entries: list[EntryRequest] = Field(default=[])
    lines: list[EntryLineRequest] = Field(default=[], max_length=100)

    def entries_requested(self) -> tuple[Entry, ...]:
        """Read the entries. Raises TimeMalformed, TimeSkipped."""
        return tuple(
            each.entry(each.learner, at=("entries", number))
            for number, each in enumerate(self.entries)
        )

    def lines_told(self, context: RequestContext) -> tuple[EntryLine, ...]:
        """Read the lines, and find their groups. Raises as ``group_numbers`` too."""
        return tuple(
            EntryLine(
                test=each.entry("", at=("lines", number)),
                learners=tuple(each.learners),
                groups=group_numbers(
                    context, each.groups, path=("lines", number, "groups")
                ),
                is_for_registered=each.only_registered,
            )
            for number, each in enumerate(self.lines)
        )


class NewEntryOrder(EntriesRequest, title="NewEntryOrder"):
    model_config = with_example(
        {
            "entries": [
                {
                    "learner": "L-0000000017T",
                    "qualification": "Q-0005001227",
                    "unit": "F/506/1934",
                    "delivery": "Onscreen",
                    "mode": "Online",
                    "starts": "2026-12-10T10:00",
                }
            ],
            "purchase_order_number": "PO-2026-117",
        }
    )

    purchase_order_number: PurchaseNumber = None


class EntryChange(RequestBody, title="EntryChange"):
    """The changes to an entry; what is left out stays, and null clears it."""

    model_config = with_example({"starts": "2026-12-11T10:00", "extra_time": 25})

    delivery: Delivery | None = None
    starts: Annotated[str, Field(max_length=40)] | None = Field(
        default=None, examples=["2026-12-10T10:00"]
    )
    mode: Mode | None = None
    extra_time: int | None = Field(
        default=None, ge=0, le=1000, description="In per cent."
    )
    confirm_loss: ConfirmLoss = False

    def changes(self) -> dict[str, Any]:
        """Read what changes. Raises TimeMalformed, TimeSkipped."""
        told = self.model_dump(exclude_unset=True, exclude={"confirm_loss"})
        if self.starts:
            told["starts"] = read_time(self.starts, path=("starts",))
        for name in ("delivery", "extra_time"):
            if told.get(name, "") is None:
                del told[name]
        return told
