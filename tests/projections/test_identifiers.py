"""Finding by an identifier as people write or remember it."""

import pytest
from sqlalchemy import Column, MetaData, String, Table, create_engine, insert, select

from events.identifier import Kind, identifier, is_identifier
from projections.identifiers import is_called

THINGS = Table("things", MetaData(), Column("called", String))
NUMBER = 5_000_001_227


def found(kind: Kind, text: str) -> bool:
    with create_engine("sqlite://").begin() as connection:
        THINGS.create(connection)
        named = insert(THINGS).values(called=identifier(kind, NUMBER))
        connection.execute(named)
        query = select(THINGS).where(is_called(THINGS.c.called, kind, text))
        return connection.execute(query).one_or_none() is not None


@pytest.mark.parametrize("kind", list(Kind))
@pytest.mark.parametrize("text", ["5000001227", "1227", "227", " 1227 "])
def test_a_thing_is_found_by_its_number_or_its_last_three_digits(
    kind: Kind, text: str
) -> None:
    """Section 3: with and without a check letter."""
    assert found(kind, text)


@pytest.mark.parametrize("kind", list(Kind))
def test_a_thing_is_found_by_its_identifier_whole_or_without_its_prefix(
    kind: Kind,
) -> None:
    """Section 3: in either case."""
    whole = identifier(kind, NUMBER)
    assert found(kind, whole)
    assert found(kind, whole.lower())
    assert found(kind, whole.partition("-")[2])


@pytest.mark.parametrize("kind", list(Kind))
@pytest.mark.parametrize(
    "text", ["27", "122", "500", "", "%", "1_27", "١٢٢٧", "X-1227"]
)
def test_a_thing_is_not_found_by_two_digits_its_beginning_or_a_pattern(
    kind: Kind, text: str
) -> None:
    """Section 3."""
    assert not found(kind, text)


@pytest.mark.parametrize("kind", [Kind.LEARNER, Kind.CERTIFICATE])
def test_a_wrong_check_letter_finds_nothing_and_makes_no_identifier(kind: Kind) -> None:
    """Section 3: one letter is right, of eleven."""
    whole = identifier(kind, NUMBER)
    for letter in "ADFHJKLMRTY":
        written = whole[:-1] + letter
        assert is_identifier(kind, written) is (written == whole)
        assert found(kind, f"1227{letter}") is (written == whole)


@pytest.mark.parametrize("kind", [Kind.LEARNER, Kind.CERTIFICATE])
@pytest.mark.parametrize("place", range(9))
def test_a_check_letter_tells_two_digits_exchanged(kind: Kind, place: int) -> None:
    """Section 3."""
    prefix, digits = identifier(kind, 1_203_495_867).split("-")
    swapped = digits[:place] + digits[place + 1] + digits[place] + digits[place + 2 :]
    assert swapped != digits
    assert not is_identifier(kind, f"{prefix}-{swapped}")
