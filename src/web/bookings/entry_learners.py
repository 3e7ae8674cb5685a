"""Linking learners to the tests of an order of entries, and saying why not (B2)."""

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass

from starlette.responses import Response

from aggregates.bookings.entry_order import MOST_ENTRIES
from aggregates.errors import Malformed
from aggregates.learners.uln import uln_fault
from aggregates.registrations.registration_state import Status
from catalogue.rule import amount
from commands.bookings.entry_lines import EntryLine, expand
from commands.bookings.entry_order import AddEntries, RemoveEntry
from commands.command import CommandResult
from events.bookings.entry_order import Entry
from projections.learners.learner_search import LearnerFilter, search_learners
from projections.paging import LARGEST, Page
from projections.registrations.registration_rows import RegistrationRow
from projections.registrations.registrations import search_registrations
from projections.uploads.uploads import search_uploads
from queries.bookings.entry_learners import look_up_entries
from queries.learners.learners import open_learners
from queries.titles import title_of
from web.bookings.entry_page import (
    ORDER,
    ChosenTest,
    OpenedEntryOrder,
    open_entry_order,
    tests_asked,
    tests_in_words,
    without_booked,
)
from web.http.context import PageContext
from web.http.faults import CONFIRM_LOSS, REFUSED
from web.http.lists import LISTED, MOST_COUNTED
from web.http.page_router import PageRouter

pages = PageRouter("bookings")

GROUPS, LOOKED_UP = 100, 5


class NobodyToEnter(Malformed):
    code = "nobody-to-enter"
    message = "Nobody was added. {why}"


@dataclass(frozen=True, kw_only=True)
class Candidate:
    """A registered learner; ``tests`` says of each test why they cannot be entered."""

    learner: str
    name: str
    qualification: str
    title: str
    tests: Sequence[tuple[ChosenTest, str, Sequence[str]]]
    """The test, what it is called, and the reasons; none for whom can be entered."""
    entered: Collection[str]

    @property
    def can_be_entered(self) -> bool:
        return any(
            not reasons and test.unit not in self.entered
            for test, _, reasons in self.tests
        )


@pages.get(ORDER + "/learners")
def show_candidates(context: PageContext, entry_order: str) -> Response:
    """Show who is registered on what is tested, and who is linked."""
    opened = open_entry_order(context, entry_order)
    return without_booked(opened) or candidates_page(opened)


@pages.post(ORDER + "/learners")
def enter_learners(context: PageContext, entry_order: str) -> Response:
    """Enter those who are ticked, a whole group, or all who can be, for the tests."""
    opened = open_entry_order(context, entry_order)
    tests, form = tests_asked(opened), context.form
    try:
        if group := form.text("link_group"):
            lines = [
                EntryLine(test=test.entry(""), groups=(group,), is_for_registered=True)
                for test in tests
            ]
            asked, _ = expand(
                context.command_context, opened.order.centre, lines, context.by
            )
        elif form.text("everybody"):
            asked = [*_entries_of_all(opened, tests)]
        else:
            asked = [*_entries_ticked(context, tests)]
        done, said = _add(opened, asked)
    except REFUSED as refused:
        return candidates_page(opened, refused)
    return context.redirect(context.address_with(), said=said, after=done)


def _add(opened: OpenedEntryOrder, asked: Sequence[Entry]) -> tuple[CommandResult, str]:
    """Add whom can be entered and is not yet; say how many were left out, and why."""
    context = opened.context
    there = {(each.learner, each.unit) for each in opened.order.entries}
    new = [each for each in asked if (each.learner, each.unit) not in there]
    looked = look_up_entries(
        context.command_context, opened.order.centre, new, context.at
    )
    good = tuple(each for each in new if not looked[each].reasons)
    why_not = [reason for each in new for reason in looked[each].reasons]
    if not good:
        why = why_not or ["Tick the learners, or choose a group, and send this again."]
        raise NobodyToEnter(
            why=why[0] if new or not asked else "They are on it already."
        )
    command = AddEntries(
        **context.command_metadata(), order=opened.order.order, entries=good
    )
    done = context.send(command)
    said = f"Added: {tests_in_words(len(good), len({e.learner for e in good}))}."
    if left_out := len(new) - len(good):
        said += f" {left_out:,} left out. {why_not[0]}"
    return done, said


def _entries_ticked(
    context: PageContext, tests: Sequence[ChosenTest]
) -> Iterator[Entry]:
    for ticked in context.form.all("learners"):
        learner, _, qualification = ticked.partition(" ")
        for test in tests:
            if test.qualification == qualification:
                yield test.entry(learner)


def _entries_of_all(
    opened: OpenedEntryOrder, tests: Sequence[ChosenTest]
) -> Iterator[Entry]:
    """Enter everybody who is registered and found, as many as an order takes."""
    cursor, number = None, 0
    while True:
        found = _find_registered(opened, tests, LARGEST, cursor)
        for row in found.rows:
            for test in tests:
                if row.product == test.qualification and number < MOST_ENTRIES:
                    number += 1
                    yield test.entry(row.learner)
        cursor = found.next_cursor
        if cursor is None or number >= MOST_ENTRIES:
            return


@pages.post(ORDER + "/learners/remove")
def remove_entry(context: PageContext, entry_order: str) -> Response:
    """Take a learner's test off the order."""
    opened = open_entry_order(context, entry_order)
    learner, _, unit = context.form.text("remove").partition(" ")
    command = RemoveEntry(
        **context.command_metadata(),
        order=entry_order,
        learner=learner,
        unit=unit or None,
        confirm_loss=bool(context.form.text(CONFIRM_LOSS)),
    )
    try:
        done = context.send(command)
    except REFUSED as refused:
        return candidates_page(opened, refused)
    said = f"{learner} removed."
    query = context.address_with().partition("?")[2]
    address = f"{opened.address}/learners"
    return context.redirect(
        f"{address}?{query}" if query else address, said=said, after=done
    )


def candidates_page(
    opened: OpenedEntryOrder, refused: Exception | None = None
) -> Response:
    context, tests = opened.context, tests_asked(opened)
    found: Page[RegistrationRow] = Page(rows=(), total=0)
    if tests:
        found = _find_registered(
            opened, tests, LISTED, context.parameter("after"), count_to=MOST_COUNTED
        )
    with context.rows() as connection:
        groups = search_uploads(
            connection, centre=opened.order.centre, limit=GROUPS
        ).rows
    query = context.address_with().partition("?")[2]
    return opened.page(
        "bookings/entry_learners.html",
        title="Link learners",
        refused=refused,
        tests=[(each, opened.unit_title(each)) for each in tests],
        found=found,
        is_several=len({each.qualification for each in tests}) > 1,
        candidates=[*_candidates(opened, tests, found.rows)],
        asked={n: context.parameter(n) or "" for n in ("name", "learner", "who")},
        looked_up=[*_looked_up(opened, tests)],
        groups=[
            (row.group, f"{row.name} ({amount(row.learners, 'learner')})")
            for row in groups
            if row.learners
        ],
        ticked=context.form.all("learners"),
        removing=context.form.text("remove"),
        group=context.form.text("link_group"),
        query=query,
        clear=context.address_with(name=None, learner=None, after=None),
        next_address=found.next_cursor
        and context.address_with(after=found.next_cursor),
    )


def _find_registered(
    opened: OpenedEntryOrder,
    tests: Sequence[ChosenTest],
    limit: int,
    cursor: str | None,
    *,
    count_to: int = 0,
) -> Page[RegistrationRow]:
    """Find those with an Active registration on what is tested, by name."""
    context = opened.context
    with context.rows() as connection:
        return search_registrations(
            connection,
            centre=opened.order.centre,
            product={each.qualification for each in tests},
            status=Status.ACTIVE,
            name=context.parameter("name"),
            learner=context.parameter("learner"),
            sort="family_name",
            count_to=count_to,
            limit=limit,
            cursor=cursor,
        )


def _candidates(
    opened: OpenedEntryOrder,
    tests: Sequence[ChosenTest],
    rows: Sequence[RegistrationRow],
) -> Iterator[Candidate]:
    context = opened.context
    names = open_learners(
        context.command_context,
        {row.learner for row in rows},
        seen_by=opened.order.centre,
    )
    reasons = _reasons(opened, tests, [(row.learner, row.product) for row in rows])
    for row in rows:
        yield _candidate(
            opened, reasons, row.learner, names[row.learner].full_name, row.product
        )


def _reasons(
    opened: OpenedEntryOrder,
    tests: Sequence[ChosenTest],
    places: Sequence[tuple[str, str]],
) -> Mapping[Entry, Sequence[str]]:
    """Say of each learner and each test on a qualification why they cannot be entered."""
    context = opened.context
    asked = [
        test.entry(learner)
        for learner, qualification in places
        for test in tests
        if test.qualification == qualification
    ]
    looked = look_up_entries(
        context.command_context, opened.order.centre, asked, context.at
    )
    return {entry: found.reasons for entry, found in looked.items()}


def _candidate(
    opened: OpenedEntryOrder,
    reasons: Mapping[Entry, Sequence[str]],
    learner: str,
    name: str,
    qualification: str,
) -> Candidate:
    its = [
        (ChosenTest.of(entry), opened.unit_title(entry), why)
        for entry, why in reasons.items()
        if (entry.learner, entry.qualification) == (learner, qualification)
    ]
    catalogue = opened.context.service.catalogue
    return Candidate(
        learner=learner,
        name=name,
        qualification=qualification,
        title=title_of(catalogue, qualification) or qualification,
        tests=its,
        entered={e.unit for e in opened.order.entries if e.learner == learner},
    )


def _looked_up(
    opened: OpenedEntryOrder, tests: Sequence[ChosenTest]
) -> Iterator[Candidate]:
    """Say of a learner who is not listed why not; of a few of the same name, of each."""
    context, who = opened.context, opened.context.parameter("who")
    if not who or not tests:
        return
    number = who.replace(" ", "").upper()
    if uln_fault(number) is None:
        filters = LearnerFilter(uln=number)
    elif any(each.isdigit() for each in number):
        filters = LearnerFilter(learner=number)
    else:
        filters = LearnerFilter(name=who)
    with context.rows() as connection:
        found = search_learners(
            connection, centre=opened.order.centre, filters=filters, limit=LOOKED_UP
        )
    for each in found.rows:
        name = f"{each.given_name} {each.family_name}"
        for qualification in dict.fromkeys(test.qualification for test in tests):
            reasons = _reasons(opened, tests, [(each.learner, qualification)])
            yield _candidate(opened, reasons, each.learner, name, qualification)
