"""Finding qualifications as people do: by title, by number, by reference."""

import re

from aggregates.text import clean, words
from catalogue import Apprenticeship, Catalogue, Qualification

FEWEST_DIGITS = 3
"""How many last digits of a reference are enough to be found by (domain, section 3)."""


def is_found_by(product: Qualification | Apprenticeship, text: str) -> bool:
    """Tell whether a product is meant by part of its title, QN or reference (M2, O2).

    The QN may come without slashes; the reference whole, without its ``Q-``, or by its
    last three digits or more.
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
    """Find the references of products that are meant by a number (domain, section 3).

    It is a reference, whole, without its ``Q-`` or by its last three digits or more; or
    a QN, with its slashes or without. What is in no catalogue any more is found whole.
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
