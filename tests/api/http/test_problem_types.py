"""What refusals are called outside: by literals, whatever their classes are called."""

import re
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import pytest

import files.lists.list_workbook
import files.pdf  # noqa: F401 - for its refusals, as the others are
from access.refusals import stored_code
from aggregates.errors import Refusal, RuleBroken
from aggregates.orders.order_refusals import OrderIncomplete
from aggregates.reason import ReasonMissing
from events.refusal import as_stored
from projections.history.redaction import PRICED
from tests.api.operations import COMMITTED

PINNED = Path(__file__).with_name("problem_types.txt")
WITHOUT = {"RuleBroken", "Malformed", "SignInRefusal"}
"""The kinds that are never raised themselves."""


def below(kind: type[Refusal]) -> Iterator[type[Refusal]]:
    """Give the refusals of the API; those of pages are sentences for people alone."""
    for each in kind.__subclasses__():
        if not each.__module__.startswith(("tests.", "web.")):
            yield each
            yield from below(each)


REFUSALS = [each for each in below(Refusal) if each.__name__ not in WITHOUT]


def test_no_problem_is_ever_called_otherwise() -> None:
    """A new code is added to the list; none that is in it is changed or left out."""
    codes = {kind.code for kind in REFUSALS} | {*ReasonMissing.OTHER_CODES}
    assert sorted(codes) == PINNED.read_text(encoding="utf-8").splitlines()


@pytest.mark.parametrize("kind", REFUSALS)
def test_each_refusal_has_a_code_of_its_own(kind: type[Refusal]) -> None:
    assert re.fullmatch(r"[a-z]+(-[a-z]+)*", vars(kind)["code"])


def test_no_two_refusals_share_a_code() -> None:
    counted = Counter([*(kind.code for kind in REFUSALS), *ReasonMissing.OTHER_CODES])
    assert [code for code, count in counted.items() if count > 1] == []


def test_the_problems_of_the_committed_document_are_in_the_list() -> None:
    found = re.findall(
        r"urn:learner-management:([a-z-]+)", COMMITTED.read_text(encoding="utf-8")
    )
    assert found
    assert {*found} <= {*PINNED.read_text(encoding="utf-8").splitlines()}


def test_a_code_is_stored_as_when_it_was_the_name_of_a_class() -> None:
    class Renamed(RuleBroken):
        code = "group-name-taken"
        message = "Choose another."

    assert stored_code(Renamed()) == "GroupNameTaken"


def test_refusals_that_say_what_a_centre_pays_are_hidden_from_other_centres() -> None:
    """L6."""
    priced = {as_stored(kind.code) for kind in REFUSALS if "£" in kind.message}
    assert priced == PRICED - {as_stored(OrderIncomplete.code)}
