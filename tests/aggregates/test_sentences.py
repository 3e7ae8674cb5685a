"""Each refusal says what is wrong and what to do next, so that nobody reads it twice (F)."""

import re
from collections.abc import Iterator

import pytest

from aggregates import loss
from aggregates.bookings import booking_refusals
from aggregates.claims import award, certificate, claim_refusals
from aggregates.errors import Refusal
from aggregates.learners import in_flight, transfer
from aggregates.orders import order_refusals
from aggregates.registrations import (
    cancellation,
    invoice_line,
    register,
    registration_refusals,
)
from aggregates.uploads import duplicate_rows, record, upload_refusals

MODULES = (
    *(award, booking_refusals, cancellation, certificate, claim_refusals),
    *(duplicate_rows, in_flight, invoice_line, loss, order_refusals, record),
    *(register, registration_refusals, transfer, upload_refusals),
)
STEPS = (
    "Choose|Give|Say|Take|Leave|Cancel|Amend|Withdraw|Unlink|Look|Divide|Begin|Order|Ask"
    "|Correct|Wait|Upload|Make|Shorten|Link|Report|Send|Check|Add|Name|Keep|Claim|Erase"
    "|Print|Book|Download|See|Start|Approve|Clear|Submit|If|To have|Only|It can still"
)
"""How a sentence begins that says what to do next, or who can."""

TOLD = re.compile(
    rf"(^|[.:;,] |so |or )({STEPS}|An Account Specialist)\b", re.IGNORECASE
)
LEFT_OPEN = re.compile(r"\{(next|next_step|why|sentences?|reason|how|them)\}")
"""A part of a sentence that is put together where more is known."""


def refusals() -> Iterator[type[Refusal]]:
    for module in MODULES:
        for each in vars(module).values():
            is_own = isinstance(each, type) and each.__module__ == module.__name__
            if is_own and issubclass(each, Refusal):
                yield each


@pytest.mark.parametrize("refusal", list(refusals()), ids=lambda each: each.__name__)
def test_a_refusal_says_what_to_do_next(refusal: type[Refusal]) -> None:
    message = refusal.message
    assert message.endswith((".", "}")), message
    assert TOLD.search(message) or LEFT_OPEN.search(message), message


@pytest.mark.parametrize("refusal", list(refusals()), ids=lambda each: each.__name__)
def test_a_refusal_is_short_enough_to_be_read_once(refusal: type[Refusal]) -> None:
    for sentence in re.split(r"(?<=[.]) ", refusal.message):
        assert len(sentence.split()) <= 32, sentence
