"""A booking can be amended until its window opens, and cancelled until it closes."""

from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from typing import Any
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from aggregates.answer_package import NotAnswerPackage
from aggregates.booking import LAUNCH_LASTS, Booking, Later, mode_needed
from aggregates.booking_refusals import (
    AnswersExist,
    BookingIsOver,
    ExtraTimeIsSpecialists,
    LaunchLinkInvalid,
    LaunchNotOnline,
    NotBeforeWindow,
    PackageIsStale,
    PackageUnknown,
    PinHasChanged,
    ResultExists,
    SatBeforeWindow,
    SatInFuture,
    TooShortNotice,
    WindowHasClosed,
    WindowHasOpened,
    WindowIsNotOpen,
)
from aggregates.errors import RuleBroken
from aggregates.sitting import Attendance
from events.booking import (
    AnswersReceived,
    BookingAmended,
    BookingCancelled,
    BookingMade,
    BookingMissed,
    BookingResultAdded,
    BookingTaken,
    LaunchLinkMade,
    LaunchLinkUsed,
    PackageDownloaded,
)

T = datetime(2026, 12, 10, 10, tzinfo=UTC)
OPENS, CLOSES = T - timedelta(hours=4), T + timedelta(hours=4)
BREATH = timedelta(microseconds=1)
DAY = timedelta(days=1)
PERSON = UUID(int=7)
MADE = BookingMade(
    booking="B-0000000001",
    order="O-0000000001",
    registration="R-0000000001",
    learner="L-0000000001F",
    centre="48213",
    qualification="Q-0005001227",
    unit="F/506/1934",
    delivery="Onscreen",
    mode="Online",
    starts=T,
    minutes=60,
    extra_time=0,
    price=Decimal("14.50"),
    purchase_order=None,
)
CANCELLED = BookingCancelled(
    booking=MADE.booking, invoice_status="Not invoiced", charge_stands=False
)
PACKAGE = PackageDownloaded(
    package="p1", revision=1, sha256="", pin="pin", client="c1", user="ann"
)
ANSWERS = AnswersReceived(package="p1", file="f", size=3, sha256="a")
PASS = BookingResultAdded(is_pass=True, grade="P", sat_on=T.date(), mark=40)
OVER = [[CANCELLED], [BookingTaken()], [BookingMissed()]]


def booked(*later: Later, **made: Any) -> Booking:
    return Booking.replay([BookingMade(**{**vars(MADE), **made}), *later])


def amend(booking: Booking, now: datetime, **changes: Any) -> list[BookingAmended]:
    present = {
        "starts": booking.starts,
        "mode": booking.mode,
        "extra_time": booking.extra_time,
        "reason": None,
        "person_id": PERSON,
    }
    return booking.amend(**{**present, **changes}, now=now)


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


def test_a_package_is_had_of_a_booking_that_is_current() -> None:
    """B13, the first check."""
    offline = booked(mode="Offline")
    assert offline.not_current(CLOSES - BREATH) is None
    assert "closed on" in (offline.not_current(CLOSES) or "")
    assert "not sat offline" in (booked().not_current(T) or "")
    assert "cancelled" in (booked(CANCELLED, mode="Offline").not_current(T) or "")


def receive(booking: Booking, **told: Any) -> list[AnswersReceived | BookingTaken]:
    answers = told.pop("answers", ANSWERS)
    given = {"revision": booking.revision, "pin": "pin", "now": T, **told}
    return booking.receive_answers(answers, **given)


def test_answers_of_a_package_from_before_an_amendment_are_refused() -> None:
    """B11."""
    offline = booked(PACKAGE, mode="Offline")
    assert receive(offline) == [ANSWERS, BookingTaken()]
    (amended,) = amend(offline, OPENS - DAY, extra_time=25)
    with pytest.raises(PackageIsStale, match="Download the package again"):
        receive(offline.apply(amended), revision=1)
    with pytest.raises(NotAnswerPackage, match="revision 2, its package is of 1"):
        receive(offline.apply(amended))
    again = PackageDownloaded(**{**vars(PACKAGE), "package": "p2", "revision": 2})
    answers = AnswersReceived(**{**vars(ANSWERS), "package": "p2"})
    renewed = offline.after([amended, again])
    assert receive(renewed, answers=answers)[0] == answers
    with pytest.raises(PackageUnknown):
        receive(booked(mode="Offline"))


@pytest.mark.parametrize("pin", ["another", None])
def test_answers_of_a_package_under_an_earlier_pin_are_refused(pin: str | None) -> None:
    """B14."""
    with pytest.raises(PinHasChanged, match="has another PIN since"):
        receive(booked(PACKAGE, mode="Offline"), pin=pin)


def test_answers_come_once_and_a_repeat_changes_nothing() -> None:
    """B15: whatever has become of the PIN or the booking since."""
    answered = booked(PACKAGE, ANSWERS, BookingTaken(), mode="Offline")
    assert receive(answered) == []
    assert receive(answered, pin="another") == []
    other = AnswersReceived(package="p1", file="g", size=3, sha256="b")
    with pytest.raises(AnswersExist, match="send these to the awarding organisation"):
        receive(answered, answers=other)


def test_an_empty_file_that_came_earlier_does_not_stand_in_the_way() -> None:
    """B15: such files were taken as answers once."""
    empty = AnswersReceived(package="p1", file="e", size=0, sha256="e")
    answered = booked(PACKAGE, empty, BookingTaken(), mode="Offline")
    assert receive(answered) == [ANSWERS]


def test_a_package_is_stale_by_an_amendment_or_another_pin() -> None:
    """B11, B14."""
    offline = booked(PACKAGE, mode="Offline")
    assert offline.why_stale(PACKAGE, pin="pin") is None
    assert "ann has another PIN" in (offline.why_stale(PACKAGE, pin="other") or "")
    (amended,) = amend(offline, OPENS - DAY, mode="Online")
    stale = offline.apply(amended).why_stale(PACKAGE, pin="pin")
    assert "B-0000000001 was amended after the package p1" in (stale or "")


def test_the_last_package_of_a_user_is_found_for_a_client_or_for_any() -> None:
    """B13."""
    second, other = (
        PackageDownloaded(**{**vars(PACKAGE), **changes})
        for changes in ({"package": "p2", "client": "c2"}, {"user": "bob"})
    )
    offline = booked(PACKAGE, second, mode="Offline")
    assert offline.last_package("ann", None) == second
    assert offline.last_package("ann", "c1") == PACKAGE
    assert offline.last_package("bob", None) is None
    assert booked(other).last_package("bob", "c1") == other


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


def test_answers_say_that_the_test_was_taken_and_come_once_its_window_is_open() -> None:
    """B15."""
    offline = booked(PACKAGE, mode="Offline")
    assert receive(offline, now=OPENS) == [ANSWERS, BookingTaken()]
    with pytest.raises(NotBeforeWindow):
        receive(offline, now=OPENS - BREATH)
    assert receive(offline.apply(BookingTaken())) == [ANSWERS]
    for over in (CANCELLED, BookingMissed()):
        with pytest.raises(BookingIsOver):
            receive(offline.apply(over))


# Outcomes


def test_taken_or_absent_is_reported_from_the_opening_of_the_window_on() -> None:
    """B15."""
    assert booked().record_taken(OPENS) == [BookingTaken()]
    assert booked().record_missed(OPENS) == [BookingMissed()]
    for report in (booked().record_taken, booked().record_missed):
        with pytest.raises(NotBeforeWindow):
            report(OPENS - BREATH)


def test_an_outcome_is_reported_once_and_not_the_other_way_round() -> None:
    """B15."""
    assert booked(BookingTaken()).record_taken(T) == []
    assert booked(BookingMissed()).record_missed(T) == []
    with pytest.raises(BookingIsOver, match="was reported Absent, so it cannot be"):
        booked(BookingMissed()).record_taken(T)
    with pytest.raises(BookingIsOver) as refused:
        booked(BookingTaken()).record_missed(T)
    assert str(refused.value) == (
        "B-0000000001 was reported Taken, so it cannot be reported Absent; nothing was"
        " changed. If that is wrong, correct the outcome, with a reason."
    )
    with pytest.raises(BookingIsOver, match="is cancelled, so it cannot be reported"):
        booked(CANCELLED).record_missed(T)
    with pytest.raises(BookingIsOver, match="cannot be cancelled again"):
        booked(CANCELLED).require_cancellable(T)


def test_a_result_says_that_the_test_was_taken_and_comes_once() -> None:
    """B15."""
    told = {"is_pass": True, "grade": "P", "sat_on": T.date(), "mark": 40}
    assert booked().add_result(**told, now=T) == [BookingTaken(), PASS]  # type: ignore[arg-type] # as told
    done = booked(BookingTaken(), PASS)
    assert done.add_result(**told, now=T) == []  # type: ignore[arg-type] # as told
    known = "B-0000000001 already has the result Pass .40.. A different one was sent"
    with pytest.raises(ResultExists, match=known):
        done.add_result(**{**told, "mark": 41}, now=T)  # type: ignore[arg-type] # as told
    with pytest.raises(SatInFuture):
        booked().add_result(
            is_pass=True, grade="P", sat_on=date(2026, 12, 11), mark=None, now=T
        )


@pytest.mark.parametrize(
    ("starts", "now", "days"),
    [
        ((2027, 7, 10, 23), (2027, 7, 10, 23, 30), {10, 11}),
        ((2027, 7, 10, 23), (2027, 7, 10, 22, 30), {10}),
        ((2026, 12, 10, 23), (2026, 12, 10, 23, 30), {10}),
        ((2026, 12, 10, 2), (2026, 12, 10, 2), {9, 10}),
    ],
)
def test_a_test_was_sat_between_the_day_its_window_opened_and_today_in_london(
    starts: tuple[int, ...], now: tuple[int, ...], days: set[int]
) -> None:
    """B15: at 23:30 UTC in summer it is tomorrow in London."""
    booking = booked(starts=datetime(*starts, tzinfo=UTC))  # type: ignore[misc,arg-type] # year to hour
    at = datetime(*now, tzinfo=UTC)  # type: ignore[misc,arg-type] # the same

    def add(day: int) -> None:
        sat_on = at.date().replace(day=day)
        booking.add_result(is_pass=True, grade="P", sat_on=sat_on, mark=None, now=at)

    for day in days:
        add(day)
    with pytest.raises(SatInFuture):
        add(max(days) + 1)
    with pytest.raises(SatBeforeWindow, match="was not sat on"):
        add(min(days) - 1)


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
