"""What the check of uploads has read is kept for its next parts, and within bounds."""

from functools import partial
from itertools import count
from operator import mul

from commands.uploads.upload_readings import Latest


def test_uploads_that_are_checked_by_turns_are_each_read_once() -> None:
    latest: Latest[str, int] = Latest(most=3)
    counting = count()
    read = [latest.get(name, partial(next, counting)) for name in "abcabcabc"]
    assert read == [0, 1, 2] * 3


def test_what_was_used_longest_ago_goes_first_and_one_alone_stays() -> None:
    latest: Latest[str, str] = Latest(most=4, size=len)
    assert latest.get("x", lambda: "as long") == "as long"
    for name in "abc":
        latest.get(name, partial(mul, name, 2))
    latest.forget("b")
    assert latest.get("a", lambda: "new") == "new"
    assert latest.get("c", lambda: "new") == "new"
    assert latest.get("b", lambda: "b") == "b"
