"""A booking can be amended until its window opens, and cancelled until it closes."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from aggregates.bookings.booking import LAUNCH_LASTS, mode_needed
from aggregates.bookings.booking_refusals import (
    BookingIsOver,
    ExtraTimeIsSpecialists,
    LaunchLinkInvalid,
    LaunchNotOnline,
    TooShortNotice,
    WindowHasClosed,
    WindowHasOpened,
    WindowIsNotOpen,
)
from aggregates.bookings.booking_state import Later
from aggregates.bookings.sitting import Attendance
from aggregates.errors import RuleBroken
from events.bookings.booking import BookingAmended, LaunchLinkMade, LaunchLinkUsed
from tests.aggregates.bookings.booking_examples import (
    BREATH,
    CANCELLED,
    CLOSES,
    DAY,
    OPENS,
    OVER,
    PERSON,
    T,
    amend,
    booked,
)


def test_a_booking_can_be_amended_until_its_window_opens_and_not_from_then_on() -> None:
    """B10."""
    (amended,) = amend(booked(), OPENS - BREATH, mode="Classroom")
    assert booked(amended).mode == "Classroom"
    with pytest.raises(WindowHasOpened, match="10 December 2026 at 06:00"):
        amend(booked(), OPENS, mode="Classroom")


@pytest.mark.parametrize(
    ("delivery", "notice"), [("Onscreen", timedelta(hours=2)), ("Paper", 12 * DAY)]
)
def test_another_time_keeps_the_notice(delivery: str, notice: timedelta) -> None:
    """B3, B10: at the notice, and a breath short of it."""
    now = OPENS - 30 * DAY
    booking = booked(delivery=delivery, mode=None)
    (amended,) = amend(booking, now, starts=now + notice)
    assert amended.starts == now + notice
    with pytest.raises(TooShortNotice, match=delivery):
        amend(booking, now, starts=now + notice - BREATH)


def test_extra_time_can_be_amended_when_a_new_time_could_not_be_had() -> None:
    """B10: the notice is asked of another time alone."""
    booking = booked(delivery="Paper", mode=None)
    (amended,) = amend(booking, OPENS - BREATH, extra_time=25)
    assert booking.apply(amended).ends == T + timedelta(minutes=75)


def test_what_is_so_already_is_no_amendment() -> None:
    assert amend(booked(), OPENS - DAY) == []


@pytest.mark.parametrize("over", OVER)
def test_what_is_over_cannot_be_amended_cancelled_or_launched(
    over: list[Later],
) -> None:
    """B9, B10, B12."""
    booking = booked(*over)
    with pytest.raises(BookingIsOver, match="amended"):
        amend(booking, OPENS - DAY, mode="Classroom")
    with pytest.raises(BookingIsOver, match="cancelled"):
        booking.require_cancellable(OPENS)
    with pytest.raises(BookingIsOver, match="launched"):
        booking.make_launch_link("d", now=T)


def test_a_booking_can_be_cancelled_until_its_window_closes() -> None:
    """B9."""
    booked().require_cancellable(CLOSES - BREATH)
    with pytest.raises(WindowHasClosed, match="14:00"):
        booked().require_cancellable(CLOSES)
    assert booked(CANCELLED).attendance is Attendance.CANCELLED


# Launching


def test_a_launch_link_is_given_inside_the_window_alone() -> None:
    """B12."""
    for now in (OPENS, CLOSES - BREATH):
        (link,) = booked().make_launch_link("d", now=now)
        assert link == LaunchLinkMade(digest="d", expires=now + LAUNCH_LASTS)
    for now in (OPENS - BREATH, CLOSES):
        with pytest.raises(WindowIsNotOpen):
            booked().make_launch_link("d", now=now)


@pytest.mark.parametrize("mode", ["Offline", "Classroom", None])
def test_only_an_online_test_is_launched(mode: str | None) -> None:
    """B12."""
    with pytest.raises(LaunchNotOnline, match=rf"\({mode or 'Paper'}\)"):
        booked(mode=mode).make_launch_link("d", now=T)


@pytest.mark.parametrize(
    ("mode", "hours", "advice"),
    [
        ("Offline", -5, "Amend its mode to Online first."),
        ("Offline", 0, "Its mode cannot be amended any more."),
        (None, -5, "Only tests that are sat online have one."),
    ],
)
def test_an_amendment_is_advised_where_one_can_be_made(
    mode: str | None, hours: int, advice: str
) -> None:
    """B10, B12."""
    with pytest.raises(LaunchNotOnline, match=advice):
        booked(mode=mode).make_launch_link("d", now=T + timedelta(hours=hours))


def test_a_launch_link_is_good_once_in_time_and_until_another_is_given() -> None:
    """B12."""
    link = LaunchLinkMade(digest="d", expires=T + LAUNCH_LASTS)
    last = T + LAUNCH_LASTS - BREATH
    (used,) = booked(link).use_launch_link("d", now=last)
    assert used == LaunchLinkUsed(digest="d")
    other = LaunchLinkMade(digest="e", expires=T + LAUNCH_LASTS)
    for later, digest, now in (
        ([link], "d", T + LAUNCH_LASTS),
        ([link, used], "d", T),
        ([link, other], "d", T),
        ([link], "x", T),
        ([], "d", T),
    ):
        with pytest.raises(LaunchLinkInvalid):
            booked(*later).use_launch_link(digest, now=now)


# Offline packages


@pytest.mark.parametrize("given", [25, 40])
def test_a_centre_keeps_the_extra_time_that_an_account_specialist_gave(
    given: int,
) -> None:
    """B6: it moves the test all the same."""
    (special,) = amend(booked(), OPENS - DAY, extra_time=given, by_specialist=True)
    booking = booked(special)
    with pytest.raises(ExtraTimeIsSpecialists, match=f"gave B-0000000001 {given} %"):
        amend(booking, OPENS - DAY, extra_time=0, by_specialist=False)
    for told in (False, None):
        (moved,) = amend(booking, OPENS - DAY, mode="Offline", by_specialist=told)
        assert (moved.extra_time, moved.by_specialist) == (given, True)
    (back,) = amend(booking, OPENS - DAY, extra_time=0, by_specialist=True)
    assert booking.apply(back).by_specialist


def test_an_account_specialist_may_say_that_the_extra_time_is_to_stay() -> None:
    """B6: a decision, although nothing else changes."""
    booking = booked(extra_time=25)
    (kept,) = amend(booking, OPENS - DAY, by_specialist=True)
    assert kept.by_specialist
    (freed,) = amend(booking, OPENS - DAY, extra_time=0, by_specialist=False)
    assert not freed.by_specialist


def test_extra_time_no_centre_could_give_is_a_specialists_whoever_recorded_it() -> None:
    """B6: of amendments from before that was said."""
    old = BookingAmended(starts=T, mode="Online", extra_time=40, person_id=PERSON)
    assert booked(old).by_specialist


HOURS_FROM_A_CHANGE = st.tuples(
    st.sampled_from(
        [
            datetime(2027, 3, 28, 1, tzinfo=UTC),
            datetime(2026, 10, 25, 1, tzinfo=UTC),
            T,
        ]
    ),
    st.integers(-12 * 60, 12 * 60),
).map(lambda drawn: drawn[0] + timedelta(minutes=drawn[1]))


def is_refused(asked: Callable[[], object]) -> bool:
    try:
        asked()
    except RuleBroken:
        return True
    return False


@given(
    starts=HOURS_FROM_A_CHANGE,
    edge=st.sampled_from([-4, 4]),
    seconds=st.integers(-40_000, 40_000) | st.integers(-1, 1),
)
def test_what_a_window_allows_turns_at_its_edges_whatever_the_clocks_do(
    starts: datetime, edge: int, seconds: int
) -> None:
    """B4, B9, B10, B12, B13, B15: `[t - 4 h, t + 4 h)`, in hours that pass."""
    now = starts + timedelta(hours=edge, seconds=seconds)
    has_begun = now - starts >= -timedelta(hours=4)
    is_over = now - starts >= timedelta(hours=4)
    online, offline = booked(starts=starts), booked(starts=starts, mode="Offline")
    link = LaunchLinkMade(digest="d", expires=now + BREATH)
    assert is_refused(lambda: amend(online, now, extra_time=25)) == has_begun
    assert is_refused(lambda: online.require_cancellable(now)) == is_over
    is_shut = is_over or not has_begun
    assert is_refused(lambda: online.make_launch_link("d", now=now)) == is_shut
    started = booked(link, starts=starts)
    assert is_refused(lambda: started.use_launch_link("d", now=now)) == is_shut
    assert (offline.not_current(now) is not None) == is_over
    for report in (online.record_taken, online.record_missed):
        assert is_refused(lambda report=report: report(now)) == (not has_begun)  # type: ignore[misc] # bound


@pytest.mark.parametrize("over", OVER)
def test_a_link_to_a_test_that_is_over_starts_nothing(over: list[Later]) -> None:
    """B12."""
    link = LaunchLinkMade(digest="d", expires=T + LAUNCH_LASTS)
    with pytest.raises(BookingIsOver, match="launched"):
        booked(link, *over).use_launch_link("d", now=T)


@pytest.mark.parametrize(
    ("delivery", "mode", "wrong"),
    [
        ("Onscreen", "Online", False),
        ("Onscreen", None, True),
        ("Paper", None, False),
        ("Paper", "Online", True),
    ],
)
def test_onscreen_has_a_mode_and_paper_has_none(
    delivery: str,
    mode: str | None,
    wrong: bool,  # noqa: FBT001 - a case of the table
) -> None:
    """B5."""
    assert mode_needed(delivery, mode) == wrong
