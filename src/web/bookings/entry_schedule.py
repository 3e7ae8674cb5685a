"""When and how the tests of an order of entries are sat: for all, for each, pasted."""

import re
from collections import defaultdict
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from starlette.responses import Response

from aggregates.bookings.sitting_time import Delivery, Mode, earliest
from aggregates.errors import Malformed, Refusal
from aggregates.orders.order_refusals import require_none
from aggregates.uk_time import in_london
from catalogue.rule import amount
from commands.bookings.entry_order import ChooseEntries
from events.bookings.entry_order import Entry
from web.bookings.entry_page import (
    ORDER,
    ChosenTest,
    OpenedEntryOrder,
    every_entry,
    open_entry_order,
    without_booked,
)
from web.bookings.times import (
    TestWindow,
    read_moment,
    read_written,
    write_typed_day,
    write_typed_time,
)
from web.http.context import PageContext
from web.http.faults import CONFIRM_LOSS, REFUSED
from web.http.inputs import PASTED, SaidTwice, read_choice, read_number, read_pasted
from web.http.page_router import PageRouter

pages = PageRouter("bookings")

ROWS, DRAWN = 100, 8
PARTS = ("date", "time", "mode", "extra")
MODES = (
    ("Classroom", "Classroom: on your own network"),
    ("Offline", "Offline: on laptops, with a package that you download before"),
    ("Online", "Online: by a link, on any computer"),
)
"""How an onscreen test is sat, and what that means (B5)."""
EXTRA = (("0", "None"), ("25", "25 %"))
"""The extra time that a centre may give (B6)."""


class TimesRefused(Malformed):
    code = "times-refused"
    message = "{sentences}"


class NothingToSet(Malformed):
    code = "nothing-to-set"
    message = "Give a date and time, a mode or extra time, and save again."


class LineOfNobody(Malformed):
    code = "line-of-nobody"
    message = "{learner} is not on this order. Begin each line with a learner ID."


@dataclass(frozen=True, kw_only=True)
class EntryTime:
    """An entry in the table, with what was typed, what it means and what is wrong."""

    place: int
    entry: Entry
    name: str
    title: str
    typed: dict[str, str]
    window: TestWindow | None
    faults: Sequence[str]


@pages.get(ORDER + "/schedule")
def show_times(context: PageContext, entry_order: str) -> Response:
    """Show when each test is sat, and how."""
    opened = open_entry_order(context, entry_order)
    return without_booked(opened) or times_page(opened)


@pages.post(ORDER + "/schedule")
def save_times(context: PageContext, entry_order: str) -> Response:
    """Set a time, a mode or extra time of all tests, or of all of one unit."""
    opened = open_entry_order(context, entry_order)
    test = context.form.text("test")
    try:
        changes = _typed_changes(context, 0)
        if not changes:
            raise NothingToSet(path=("date-0",))
        entries = [
            _change(each, changes) if test in {"", ChosenTest.of(each).text} else each
            for each in opened.order.entries
        ]
        return _save(opened, entries)
    except REFUSED as refused:
        return times_page(opened, refused)


@pages.post(ORDER + "/schedule/each")
def save_times_of_each(context: PageContext, entry_order: str) -> Response:
    """Set the times of the entries that were changed in the table."""
    opened = open_entry_order(context, entry_order)
    entries, faults = [*opened.order.entries], list[Refusal]()
    start = _first(context)
    for place, entry in [*every_entry(opened)][start : start + ROWS]:
        if f"extra-{place + 1}" not in context.form.values:
            continue
        try:
            changes = _typed_changes(context, place + 1)
        except Refusal as fault:
            faults += fault.others or (fault,)
            continue
        entries[place] = _change(entry, changes)
    try:
        require_none(faults, TimesRefused)
        return _save(opened, entries)
    except REFUSED as refused:
        return times_page(opened, refused)


@pages.post(ORDER + "/schedule/pasted")
def save_pasted_times(context: PageContext, entry_order: str) -> Response:
    """Set times by lines pasted from a spreadsheet: learner ID, date, time."""
    opened = open_entry_order(context, entry_order)
    entries, faults = [*opened.order.entries], list[Refusal]()
    said: dict[int, int] = {}
    by_learner = defaultdict[str, list[int]](list)
    for place, entry in enumerate(entries):
        by_learner[entry.learner].append(place)
    try:
        for line in read_pasted(context):
            try:
                wanted, starts = _read_line(line.cells)
                theirs = by_learner.get(line.cells[0].upper(), ())
                places = [n for n in theirs if wanted(entries[n])]
                if not places:
                    raise LineOfNobody(learner=line.cells[0])
                if twice := [said[each] for each in places if each in said]:
                    raise SaidTwice(who=line.cells[0], first=twice[0])
            except Refusal as fault:
                faults.append(line.fault(fault))
                continue
            for place in places:
                said[place] = line.number
                entries[place] = replace(entries[place], starts=starts)
        require_none(faults, TimesRefused)
        return _save(opened, entries)
    except REFUSED as refused:
        return times_page(opened, refused)


def _read_line(cells: Sequence[str]) -> tuple[Callable[[Entry], bool], datetime]:
    """Read a learner's ID, maybe a unit's reference, and last a date and a time."""
    learner, *between = cells
    day, clock = ["", "", *between][-2:]
    named = {cell.upper() for cell in between[:-2]}

    def is_meant(entry: Entry) -> bool:
        others = {each for each in named if re.fullmatch(r"[A-Z]/\d{3}/\d{4}", each)}
        return entry.learner == learner.upper() and (
            not others or entry.unit.upper() in others
        )

    return is_meant, read_written(day, clock, PASTED, PASTED)


def _typed_changes(context: PageContext, place: int) -> dict[str, Any]:
    """Read what is typed of an entry; what is left empty stays as it is.

    Raises DayUnreadable, TimeMissing, TimeMalformed, TimeSkipped, ChoiceUnknown.
    """
    form, changes = context.form, dict[str, Any]()
    if form.text(f"date-{place}") or form.text(f"time-{place}"):
        changes["starts"] = read_moment(context, f"date-{place}", f"time-{place}")
    mode = read_choice(Mode, form.text(f"mode-{place}"), f"mode-{place}")
    if mode is not None:
        changes["mode"] = str(mode)
    extra = read_number(form.text(f"extra-{place}"))
    if extra is not None:
        changes["extra_time"] = extra
    return changes


def _change(entry: Entry, changes: dict[str, Any]) -> Entry:
    """Change an entry; on paper a test has no mode (B5)."""
    if entry.delivery == Delivery.PAPER:
        changes = {key: value for key, value in changes.items() if key != "mode"}
    return replace(entry, **changes)


def _save(opened: OpenedEntryOrder, entries: Sequence[Entry]) -> Response:
    """Save them; go on if all can be booked so, else stay and say what cannot."""
    context = opened.context
    command = ChooseEntries(
        **opened.metadata,
        order=opened.order.order,
        entries=tuple(entries),
        confirm_loss=bool(context.form.text(CONFIRM_LOSS)),
    )
    done = context.send(command)
    now = open_entry_order(context, opened.order.order)
    if lacks := len(now.lacks("schedule")):
        things = amount(lacks, "thing is", "things are")
        said = f"Saved, and {things} still in the way of booking: see below."
        return context.redirect(
            f"{opened.address}/schedule", said=said, after=done, is_done=False
        )
    return opened.done_step("Date, time and mode saved.", done)


def times_page(opened: OpenedEntryOrder, refused: Exception | None = None) -> Response:
    context, form = opened.context, opened.context.form
    rows = [*_rows(opened)]
    start, count = _first(context), len(opened.order.entries)
    places = [0, *(row.place for row in rows)]
    return opened.page(
        "bookings/schedule.html",
        title="Date, time and mode",
        refused=refused,
        fields=[*(f"{part}-{n}" for n in places for part in PARTS), PASTED],
        rows=rows,
        sittings=_sittings(opened),
        typed={part: form.text(f"{part}-0") for part in PARTS},
        test=form.text("test"),
        tests=[
            (each.test.text, f"{each.title}, {each.test.delivery.lower()}")
            for each in opened.tests
        ],
        modes=MODES,
        extra=EXTRA,
        earliest=[
            (delivery, in_london(earliest(delivery, context.at)))
            for delivery in dict.fromkeys(e.delivery for e in opened.order.entries)
        ],
        sent_by=context.request.url.path.rpartition("/")[2],
        pasted=form.text(PASTED),
        query=context.address_with().partition("?")[2],
        next_address=f"{opened.address}/schedule?from={start + ROWS}"
        if start + ROWS < count
        else None,
    )


def _rows(opened: OpenedEntryOrder) -> Iterator[EntryTime]:
    context, form = opened.context, opened.context.form
    start = _first(context)
    for place, entry in [*every_entry(opened)][start : start + ROWS]:
        number = place + 1
        now = {
            "date": write_typed_day(entry.starts),
            "time": write_typed_time(entry.starts),
            "mode": entry.mode or "",
            "extra": str(entry.extra_time),
        }
        yield EntryTime(
            place=number,
            entry=entry,
            name=opened.name_of(entry.learner),
            title=opened.unit_title(entry),
            typed={part: form.text(f"{part}-{number}") or now[part] for part in PARTS},
            window=TestWindow.of(entry.starts, context.at) if entry.starts else None,
            faults=opened.faults_of(place),
        )


def _sittings(opened: OpenedEntryOrder) -> Sequence[tuple[TestWindow, str, int]]:
    """Give the first few times at which tests are sat: window, unit, learners."""
    counted: dict[tuple[datetime, str], int] = {}
    for each in opened.order.entries:
        if each.starts is not None:
            key = (each.starts, opened.unit_title(each))
            counted[key] = counted.get(key, 0) + 1
    return [
        (TestWindow.of(starts, opened.context.at), title, number)
        for (starts, title), number in sorted(counted.items())[:DRAWN]
    ]


def _first(context: PageContext) -> int:
    return read_number(context.parameter("from")) or 0
