"""Finding qualifications by title, number or reference."""

import pytest

from aggregates.orders.product_search import is_found_by
from tests.claim_examples import RULES


@pytest.mark.parametrize(
    "text",
    [
        "",
        "  ",
        "team",
        "lead diploma",
        "TEAM Leading",
        "601/3450/1",
        "60134501",
        "3450",
        "Q-0005001227",
        "q-0005001227",
        "0005001227",
        "1227",
        "227",
    ],
)
def test_a_qualification_is_found_by_part_of_title_number_or_reference(
    text: str,
) -> None:
    """M2: the reference whole, without its prefix, or by its last three digits."""
    assert is_found_by(RULES, text)


@pytest.mark.parametrize(
    "text", ["27", "122", "Q-000500", "601/3450/2", "customer", "team customer"]
)
def test_a_qualification_is_not_found_by_what_is_not_in_it(text: str) -> None:
    """M2: two digits are too few; the first digits of a reference find nothing."""
    assert not is_found_by(RULES, text)
