"""Looking at what has been: one thing's history, or all that happened to a learner."""

import csv
import json
from io import StringIO

import pytest

from tests.cli.conftest import Run


@pytest.fixture(scope="module")
def learner(filled: Run) -> str:
    """Find a learner of the demo who has been claimed for."""
    done = filled("export", "results", "--format", "json")
    first: str = json.loads(done.stdout)[0]["learner"]
    return first


def rows(run: Run, *words: object) -> list[dict[str, str]]:
    done = run("replay", *words, "--format", "csv")
    assert done.exit_code == 0, done.stderr
    return list(csv.DictReader(StringIO(done.stdout)))


def test_a_thing_is_folded_or_told_step_by_step(filled: Run, learner: str) -> None:
    """H3, H1."""
    folded = json.loads(filled("replay", learner).stdout)
    assert folded["learner"] == learner
    first = rows(filled, learner, "--step")[0]
    assert "was created" in first["sentence"]
    assert {"reason", "centre"} <= first.keys()


def test_all_that_happened_to_a_learner_is_told(filled: Run, learner: str) -> None:
    """H1: with the thing that each of it happened to."""
    told = rows(filled, learner, "--all")
    kinds = {row["kind"] for row in told}
    assert kinds >= {"learner", "order", "registration", "claim"}
    own = [row["position"] for row in told if row["identifier"] == learner]
    assert own == [row["position"] for row in rows(filled, learner, "--step")]
    until = told[len(told) // 2]["recorded_at"]
    then = rows(filled, learner, "--all", "--as-at", until)
    assert then == [row for row in told if row["recorded_at"] <= until]


def test_an_order_of_entries_is_told_as_an_order_is(filled: Run, learner: str) -> None:
    """H1."""
    orders = {
        row["kind"]: row["identifier"]
        for row in rows(filled, learner, "--all")
        if "order" in row["kind"]
    }
    for name in orders.values():
        assert "was begun" in rows(filled, name, "--step")[0]["sentence"]


@pytest.mark.parametrize(
    ("words", "code", "sentence"),
    [
        (["X-1"], 2, "names nothing with a history"),
        (["O-0000000000", "--all"], 2, "is no learner"),
        (["O-0000000000", "--as-at", "2999-01-01T09:00"], 2, "is in the future"),
        (["O-0000000000"], 1, "There is no order O-0000000000. Check the number."),
    ],
)
def test_what_cannot_be_told_is_said(
    filled: Run, words: list[str], code: int, sentence: str
) -> None:
    done = filled("replay", *words)
    assert done.exit_code == code
    assert sentence in done.stderr


@pytest.mark.parametrize("what", ["learners", "results", "invoices", "events"])
def test_nothing_is_taken_out_as_it_will_be(filled: Run, what: str) -> None:
    """H3: of a moment in the future nothing is known."""
    done = filled("export", what, "--as-at", "2999-01-01T09:00:00+00:00")
    assert (done.exit_code, done.stdout) == (2, "")
    assert "is in the future. Give a moment in the past." in done.stderr
