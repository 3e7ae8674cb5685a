"""Finding qualifications as people do: by title, by number, by reference."""

import re

from aggregates.names import words
from catalogue import Apprenticeship, Qualification

FEWEST_DIGITS = 3
"""How many last digits of a reference are enough to be found by (domain, section 3)."""


def is_found_by(product: Qualification | Apprenticeship, text: str) -> bool:
    """Tell whether a product is meant by part of its title, QN or reference (M2, O2).

    The QN may come without slashes; the reference whole, without its ``Q-``, or by its
    last three digits or more.
    """
    sought = words(text)
    if not sought:
        return True
    compact = re.sub(r"[^0-9A-Z]", "", text.upper())
    if len(compact) >= FEWEST_DIGITS and any(c.isdigit() for c in compact):
        digits = compact.removeprefix("Q")
        if digits.isdigit() and product.reference.endswith(digits):
            return True
        number = product.number if isinstance(product, Qualification) else ""
        if compact in number.replace("/", ""):
            return True
    titled = words(product.title)
    return all(any(start in word for word in titled) for start in sought)
