"""What stands in the way of tests being booked, each rule by itself (B1-B7)."""

from collections.abc import Iterable
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from aggregates.bookings.booking_refusals import (
    EntriesMissing,
    EntriesRefused,
    EntryOrderIsConfirmed,
    EntryTotalHasChanged,
    EntryTwice,
    NotRegisteredForTest,
    NotTestable,
    TooManyEntries,
)
from aggregates.bookings.entry_check import EntryRegistration, EntryRegistrations
from aggregates.bookings.entry_order import MOST_ENTRIES, EntryOrder
from aggregates.bookings.timetable import Timetable
from aggregates.registrations.register import LearnerHasLeft
from aggregates.registrations.registration import Registration
from aggregates.uk_time import in_london
from events.bookings.entry_order import Entry, EntryOrderBegun
from events.bookings.sitting import (
    TestBooked,
    TestCalledOff,
    TestMissed,
    TestResultAdded,
    TestTaken,
)
from events.bookings.timetable import SittingDropped, SittingPlanned
from tests.claim_examples import (
    A1,
    ANN,
    BEN,
    CENTRE,
    REFERENCE,
    TESTED,
    UNITS,
    qualification,
    registration_made,
)

NOW = datetime(2026, 11, 24, 9, 30, tzinfo=UTC)
T = datetime(2026, 12, 10, 10, tzinfo=UTC)
MINUTE, HOUR = timedelta(minutes=1), timedelta(hours=1)
APPRENTICESHIP, OTHER_APPRENTICESHIP = "Q-0009000001", "Q-0009000002"
OTHER = "A/100/0006"
LAW = replace(UNITS[-1], delivery=("Onscreen", "Paper"))
RULES = qualification(
    units=(
        *UNITS[:-1],
        LAW,
        replace(LAW, number=6, reference=OTHER, minutes=45, delivery=("Onscreen",)),
    )
)
BOOKING = "B-0000000001"
BOOKED = TestBooked(booking=BOOKING, unit=TESTED, starts=T, ends=T + HOUR)
TAKEN = TestTaken(booking=BOOKING)
MISSED, CALLED_OFF = TestMissed(booking=BOOKING), TestCalledOff(booking=BOOKING)
PASS, FAIL = (
    TestResultAdded(
        booking=BOOKING, unit=TESTED, grade=grade, is_pass=is_pass, sat_on=T.date()
    )
    for grade, is_pass in (("P", True), ("U", False))
)
EDGES = st.integers(-100_000, 100_000) | st.integers(-2, 2)
"""How many seconds from a boundary."""
MOMENTS = st.datetimes(
    min_value=datetime(2026, 1, 1),  # noqa: DTZ001 - the zone is given beside
    max_value=datetime(2029, 1, 1),  # noqa: DTZ001 - the zone is given beside
    timezones=st.just(UTC),
)


def entry(**other: Any) -> Entry:
    told = {
        "learner": ANN,
        "qualification": REFERENCE,
        "unit": TESTED,
        "delivery": "Onscreen",
        "starts": T,
        "mode": "Online",
    }
    return Entry(**{**told, **other})


def registered(
    *later: Any, learner: str = ANN, came: str | None = None
) -> EntryRegistrations:
    made = registration_made(learner=learner)
    registration = Registration.replay([made, *later])
    place = EntryRegistration(
        registration=registration, apprenticeship=came, rules=RULES
    )
    return {(learner, REFERENCE): place}


def order(*entries: Entry) -> EntryOrder:
    begun = EntryOrder.begin(EntryOrderBegun(order="O-0000000001", centre=CENTRE))
    return replace(begun, entries=entries)


def in_the_way(
    *entries: Entry,
    places: EntryRegistrations | None = None,
    sittings: Iterable[SittingPlanned | SittingDropped] = (),
    now: datetime = NOW,
) -> list[str]:
    """Say what keeps the entries from being booked: where, and as which refusal."""
    planned = [*sittings]
    timetables = {ANN: Timetable.replay(planned)} if planned else {}
    found = order(*entries).obstacles(places or registered(), timetables, now)
    return [
        f"{'/'.join(map(str, (no.path or ())[1:])).removeprefix('0/')} {type(no).__name__}"
        for no in found
    ]


def confirm(
    asked: EntryOrder, total: str, *, places: EntryRegistrations | None = None
) -> Any:
    new_identifiers = [f"B-{n:010}" for n in range(1, len(asked.entries) + 1)]
    places = registered() if places is None else places
    told = {"total": Decimal(total), "bookings": new_identifiers, "now": NOW}
    return asked.confirm(places, {}, **told)  # type: ignore[arg-type] # as told


# The order


def test_entries_become_bookings_once_at_the_total_that_was_seen() -> None:
    """B1."""
    asked = order(entry(), entry(unit=OTHER, starts=T + HOUR))
    (confirmed,) = confirm(asked, "29.00")
    assert [each.booking for each in confirmed.entries] == [
        "B-0000000001",
        "B-0000000002",
    ]
    assert {each.price for each in confirmed.entries} == {Decimal("14.50")}
    with pytest.raises(EntryTotalHasChanged, match=r"£29\.00 now"):
        confirm(asked, "28.99")
    done = asked.apply(confirmed)
    assert confirm(done, "0") == []
    for change in (done.delete, lambda: done.give_number("PO-1")):
        with pytest.raises(EntryOrderIsConfirmed):
            change()
    with pytest.raises(EntryOrderIsConfirmed):
        done.choose([entry()], registered(), NOW)
    with pytest.raises(EntriesMissing):
        confirm(order(), "0")


def test_all_are_booked_or_none_with_everything_that_is_wrong_with_each() -> None:
    """B1."""
    asked = order(entry(starts=None), entry(unit=OTHER, mode=None))
    with pytest.raises(EntriesRefused, match="2 things") as refused:
        confirm(asked, "29.00")
    paths = [each.path for each in refused.value.others]
    assert paths == [("entries", 0, "starts"), ("entries", 1, "mode")]


def test_time_and_mode_may_wait_but_nobody_is_entered_who_cannot_be() -> None:
    """B1, B2."""
    bare = entry(starts=None, mode=None)
    (chosen,) = order().choose([bare], registered(), NOW)
    assert order().apply(chosen).choose([bare], registered(), NOW) == []
    with pytest.raises(NotRegisteredForTest, match="Order one first"):
        order().choose([entry(learner=BEN)], registered(), NOW)
    with pytest.raises(EntryTwice, match="Keep one"):
        order().choose([entry(), entry(starts=T + HOUR)], registered(), NOW)


def test_who_has_left_is_said_to_have_and_nobody_else() -> None:
    """L6, B2: when entries are chosen, and of those that were."""
    bens = entry(learner=BEN)
    (no,) = order(entry(), bens).obstacles(registered(), {}, NOW, left={ANN, BEN})
    assert (no.path, type(no)) == (("entries", 1, "learner"), LearnerHasLeft)
    with pytest.raises(LearnerHasLeft, match=BEN):
        order().choose([bens], registered(), NOW, left={BEN})
    with pytest.raises(NotRegisteredForTest):
        order().choose([bens], registered(), NOW, left={ANN})


def test_an_order_has_at_most_so_many_entries() -> None:
    """B1: that many, and one more."""
    names = [f"L-{number:010}A" for number in range(MOST_ENTRIES + 1)]
    places: dict[tuple[str, str], EntryRegistration] = {}
    for name in names:
        places.update(registered(learner=name))
    entries = [entry(learner=name) for name in names]
    (chosen,) = order().choose(entries[1:], places, NOW)
    assert len(chosen.entries) == MOST_ENTRIES
    with pytest.raises(TooManyEntries, match="these are 1,001"):
        order().choose(entries, places, NOW)


# Who, and what


@pytest.mark.parametrize(
    ("came", "said", "no"),
    [
        (None, None, []),
        (APPRENTICESHIP, APPRENTICESHIP, []),
        (APPRENTICESHIP, None, ["learner ThroughApprenticeship"]),
        (APPRENTICESHIP, OTHER_APPRENTICESHIP, ["learner ThroughApprenticeship"]),
        (None, APPRENTICESHIP, ["learner NotThroughApprenticeship"]),
    ],
)
def test_who_came_through_an_apprenticeship_is_booked_through_it_and_nobody_else(
    came: str | None, said: str | None, no: list[str]
) -> None:
    """B2."""
    places = registered(came=came)
    assert in_the_way(entry(apprenticeship=said), places=places) == no


def test_a_unit_is_one_that_is_tested_and_delivered_that_way() -> None:
    """B1, B2."""
    paper = {"delivery": "Paper", "mode": None}
    for unit, next_step in (
        (A1, "It is assessed by the centre: give its grade in a claim."),
        ("X/000/0000", f"Choose {TESTED} or {OTHER}."),
    ):
        with pytest.raises(NotTestable, match=next_step):
            order().choose([entry(unit=unit)], registered(), NOW)
    assert in_the_way(entry(unit=A1)) == ["unit NotTestable"]
    assert in_the_way(entry(unit="X/000/0000")) == ["unit NotTestable"]
    assert in_the_way(entry(**paper)) == []
    assert in_the_way(entry(unit=OTHER, **paper)) == ["delivery DeliveryNotOffered"]
    assert in_the_way(entry(qualification="Q-0000000000")) == [
        "learner NotRegisteredForTest"
    ]


# How, and when


@given(
    delivery=st.sampled_from([("Onscreen", 2), ("Paper", 288)]),
    now=MOMENTS,
    seconds=EDGES,
)
def test_a_test_is_booked_with_its_notice_or_not_at_all(
    delivery: tuple[str, int], now: datetime, seconds: int
) -> None:
    """B3: hours that pass, whatever the clocks do meanwhile."""
    how, hours = delivery
    starts = now + timedelta(hours=hours, seconds=seconds)
    mode = "Online" if how == "Onscreen" else None
    found = in_the_way(entry(delivery=how, mode=mode, starts=starts), now=now)
    assert found == ([] if seconds >= 0 else ["starts TooShortNotice"])


@pytest.mark.parametrize(
    ("now", "too_early", "earliest"),
    [
        ((2027, 3, 20, 12), (2027, 4, 1, 11), "1 April 2027 at 13:00"),
        ((2026, 10, 20, 11), (2026, 11, 1, 10), "1 November 2026 at 11:00"),
    ],
)
def test_twelve_days_of_notice_over_a_change_of_the_clocks_are_288_hours(
    now: tuple[int, ...], too_early: tuple[int, ...], earliest: str
) -> None:
    """B3, B4: at noon in London, an hour later in spring and earlier in autumn."""
    at = datetime(*now, tzinfo=UTC)  # type: ignore[misc,arg-type] # year to hour
    short = datetime(*too_early, tzinfo=UTC)  # type: ignore[misc,arg-type] # the same
    bare = entry(delivery="Paper", mode=None, starts=short)
    (no,) = order(bare).obstacles(registered(), {}, at)
    assert earliest in str(no)
    on_time = at + timedelta(hours=288)
    assert in_london(on_time) == earliest
    assert in_the_way(replace(bare, starts=on_time), now=at) == []


@pytest.mark.parametrize("mode", ["Classroom", "Offline", "Online"])
def test_onscreen_tests_have_a_mode_and_paper_ones_none(mode: str) -> None:
    """B5."""
    assert in_the_way(entry(mode=mode)) == []
    assert in_the_way(entry(mode=None)) == ["mode ModeNeeded"]
    assert in_the_way(entry(delivery="Paper", mode=None)) == []
    assert in_the_way(entry(delivery="Paper", mode=mode)) == ["mode ModeOutOfPlace"]


@given(st.integers(-400, 400) | st.sampled_from([-1, 0, 1, 24, 25, 26, 300, 301]))
def test_a_centre_gives_no_extra_time_or_a_quarter(extra: int) -> None:
    """B6."""
    no = "ExtraTimeNotCentres" if 0 <= extra <= 300 else "ExtraTimeTooMuch"
    expected = [] if extra in {0, 25} else [f"extra_time {no}"]
    assert in_the_way(entry(extra_time=extra)) == expected


# Once, and not two at a time


def test_a_test_that_is_booked_already_is_said_to_be_once() -> None:
    """B7: its own time is no other test at that time."""
    here = SittingPlanned(booking=BOOKING, starts=T, ends=T + HOUR)
    places = registered(BOOKED)
    assert in_the_way(entry(), places=places, sittings=[here]) == ["unit UnitBooked"]
    other = replace(here, booking="B-0000000009")
    assert in_the_way(entry(), places=places, sittings=[other]) == [
        "unit UnitBooked",
        "starts SittingsOverlap",
    ]


@pytest.mark.parametrize(
    ("later", "no"),
    [
        ([BOOKED], ["unit UnitBooked"]),
        ([BOOKED, CALLED_OFF], []),
        ([BOOKED, MISSED], []),
        ([BOOKED, TAKEN], []),
        ([BOOKED, TAKEN, FAIL], []),
        ([BOOKED, TAKEN, PASS], ["unit UnitPassed"]),
        ([BOOKED, PASS], ["unit UnitPassed"]),
    ],
)
def test_a_unit_is_booked_again_once_its_test_is_over_and_was_not_passed(
    later: list[Any], no: list[str]
) -> None:
    """B7: cancelled, absent or taken; and another unit whatever became of this one."""
    places = registered(*later)
    assert in_the_way(entry(), places=places) == no
    assert in_the_way(entry(unit=OTHER), places=places) == []


def test_a_unit_that_was_failed_and_then_passed_is_passed() -> None:
    """B7."""
    again = {"booking": "B-0000000002"}
    later = [
        TestBooked(**{**vars(BOOKED), **again}),
        TestResultAdded(**{**vars(PASS), **again}),
    ]
    places = registered(BOOKED, FAIL, *later)
    assert in_the_way(entry(), places=places) == ["unit UnitPassed"]


@given(
    gap=st.integers(-200, 200) | st.sampled_from([-121, -120, -119, -1, 0, 1]),
    extra=st.sampled_from([0, 25]),
)
def test_no_learner_sits_two_tests_at_once(gap: int, extra: int) -> None:
    """B7: one may begin at the moment at which the other ends, extra time included."""
    other = SittingPlanned(booking=BOOKING, starts=T, ends=T + HOUR)
    starts = T + HOUR + timedelta(minutes=gap)
    ends = starts + timedelta(minutes=60 if extra == 0 else 75)
    is_apart = starts >= other.ends or ends <= other.starts
    wanted = entry(starts=starts, extra_time=extra)
    no = [] if is_apart else ["starts SittingsOverlap"]
    assert in_the_way(wanted, sittings=[other]) == no
    dropped = SittingDropped(booking=BOOKING)
    assert in_the_way(wanted, sittings=[other, dropped]) == []


def test_two_entries_of_one_order_do_not_overlap_either() -> None:
    """B7: each beside those before it, of the same learner alone."""
    first = entry(extra_time=25)
    at_its_end = entry(unit=OTHER, starts=T + 75 * MINUTE)
    sooner = entry(unit=OTHER, starts=T + 74 * MINUTE)
    assert in_the_way(first, at_its_end) == []
    assert in_the_way(first, sooner) == ["1/starts SittingsOverlap"]
    untested = entry(unit=A1)
    assert in_the_way(first, untested) == ["1/unit NotTestable"]
    assert in_the_way(untested, first) == ["unit NotTestable"]
    bens = replace(sooner, learner=BEN)
    places = {**registered(), **registered(learner=BEN)}
    assert in_the_way(first, bens, places=places) == []
