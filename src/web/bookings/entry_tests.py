"""Choosing the tests of an order of entries, each with its delivery (B1)."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from decimal import Decimal
from urllib.parse import urlencode

from sqlalchemy import Connection
from starlette.responses import Response

from aggregates.errors import Malformed
from aggregates.orders.product_search import is_found_by
from aggregates.registrations.registration_state import Status
from catalogue import Qualification
from projections.registrations.registrations import search_registrations
from web.bookings.entry_orders import EntryKind
from web.bookings.entry_page import (
    ORDER,
    ChosenTest,
    OpenedEntryOrder,
    open_entry_order,
    without_booked,
)
from web.http.context import PageContext
from web.http.faults import REFUSED
from web.http.inputs import read_choice
from web.http.lists import MOST_COUNTED
from web.http.page_router import PageRouter

pages = PageRouter("bookings")


class TestsMissing(Malformed):
    code = "tests-missing"
    message = "Tick at least one test, and send this again."


class DeliveryMissing(Malformed):
    code = "delivery-missing"
    message = "Say whether {unit} is sat onscreen or on paper."


@dataclass(frozen=True, kw_only=True)
class TestChoice:
    """A testable unit to be ticked; ``value`` says it without its delivery."""

    value: str
    unit: str
    title: str
    deliveries: Sequence[str]
    minutes: int | None
    price: Decimal | None
    is_ticked: bool
    delivery: str

    @property
    def field(self) -> str:
        """The end of the names of its fields."""
        return self.value.replace("/", "").replace(" ", "-")


@dataclass(frozen=True, kw_only=True)
class TestedProduct:
    """A qualification with its tests; ``registered`` is how many are Active on it."""

    qualification: Qualification
    apprenticeship: str | None
    apprenticeship_title: str | None
    registered: int
    is_at_least: bool
    tests: Sequence[TestChoice]


@pages.get(ORDER + "/units")
def show_tests(context: PageContext, entry_order: str) -> Response:
    """Show the tests there are, by qualification."""
    opened = open_entry_order(context, entry_order)
    return without_booked(opened) or choices_page(opened)


@pages.post(ORDER + "/units")
def choose_tests(context: PageContext, entry_order: str) -> Response:
    """Go on to the learners, with the tests that are ticked."""
    opened = open_entry_order(context, entry_order)
    if booked := without_booked(opened):
        return booked
    try:
        tests = [*_tests_ticked(opened)]
        if not tests:
            raise TestsMissing
    except REFUSED as refused:
        return choices_page(opened, refused)
    asked = [("test", each.text) for each in tests]
    if learner := context.parameter("learner"):
        asked.append(("learner", learner))
    return context.redirect(f"{opened.address}/learners?{urlencode(asked)}")


def _tests_ticked(opened: OpenedEntryOrder) -> Iterator[ChosenTest]:
    """Read the tests that are ticked. Raises DeliveryMissing, at its field."""
    form, catalogue = opened.context.form, opened.context.service.catalogue
    for product in _products(opened):
        for each in product.tests:
            if each.value not in form.all("tests"):
                continue
            delivery = each.delivery or (
                each.deliveries[0] if len(each.deliveries) == 1 else ""
            )
            if delivery not in each.deliveries:
                path = (f"delivery-{each.field}",)
                raise DeliveryMissing(path=path, unit=each.title)
            qualification, unit, *came = each.value.split(" ")
            text = " ".join((qualification, unit, delivery, *came))
            if test := ChosenTest.from_text(text, catalogue):
                yield test


def choices_page(
    opened: OpenedEntryOrder, refused: Exception | None = None
) -> Response:
    context = opened.context
    products = sorted(
        _products(opened),
        key=lambda each: (not each.tests, not each.registered),
    )
    return opened.page(
        "bookings/tests.html",
        title="Choose tests",
        refused=refused,
        fields=[f"delivery-{t.field}" for each in products for t in each.tests],
        products=products,
        kind=_kind(context),
        kinds=[
            ("qualification", "A qualification"),
            ("apprenticeship", "An apprenticeship"),
        ],
        sought=context.parameter("search") or "",
        learner=context.parameter("learner") or "",
        send_to=context.address_with(),
    )


def _kind(context: PageContext) -> EntryKind:
    kind = read_choice(EntryKind, context.parameter("kind"), "kind")
    return kind or EntryKind.QUALIFICATION


def _products(opened: OpenedEntryOrder) -> Iterator[TestedProduct]:
    """List the qualifications that are found; all that have tests if none is sought."""
    context = opened.context
    catalogue, sought = context.service.catalogue, context.parameter("search") or ""
    chosen = {each.test for each in opened.tests}
    with context.rows() as connection:
        for through, title, each in _qualifications(context):
            is_meant = is_found_by(each, sought) or (
                through is not None
                and is_found_by(catalogue.apprenticeships[through], sought)
            )
            if not is_meant or not (sought or each.testable_units):
                continue
            number, is_at_least = _count_registered(opened, connection, each.reference)
            yield TestedProduct(
                qualification=each,
                apprenticeship=through,
                apprenticeship_title=title,
                registered=number,
                is_at_least=is_at_least,
                tests=[*_choices(context, each, through, chosen)],
            )


def _qualifications(
    context: PageContext,
) -> Iterator[tuple[str | None, str | None, Qualification]]:
    """Give the qualifications by themselves, or those of each apprenticeship."""
    catalogue = context.service.catalogue
    if _kind(context) is EntryKind.QUALIFICATION:
        for each in catalogue.qualifications.values():
            yield None, None, each
        return
    for framework in catalogue.apprenticeships.values():
        for part in framework.qualifications:
            if part in catalogue.qualifications:
                yield (
                    framework.reference,
                    framework.title,
                    catalogue.qualifications[part],
                )


def _count_registered(
    opened: OpenedEntryOrder, connection: Connection, qualification: str
) -> tuple[int, bool]:
    found = search_registrations(
        connection,
        centre=opened.order.centre,
        product=[qualification],
        status=Status.ACTIVE,
        count_to=MOST_COUNTED,
        limit=1,
    )
    return found.total or 0, found.is_at_least


def _choices(
    context: PageContext,
    qualification: Qualification,
    through: str | None,
    chosen: set[ChosenTest],
) -> Iterator[TestChoice]:
    form, is_sent = context.form, context.request.method == "POST"
    for unit in qualification.testable_units:
        value = " ".join(
            filter(None, (qualification.reference, unit.reference, through))
        )
        made = TestChoice(
            value=value,
            unit=unit.reference,
            title=unit.title,
            deliveries=[*unit.delivery],
            minutes=unit.minutes,
            price=unit.price,
            is_ticked=False,
            delivery="",
        )
        was = [
            each.delivery
            for each in chosen
            if (each.qualification, each.unit, each.apprenticeship)
            == (qualification.reference, unit.reference, through)
        ]
        ticked = value in form.all("tests") if is_sent else bool(was)
        delivery = form.text(f"delivery-{made.field}") if is_sent else "".join(was[:1])
        yield TestChoice(**vars(made) | {"is_ticked": ticked, "delivery": delivery})
