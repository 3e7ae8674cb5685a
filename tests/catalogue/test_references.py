"""The numbers of qualifications and units, and the characters that catch a slip."""

import pytest

from catalogue.references import (
    is_product_reference,
    is_unit_reference,
    normalise_qn,
    qn_check_character,
    unit_check_letter,
)


@pytest.mark.parametrize("text", ["601/3450/1", "60134501", " 601/34501 "])
def test_a_qualification_number_is_accepted_with_or_without_slashes(text: str) -> None:
    """Section 3."""
    assert normalise_qn(text) == "601/3450/1"


@pytest.mark.parametrize(
    "text", ["", "601/3450", "601-3450-1", "601/3450/Y", "6011/3450/1"]
)
def test_what_is_no_qualification_number_is_told(text: str) -> None:
    """Section 3."""
    assert normalise_qn(text) is None


@pytest.mark.parametrize(
    ("number", "character"),
    [("601/3450/1", "1"), ("601/4421/X", "X"), ("601/3967/5", "5")],
)
def test_the_check_character_of_a_qualification_number_is_its_weighted_sum(
    number: str, character: str
) -> None:
    """Section 3."""
    assert qn_check_character(number) == character


def test_the_guides_own_example_fails_its_check() -> None:
    """Section 3."""
    assert qn_check_character("600/8792/X") != "X"


@pytest.mark.parametrize(
    "reference", ["L/506/1788", "T/506/1798", "F/506/1934", "T/505/4673"]
)
def test_the_letter_of_a_unit_reference_is_its_weighted_sum(reference: str) -> None:
    """Section 3."""
    assert is_unit_reference(reference)
    assert unit_check_letter(reference) == reference[0]


@pytest.mark.parametrize(
    "reference", ["506/1788", "l/506/1788", "L/5061788", "L/506/17888"]
)
def test_what_is_no_unit_reference_is_told(reference: str) -> None:
    """Section 3."""
    assert not is_unit_reference(reference)


@pytest.mark.parametrize(
    ("reference", "is_one"),
    [("Q-0005001227", True), ("Q-500", False), ("R-0005001227", False)],
)
def test_a_qualification_reference_is_a_q_and_ten_digits(
    reference: str,
    is_one: bool,  # noqa: FBT001 - a case's answer
) -> None:
    """Section 3."""
    assert is_product_reference(reference) is is_one
