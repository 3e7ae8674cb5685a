"""The demo: a believable centre, the same for the same seed, made once."""

import csv
import json
from collections import Counter
from datetime import date
from io import StringIO

import pytest

from aggregates.learners.uln import uln_fault
from cli.demo.people import learner_file
from cli.demo.users import USERS
from files.learner_file import read_learner_file
from tests.cli.conftest import Run

TODAY = date(2026, 11, 24)


def test_the_same_seed_makes_the_same_people_and_another_makes_others() -> None:
    first = learner_file(20, seed=1, today=TODAY)
    assert learner_file(20, seed=1, today=TODAY) == first
    assert learner_file(20, seed=2, today=TODAY) != first


def test_every_row_has_a_uln_of_its_own_with_the_right_check_digit() -> None:
    rows = read_learner_file(learner_file(2_000, seed=3, today=TODAY)).rows
    ulns = {row.cells["uln"] for row in rows}
    assert len(rows) == len(ulns) == 2_000
    assert not [uln for uln in ulns if uln_fault(uln)]


def test_a_centre_is_filled_from_uploads_to_certificates(filled: Run) -> None:
    rows = list(csv.DictReader(StringIO(filled("export", "results").stdout)))
    statuses = Counter(row["status"] for row in rows)
    assert set(statuses) == {"Processed", "Submitted", "Unsubmitted"}
    learners = json.loads(filled("export", "learners", "--format", "json").stdout)
    assert len(learners) == 30
    assert len({row["learner"] for row in rows}) < 30


def test_a_seed_fills_the_centre_once_and_another_is_suggested(filled: Run) -> None:
    again = filled("demo", "--seed", "7")
    assert (again.exit_code, again.stdout) == (1, "")
    assert "learner-management demo --seed 8" in again.stderr


def test_the_users_are_printed_with_passwords_the_first_time_only(run: Run) -> None:
    words = ["demo", "--learners", "1", "--format", "json", "--seed"]
    first, second = (json.loads(run(*words, seed).stdout) for seed in (1, 2))
    names = [user.name for user in USERS]
    assert [row["name"] for row in first] == [row["name"] for row in second] == names
    assert len({row["password"] for row in first}) == len(USERS)
    assert {row["password"] for row in second} == {None}


@pytest.mark.parametrize("learners", ["0", "100001", "many"])
def test_a_number_of_learners_that_cannot_be_is_a_slip(run: Run, learners: str) -> None:
    assert run("demo", "--learners", learners).exit_code == 2
