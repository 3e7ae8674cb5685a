"""A moving window: so many requests in any minute, whoever else asks."""

import threading

from transport.moving_window import MovingWindow


def test_so_many_requests_are_in_time_and_no_more_until_the_oldest_is_old() -> None:
    window = MovingWindow("2/minute")
    assert window.hit("ann", 100.0) == (True, 1, 60.0)
    assert window.hit("ann", 130.0) == (True, 0, 30.0)
    assert window.hit("ann", 159.0) == (False, 0, 1.0)
    assert window.hit("bob", 159.0) == (True, 1, 60.0)
    assert window.hit("ann", 160.0) == (True, 0, 30.0)
    assert window.hit("ann", 161.0) == (False, 0, 29.0)


def test_who_asks_no_more_is_forgotten() -> None:
    """However many addresses are refused, those of the last minutes alone are kept."""
    window = MovingWindow("300/minute")
    for number in range(1000):
        window.hit(f"address {number}", 100.0 + number)
    kept = [times for times in vars(window)["_times"].values() if times]
    assert len(kept) <= 120


def test_counting_begins_no_thread() -> None:
    window, before = MovingWindow("300/minute"), threading.active_count()
    for number in range(50):
        window.hit(str(number), float(number))
    assert threading.active_count() == before
