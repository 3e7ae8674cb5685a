# ruff: noqa: RUF001 - the letters of other scripts are meant
"""Names: kept as people write them, compared as people mean them."""

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from aggregates.text import clean, fold, searchable_words, words


@pytest.mark.parametrize(
    ("written", "kept"),
    [
        ("  Chloë ", "Chloë"),
        ("\u00a0Zoë\u202f", "Zoë"),
        ("\ufeffSiân\u200b", "Siân"),
        ("Anne\u00a0Marie", "Anne Marie"),
        ("Mül\u00adler\u200e", "Müller"),
        ("de la Cruz", "de la Cruz"),
        ("Ana\u0308is", "Anäis"),
        ("Owen\r\nJones", "Owen  Jones"),
        ("A\x00B\x1f", "AB"),
        ("\u200cعلی\u200c", "علی"),
        ("می\u200cخواهم", "می\u200cخواهم"),
    ],
)
def test_what_nobody_sees_is_taken_away_and_spelling_is_kept(
    written: str, kept: str
) -> None:
    """U4."""
    assert clean(written) == kept


@given(st.text())
def test_cleaning_twice_is_cleaning_once(text: str) -> None:
    """U4."""
    once = clean(text)
    assert clean(once) == once
    assert unicodedata.is_normalized("NFC", once)
    assert not any(unicodedata.category(letter) in {"Cc", "Cs"} for letter in once)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("Chloë", "CHLOE"),
        ("Łukasz Żółkowski", "lukasz zolkowski"),
        ("Søren", "Soren"),
        ("Großmann", "GROSSMANN"),
        ("Yıldız", "Yildiz"),
        ("Anne  Marie", "anne marie"),
    ],
)
def test_names_are_compared_without_case_accents_and_doubled_spaces(
    one: str, other: str
) -> None:
    """U6, L3."""
    assert fold(one) == fold(other)


@given(st.text(max_size=30))
def test_folding_twice_is_folding_once(text: str) -> None:
    once = fold(text)
    assert fold(once) == once


@pytest.mark.parametrize(
    ("name", "found_by"),
    [
        ("Ní Bhriain", {"ni", "bhriain"}),
        ("Al-Sayed", {"al", "sayed"}),
        ("O\u2019Brien", {"o", "brien", "obrien"}),
        ("", set()),
    ],
)
def test_a_name_is_found_by_any_of_its_words(name: str, found_by: set[str]) -> None:
    """L3."""
    assert searchable_words(name) == found_by


@given(st.text(max_size=30))
def test_whatever_is_typed_as_a_name_finds_that_name(name: str) -> None:
    """L3."""
    assert set(words(name)) <= searchable_words(name)
