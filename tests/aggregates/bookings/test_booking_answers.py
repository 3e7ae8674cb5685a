"""Packages and answers of a booking (B11 to B15)."""

from typing import Any

import pytest

from aggregates.bookings.booking import Booking
from aggregates.bookings.booking_refusals import (
    AnswersExist,
    BookingIsOver,
    NotAnswerPackage,
    NotBeforeWindow,
    PackageIsStale,
    PackageUnknown,
    PinHasChanged,
)
from events.bookings.booking import (
    AnswersReceived,
    BookingMissed,
    BookingTaken,
    PackageDownloaded,
)
from tests.aggregates.bookings.booking_examples import (
    ANSWERS,
    BREATH,
    CANCELLED,
    CLOSES,
    DAY,
    OPENS,
    PACKAGE,
    T,
    amend,
    booked,
)


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
