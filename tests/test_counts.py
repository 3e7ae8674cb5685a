"""How many of what: 1 test, 2 tests, in every sentence that anybody reads."""

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from api.http.validation.validation_messages import sentence_of
from catalogue import amount
from events.bookings.entry_order import EntriesChosen
from events.event import Event
from events.uploads.upload import LearnersWithdrawn
from projections.history.event_descriptions import sentence

HERE = Path(__file__).parent.parent
COUNTED = re.compile(r"\{(\w+)\} ([a-z]+s)\b")
VERBS = {
    *("applies", "as", "belongs", "costs", "counts", "does", "gives", "has", "holds"),
    *("is", "looks", "names", "needs", "opens", "relies", "says", "shows", "sits"),
    *("stands", "waits", "was"),
}
LIMITS = {"most", "largest", "longest", "youngest", "oldest", "days", "height"}
"""What is never one, by its name; so are constants."""

NEVER_ONE = {("count", "checks"), ("delivery", "tests"), ("length", "characters")}


def texts(module: ast.AST) -> Iterator[str]:
    """Give every text in a module; of one that is put together, the names in it."""
    for node in ast.walk(module):
        if isinstance(node, ast.Constant) and isinstance(node.value, str):
            yield node.value
        if isinstance(node, ast.JoinedStr):
            yield "".join(map(part, node.values))


def part(of: ast.expr) -> str:
    if isinstance(of, ast.Constant):
        return str(of.value)
    named = of.value if isinstance(of, ast.FormattedValue) else of
    named = named.func if isinstance(named, ast.Call) else named
    return f"{{{getattr(named, 'attr', getattr(named, 'id', '_'))}}}"


def uncounted(module: ast.AST) -> set[tuple[str, str]]:
    """Find numbers before a noun that would be said wrongly of one."""
    return {
        (name, noun)
        for text in texts(module)
        for name, noun in COUNTED.findall(text)
        if noun not in VERBS
        and name not in LIMITS | {"amount"}
        and not name.isupper()
        and (name, noun) not in NEVER_ONE
    }


@pytest.mark.parametrize(
    "told", ['"{rows} rows were read."', 'f"{len(all)} tests."', 'f"{self.most_} ulns"']
)
def test_a_number_that_is_said_wrongly_of_one_is_found(told: str) -> None:
    assert uncounted(ast.parse(told))


def test_every_number_is_said_with_its_noun() -> None:
    found = {
        str(path.relative_to(HERE)): wrong
        for path in HERE.glob("src/**/*.py")
        if (wrong := uncounted(ast.parse(path.read_text())))
    }
    assert found == {}


@pytest.mark.parametrize(
    ("number", "said"),
    [(0, "0 tests"), (1, "1 test"), (2, "2 tests"), (21, "21 tests")],
)
def test_one_is_one_and_the_rest_are_many(number: int, said: str) -> None:
    assert amount(number, "test") == said


def test_what_is_many_by_more_than_an_s_is_said_so() -> None:
    said = [amount(number, "learner was", "learners were") for number in (1, 2)]
    assert said == ["1 learner was", "2 learners were"]


@pytest.mark.parametrize(
    ("event", "said"),
    [
        (
            LearnersWithdrawn(through=1),
            "1 learner was withdrawn with the undone upload.",
        ),
        (
            LearnersWithdrawn(through=2),
            "2 learners were withdrawn with the undone upload.",
        ),
        (EntriesChosen(entries=()), "0 tests were chosen."),
    ],
)
def test_an_event_of_one_thing_is_said_to_be_of_one(event: Event, said: str) -> None:
    """H1."""
    assert sentence(event) == said


@pytest.mark.parametrize(("least", "said"), [(1, "1 character"), (2, "2 characters")])
def test_a_limit_of_one_is_said_so(least: int, said: str) -> None:
    error = {"type": "string_too_short", "ctx": {"min_length": least}}
    assert sentence_of(error) == f"Must have at least {said}."
