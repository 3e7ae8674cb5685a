"""What lists are measured with: more learners than are folded are copies of those."""

from contextlib import closing

import pytest
from sqlalchemy import func, select

from benchmarks import lists
from projections.database import open_database
from projections.learners.learners import LEARNERS, WORDS
from projections.registrations.registration_rows import REGISTRATIONS

FOLDED, COPIES = 820, 3


def test_copies_of_learners_are_others_with_the_same_lists(
    database_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(lists, "MOST_FOLDED", FOLDED)
    with closing(open_database(database_url)) as kept:
        lists.fill(kept, FOLDED * COPIES)
        with kept.reading() as connection:
            for table in (LEARNERS, REGISTRATIONS):
                learners = select(func.count(table.c.learner.distinct()))
                assert connection.scalar(learners) == FOLDED * COPIES
            named = select(func.count(WORDS.c.stream.distinct()))
            assert connection.scalar(named) == FOLDED * COPIES
            for ask in lists.lists().values():
                ask(connection)
