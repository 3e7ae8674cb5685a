"""The course dates of an order: the same for all, or each learner's own (O4)."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from starlette.responses import Response

from aggregates.errors import Malformed, Refusal
from aggregates.orders.order_refusals import DatesUnlikely, require_none
from catalogue.rule import amount
from commands.orders.order import Dating, SetCourseDates
from events.orders.order import CourseDates
from web.http.context import PageContext
from web.http.faults import CONFIRM_LOSS, REFUSED
from web.http.inputs import (
    PASTED,
    DayUnreadable,
    PastedLine,
    SaidTwice,
    read_day,
    read_number,
    read_pasted,
)
from web.http.page_router import PageRouter
from web.http.rendering import write_day
from web.orders.order_page import (
    ORDERS,
    OpenedOrder,
    move_paths,
    open_order,
    without_confirmed,
)

pages = PageRouter("orders")

TITLE = "Course dates"
ROWS = 100
ENDS = ("starts", "ends")


class DateMissing(Malformed):
    code = "date-missing"
    message = "Give the day on which the course {what}, as 1/9/2026."


class CourseDatesRefused(Malformed):
    code = "course-dates-refused"
    message = "{sentences}"


@dataclass(frozen=True, kw_only=True)
class DatesRow:
    """A learner on a product, with the dates as they are or as they were typed."""

    product: str
    learner: str
    name: str
    title: str
    starts: str
    ends: str
    dates: CourseDates | None


@pages.get(ORDERS + "/{order}/dates")
def show_dates(context: PageContext, order: str) -> Response:
    """Show the dates of all, and those of each."""
    opened = open_order(context, order)
    return without_confirmed(opened) or dates_page(opened)


@pages.post(ORDERS + "/{order}/dates")
def save_dates(context: PageContext, order: str) -> Response:
    """Set one pair of dates for all, now and later."""
    opened = open_order(context, order)
    try:
        dates = _read_dates(context, "dates-0-")
        product = context.form.text("product") or None
        dating = Dating(
            dates=dates, product=product, is_confirmed=_is_confirmed(context)
        )
        done = context.send(_command(opened, [dating]))
    except REFUSED as refused:
        return dates_page(opened, refused)
    said = f"Course dates saved: {write_day(dates.starts)} to {write_day(dates.ends)}."
    return opened.done_step(said, done)


@pages.post(ORDERS + "/{order}/dates/each")
def save_dates_of_each(context: PageContext, order: str) -> Response:
    """Set the dates of the learners whose dates were changed in the table."""
    opened = open_order(context, order)
    places: list[int] = []
    datings: list[Dating] = []
    faults: list[Refusal] = []
    for place, row in enumerate(_rows(opened), start=1):
        prefix = f"dates-{place}-"
        typed = context.form.text(f"{prefix}starts") + context.form.text(
            f"{prefix}ends"
        )
        if not typed:
            continue
        try:
            dates = _read_dates(context, prefix)
        except Refusal as fault:
            faults += fault.others or (fault,)
            continue
        if dates != row.dates:
            places.append(place)
            datings.append(
                Dating(
                    dates=dates,
                    product=row.product,
                    learners=(row.learner,),
                    is_confirmed=_is_confirmed(context),
                )
            )
    try:
        require_none(faults, CourseDatesRefused)
        done = context.send(_command(opened, datings))
    except Refusal as refused:
        return dates_page(opened, move_paths(refused, places))
    except REFUSED as refused:
        return dates_page(opened, refused)
    said = f"Course dates of {amount(len(datings), 'registration')} saved."
    return opened.done_step(said, done)


@pages.post(ORDERS + "/{order}/dates/pasted")
def save_pasted_dates(context: PageContext, order: str) -> Response:
    """Set the dates of learners by lines pasted from a spreadsheet: ID, start, end."""
    opened = open_order(context, order)
    lines: Sequence[PastedLine] = ()
    try:
        lines = read_pasted(context)
        datings = _read_lines(lines, is_confirmed=_is_confirmed(context))
        done = context.send(_command(opened, datings))
    except Refusal as refused:
        match refused.path:
            case ("dates", int(index), *_) if not isinstance(refused, DatesUnlikely):
                return dates_page(opened, lines[index].fault(refused))
            case _:
                refused.path = refused.path and (PASTED,)
                return dates_page(opened, refused)
    except REFUSED as refused:
        return dates_page(opened, refused)
    said = f"Course dates of {amount(len(datings), 'learner')} saved."
    return opened.done_step(said, done)


def _read_lines(lines: Sequence[PastedLine], *, is_confirmed: bool) -> list[Dating]:
    """Read the dates of every line. Raises all that is wrong: a learner twice is, too."""
    datings: list[Dating] = []
    faults: list[Refusal] = []
    first: dict[str, int] = {}
    for line in lines:
        who = line.cells[0].upper()
        try:
            datings.append(_read_line(line.cells, is_confirmed=is_confirmed))
            if who in first:
                raise SaidTwice(who=who, first=first[who])
        except Refusal as fault:
            faults.append(line.fault(fault))
        first.setdefault(who, line.number)
    require_none(faults, CourseDatesRefused)
    return datings


def _read_line(cells: Sequence[str], *, is_confirmed: bool) -> Dating:
    """Read a learner's number and both dates; other cells between them are left out."""
    learner, *between = cells
    starts, ends = ["", "", *between][-2:]
    days = [read_day(each, PASTED) for each in (starts, ends)]
    for end, day in zip(ENDS, days, strict=True):
        if day is None:
            raise DateMissing(path=(PASTED,), what=end)
    first, last = filter(None, days)
    return Dating(
        dates=CourseDates(starts=first, ends=last),
        learners=(learner.upper(),),
        is_confirmed=is_confirmed,
    )


def _command(opened: OpenedOrder, datings: Sequence[Dating]) -> SetCourseDates:
    return SetCourseDates(
        **opened.metadata,
        order=opened.order.order,
        datings=tuple(datings),
        confirm_loss=bool(opened.context.form.text(CONFIRM_LOSS)),
    )


def _is_confirmed(context: PageContext) -> bool:
    return bool(context.form.text("confirm_unlikely"))


def _read_dates(context: PageContext, prefix: str) -> CourseDates:
    """Read both dates; raises all that is wrong with them, each at its field."""
    days, faults = [], list[Refusal]()
    for end in ENDS:
        name = f"{prefix}{end}"
        try:
            day = read_day(context.form.text(name), name)
        except DayUnreadable as fault:
            faults.append(fault)
            continue
        if day is None:
            faults.append(DateMissing(path=(name,), what=end))
        else:
            days.append(day)
    require_none(faults, CourseDatesRefused)
    return CourseDates(starts=days[0], ends=days[1])


def dates_page(opened: OpenedOrder, refused: Exception | None = None) -> Response:
    context, order = opened.context, opened.order
    rows = [*_rows(opened)]
    form = context.form
    count = sum(len(line.learners) for line in order.lines.values())
    start = _first(context)
    more = start + ROWS < count
    names = [f"dates-{place}-{end}" for place in range(len(rows) + 1) for end in ENDS]
    return opened.page(
        "orders/dates.html",
        fields=[*names, PASTED],
        title=TITLE,
        refused=refused,
        starts=form.text("dates-0-starts") or _typed_day(order.dates, "starts"),
        ends=form.text("dates-0-ends") or _typed_day(order.dates, "ends"),
        product=form.text("product"),
        rows=rows,
        count=count,
        sent_by=context.request.url.path.rpartition("/")[2],
        pasted=form.text(PASTED),
        send_query=context.address_with().partition("?")[2],
        next_address=f"{opened.address}/dates?from={start + ROWS}" if more else None,
    )


def _rows(opened: OpenedOrder) -> Iterator[DatesRow]:
    """Give the rows of this part of the table, with what was typed in them."""
    order, form = opened.order, opened.context.form
    every = [(p, who) for p, line in order.lines.items() for who in line.learners]
    start = _first(opened.context)
    for place, (product, who) in enumerate(every[start : start + ROWS], start=1):
        dates = order.dates_of(product, who)
        typed = f"dates-{place}-"
        yield DatesRow(
            product=product,
            learner=who,
            name=opened.name_of(who),
            title=opened.details.found.title(product),
            starts=form.text(f"{typed}starts") or _typed_day(dates, "starts"),
            ends=form.text(f"{typed}ends") or _typed_day(dates, "ends"),
            dates=dates,
        )


def _first(context: PageContext) -> int:
    return read_number(context.parameter("from")) or 0


def _typed_day(dates: CourseDates | None, which: str) -> str:
    """Write a date as it is typed: 1/9/2026."""
    if dates is None:
        return ""
    day = dates.starts if which == "starts" else dates.ends
    return f"{day.day}/{day.month}/{day.year}"
