"""An order of entries as its pages have it: read once, with what it still lacks (B1)."""

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from starlette.responses import Response

from aggregates.bookings.entry_order import EntryOrder
from aggregates.errors import Refusal
from aggregates.loss import WorkWouldBeLost
from catalogue import Catalogue, Unit
from catalogue.rule import amount
from commands.bookings.entry_order import BeginEntryOrder
from events.bookings.entry_order import Entry
from queries.bookings.entry_orders import EntryOrderDetails, entry_order_details
from queries.titles import title_of, unit_title
from repositories.aggregate_types import ENTRY_ORDER
from store import Conflict
from web.http.context import PageContext
from web.http.faults import field_id, loss_in_words
from web.orders.opened_draft import OpenedDraft, first_of
from web.orders.order_page import refusals_of

ENTRY_ORDERS = "/entry-orders"
ORDER = ENTRY_ORDERS + "/{entry_order}"
STEPS: Mapping[str, str] = {
    "units": "Choose tests",
    "learners": "Link learners",
    "schedule": "Date, time and mode",
    "po": "Purchase order number",
    "confirm": "Check and confirm",
}
"""The pages of an order of entries, and what each is called."""
TIMED = frozenset({"starts", "mode", "extra_time"})
"""What of an entry is said on the page of times."""


@dataclass(frozen=True, kw_only=True)
class ChosenTest:
    """A test that is chosen before anybody is entered for it."""

    qualification: str
    unit: str
    delivery: str
    apprenticeship: str | None = None

    @classmethod
    def of(cls, entry: Entry) -> "ChosenTest":
        return cls(
            qualification=entry.qualification,
            unit=entry.unit,
            delivery=entry.delivery,
            apprenticeship=entry.apprenticeship,
        )

    @classmethod
    def from_text(cls, text: str, catalogue: Catalogue) -> "ChosenTest | None":
        """Read a test as an address says it; None if there is no such test."""
        qualification, unit, delivery, *came = [*text.split(" "), "", "", ""][:4]
        tested = find_test(catalogue, qualification, unit)
        if tested is None or delivery not in tested.delivery:
            return None
        came_through = came[0] if came[0] in catalogue.apprenticeships else None
        return cls(
            qualification=qualification,
            unit=unit,
            delivery=delivery,
            apprenticeship=came_through,
        )

    @property
    def text(self) -> str:
        parts = self.qualification, self.unit, self.delivery, self.apprenticeship
        return " ".join(filter(None, parts))

    def entry(self, learner: str) -> Entry:
        return Entry(
            learner=learner,
            qualification=self.qualification,
            apprenticeship=self.apprenticeship,
            unit=self.unit,
            delivery=self.delivery,
        )


@dataclass(frozen=True, kw_only=True)
class EnteredTest:
    """A test of an order in a table; ``price`` and ``cost`` are in pounds."""

    test: ChosenTest
    title: str
    qualification: str
    learners: int
    price: Decimal
    cost: Decimal


def find_test(catalogue: Catalogue, qualification: str, unit: str) -> Unit | None:
    """Find a testable unit by the latest rules that have it."""
    if qualification not in catalogue.qualifications:
        return None
    units = [
        each
        for rules in catalogue.versions(qualification)
        for each in rules.testable_units
        if each.reference == unit
    ]
    return units[-1] if units else None


@dataclass(frozen=True, kw_only=True)
class OpenedEntryOrder(OpenedDraft):
    """An order of entries that somebody looks at."""

    details: EntryOrderDetails

    @property
    def order(self) -> EntryOrder:
        return self.details.order

    @property
    def address(self) -> str:
        return f"{ENTRY_ORDERS}/{self.order.order}"

    @property
    def heading(self) -> str:
        return f"Order {self.order.order}"

    @property
    def learners(self) -> Collection[str]:
        return {each.learner for each in self.order.entries}

    @property
    def tests(self) -> Sequence[EnteredTest]:
        """List the tests that somebody is entered for, in the order's order."""
        catalogue = self.context.service.catalogue
        by_test: dict[ChosenTest, list[Decimal]] = {}
        for each in self.details.entries:
            by_test.setdefault(ChosenTest.of(each.entry), []).append(each.price)
        return [
            EnteredTest(
                test=test,
                title=unit_title(catalogue, test.qualification, test.unit) or test.unit,
                qualification=title_of(catalogue, test.qualification)
                or test.qualification,
                learners=len(prices),
                price=prices[0],
                cost=sum(prices, Decimal("0.00")),
            )
            for test, prices in by_test.items()
        ]

    def unit_title(self, entry: Entry | ChosenTest) -> str:
        catalogue = self.context.service.catalogue
        return unit_title(catalogue, entry.qualification, entry.unit) or entry.unit

    def name_of(self, learner: str) -> str:
        """Say what a learner is called."""
        return self.details.people[learner].full_name

    def lacks(self, step: str) -> Sequence[str]:
        """Say what stands in the way of booking that a step is the place for."""
        return [str(each) for each in self.details.missing if step_of(each) == step]

    @property
    def missing(self) -> Sequence[tuple[str, str]]:
        """Say what is in the way of confirming: a sentence, and the page to mend it at."""
        return [
            (sentence, f"{self.address}/{step}")
            for step in STEPS
            for sentence in first_of(self.lacks(step))
        ]

    def faults_of(self, place: int) -> Sequence[str]:
        """Say what is in the way of the entry at a place of the order."""
        return [
            str(each)
            for each in self.details.missing
            if (each.path or ())[:2] == ("entries", place)
        ]

    def page(
        self,
        template: str,
        *,
        title: str,
        refused: Exception | None = None,
        fields: Collection[str] = (),
        **values: Any,
    ) -> Response:
        """Write a page of the order; ``fields`` are those that faults are shown at."""
        crumbs = [("Bookings", "/bookings")]
        if title != self.heading and self.order.confirmed is None:
            crumbs.append((self.heading, self.address))
        for fault in refusals_of(refused):
            if field_id(fault.path or ()) not in fields:
                fault.path = None
        return self.context.page(
            template,
            title=title,
            crumbs=crumbs,
            refused=loss_in_words(refused),
            opened=self,
            order=self.order,
            details=self.details,
            version=self.stream.version
            if isinstance(refused, Conflict)
            else self.context.form.text("version") or self.stream.version,
            is_loss=isinstance(refused, WorkWouldBeLost),
            may_change=self.context.may(BeginEntryOrder),
            **values,
        )

    def done_step(self, said: str, done: Any) -> Response:
        """Go back to the checklist, which says what was saved."""
        return self.context.redirect(self.address, said=said, after=done)


def step_of(refusal: Refusal) -> str:
    """Tell on which page a refusal of an entry can be mended."""
    match refusal.path:
        case ("entries", _, str(key)) if key in TIMED:
            return "schedule"
        case ("entries", _, *_):
            return "learners"
        case _:
            return "units"


def open_entry_order(context: PageContext, name: str) -> OpenedEntryOrder:
    """Open an order of entries as it is now. Raises NotFound."""
    stream, order = context.load(ENTRY_ORDER, name)
    details = entry_order_details(context.command_context, order, context.at)
    return OpenedEntryOrder(context=context, stream=stream, details=details)


def without_booked(opened: OpenedEntryOrder) -> Response | None:
    """Send on to the bookings of a confirmed order; a draft is shown as it is."""
    if opened.order.confirmed is None:
        return None
    return opened.context.redirect(f"{opened.address}/done")


def tests_asked(opened: OpenedEntryOrder) -> Sequence[ChosenTest]:
    """Read the tests that the address says; else those that somebody is entered for."""
    catalogue = opened.context.service.catalogue
    said = opened.context.request.query_params.getlist("test")
    asked = [*filter(None, (ChosenTest.from_text(each, catalogue) for each in said))]
    return [*dict.fromkeys(asked or [each.test for each in opened.tests])]


def tests_in_words(count: int, learners: int) -> str:
    return f"{amount(count, 'test')} for {amount(learners, 'learner')}"


def every_entry(opened: OpenedEntryOrder) -> Iterator[tuple[int, Entry]]:
    yield from enumerate(opened.order.entries)
