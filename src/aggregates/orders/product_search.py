"""Find products by title, qualification number or reference."""

import re

from aggregates.text import clean, words
from catalogue import Apprenticeship, Catalogue, Qualification

FEWEST_DIGITS = 3
"""A search needs at least this many last digits of a reference (domain, section 3)."""


def is_found_by(product: Qualification | Apprenticeship, text: str) -> bool:
    """Whether the text is part of the product's title, or its QN or reference (M2, O2).

    The QN may lack its slashes. The reference may be whole, without ``Q-``, or its last
    three or more digits.
    """
    filters = words(text)
    if not filters:
        return clean(text) in {"", product.title}
    compact = re.sub(r"[^0-9A-Z]", "", text.upper())
    if len(compact) >= FEWEST_DIGITS and any(c.isdigit() for c in compact):
        digits = compact.removeprefix("Q")
        if digits.isdigit() and product.reference.endswith(digits):
            return True
        number = product.number if isinstance(product, Qualification) else ""
        if compact in number.replace("/", ""):
            return True
    titled = words(product.title)
    return all(any(start in word for word in titled) for start in filters)


def products_meant(catalogue: Catalogue, text: str) -> frozenset[str]:
    """Find the references of the products that a number means (domain, section 3).

    The number is a reference, whole, without ``Q-`` or its last three or more digits; or a
    QN with or without slashes. A whole reference is returned even if no catalogue has it
    any more.
    """
    said = clean(text).upper()
    digits, number = said.removeprefix("Q-"), said.replace("/", "")
    is_end = digits.isdigit() and len(digits) >= FEWEST_DIGITS
    found = {
        reference
        for reference, product in catalogue.products.items()
        if (is_end and reference.endswith(digits))
        or (
            isinstance(product, Qualification)
            and number == product.number.replace("/", "").upper()
        )
    }
    return frozenset({said, f"Q-{digits}"} | found)
