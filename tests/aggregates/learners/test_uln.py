"""The ULN: which ten digits are one, and why others are not."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from aggregates.learners.uln import read_uln, uln_fault

VALID = ["1000102504", "1026893096", "1174112637", "1000000043"]
VALID += ["1000000000", "1000000450"]
WRONG = ["1000102508", "1234567890", "0000000000"]
WRONG += [f"100000006{last}" for last in range(10)]


@pytest.mark.parametrize("uln", VALID)
def test_a_uln_with_the_right_check_digit_is_one(uln: str) -> None:
    """U6: the examples of domain, 3."""
    assert uln_fault(uln) is None


@pytest.mark.parametrize("uln", WRONG)
def test_a_uln_with_a_wrong_check_digit_is_told(uln: str) -> None:
    """U6: the examples of domain, 3; where r is 0 no last digit is right."""
    assert uln_fault(uln) == "uln-check-digit"


@pytest.mark.parametrize(
    "text", ["100010250", "10001025040", "100010250A", " 1000102504", "١٠٠٠١٠٢٥٠٤"]
)
def test_a_uln_is_ten_digits(text: str) -> None:
    """U6."""
    assert uln_fault(text) == "uln-malformed"


@pytest.mark.parametrize("text", ["1.23E+09", "1E+09", "1,23e+09", "1.00010E09"])
def test_what_excel_makes_of_a_long_number_is_named(text: str) -> None:
    """U4."""
    assert uln_fault(text) == "uln-excel"


@given(st.text(alphabet="0123456789", min_size=9, max_size=9))
def test_at_most_one_last_digit_completes_nine_digits(nine: str) -> None:
    """U6: none if the weighted sum is a multiple of eleven, else exactly one."""
    ends = [last for last in "0123456789" if uln_fault(nine + last) is None]
    weighted = zip((10, 9, 8, 7, 6, 5, 4, 3, 2), nine, strict=True)
    rest = sum(weight * int(digit) for weight, digit in weighted) % 11
    assert ends == ([] if rest == 0 else [str(10 - rest)])


@given(st.sampled_from(VALID), st.integers(0, 9), st.sampled_from("0123456789"))
def test_one_wrong_digit_is_always_found(uln: str, at: int, digit: str) -> None:
    """U6."""
    slipped = uln[:at] + digit + uln[at + 1 :]
    assert (uln_fault(slipped) is None) == (slipped == uln)


@given(st.sampled_from(VALID), st.lists(st.integers(0, 10), max_size=4))
def test_spaces_and_dashes_between_the_digits_do_not_matter(
    uln: str, gaps: list[int]
) -> None:
    """U4."""
    written = uln
    for at, gap in enumerate(gaps):
        written = written[:gap] + " -\u2013\u00a0"[at] + written[gap:]
    assert read_uln(written) == uln
    assert read_uln(f"'{written}") == uln


@given(st.text())
def test_what_does_not_come_to_ten_digits_is_left_as_it_is(text: str) -> None:
    """U4: and reading twice is reading once."""
    read = read_uln(text)
    assert read in {text, read_uln(read)}
    assert read == text or uln_fault(read) in {None, "uln-check-digit"}


@given(st.text())
def test_any_text_gets_an_answer(text: str) -> None:
    assert uln_fault(text) in {None, "uln-excel", "uln-malformed", "uln-check-digit"}
