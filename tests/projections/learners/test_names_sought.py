"""Searches by name, in every order: what is found, and in which order, does not depend on how."""

from collections.abc import Callable, Generator, Iterator
from contextlib import closing
from dataclasses import replace
from itertools import count, product
from typing import Any

import pytest
from sqlalchemy import Connection, event

from aggregates.text import searchable_words, words
from benchmarks.lists import CENTRE, created, recorded, registered
from events.event import Event
from events.identifier import Kind, identifier
from projections.claims.claimable_learners import (
    ClaimableLearnerFilter,
    LearnerColumn,
    search_claimable_learners,
)
from projections.database import Database, open_database
from projections.learners.learner_search import (
    KnownLearner,
    LearnerFilter,
    first_named,
    search_learners,
)
from projections.paging import Page, every
from projections.projection_tables import ProjectionTables, prepare
from projections.registrations.registrations import search_registrations
from service import READ_MODELS

GIVEN = ("Khan", "Amy", "Zoë Khan", "Grace", "-")
FAMILY = ("Khan", "Khanna", "de Khan", "Adams", "Jones-Khan", "Żak", "O'Khan")
SOUGHT = (
    "khan",
    "Khan khan",
    "grace khan",
    "khanna",
    "zoe k",
    "zak",
    "kh de",
    "nobody",
)
MODULES = (
    "paging",
    "learners.learner_search",
    "learners.names_sought",
    "claims.claimable_learners",
)
ON = "Q-1"


def happened() -> Iterator[tuple[str, Event]]:
    for number, (given, family, _) in enumerate(product(GIVEN, FAMILY, "ab")):
        learner, registration = (
            identifier(kind, number) for kind in (Kind.LEARNER, Kind.REGISTRATION)
        )
        named = created(learner, number)
        yield learner, replace(named, given_name=given, family_name=family)
        made = registered(registration, learner, number)
        yield registration, replace(made, product=ON)


@pytest.fixture
def rows(database_url: str) -> Generator[Database]:
    with closing(open_database(database_url)) as database:
        tables = [ProjectionTables(model, database) for model in READ_MODELS]
        prepare(database, tables)
        facts = zip(count(1), happened(), strict=False)
        batch = [recorded(position, *fact) for position, fact in facts]
        with database.writing() as connection:
            for each in tables:
                handled = each.model.pick_handled(batch)
                each.model.fold_into(connection, handled, each.tables)
        yield database


def is_called(learner: KnownLearner, sought: str) -> bool:
    known = searchable_words(learner.given_name) | searchable_words(learner.family_name)
    return all(any(k.startswith(word) for k in known) for word in words(sought))


def whole(search: Callable[..., Page[Any]], **asked: Any) -> list[str]:
    """List the learners of every page."""
    pages = every(lambda cursor: search(cursor=cursor, **asked))
    return [row.learner for row in pages]


def list_everybody(connection: Connection, by: str, way: str) -> list[KnownLearner]:
    return list(
        every(
            lambda cursor: search_learners(
                connection,
                centre=CENTRE,
                filters=LearnerFilter(),
                sort=f"{way}{by}",  # type: ignore[arg-type]
                limit=200,
                cursor=cursor,
            )
        )
    )


@pytest.mark.parametrize("most", [0, 5, 1_000], ids=["many", "some", "few"])
def test_a_search_by_name_is_the_list_without_the_others(
    rows: Database, monkeypatch: pytest.MonkeyPatch, most: int
) -> None:
    """However many have a word, and wherever in their name, in every order by name."""
    for module in MODULES:
        monkeypatch.setattr(f"projections.{module}.MOST_SORTED", most)
    with rows.reading() as connection:
        asked = {"connection": connection, "centre": CENTRE}
        orders = product(("family_name", "given_name", "created_at"), ("", "-"))
        everybody = {order: list_everybody(connection, *order) for order in orders}
        for (by, way), sought in product(everybody, SOUGHT):
            expected = [e.learner for e in everybody[by, way] if is_called(e, sought)]
            named = LearnerFilter(name=sought)
            found = whole(
                search_learners, **asked, filters=named, sort=f"{way}{by}", limit=7
            )
            assert found == expected, (sought, by, way)
            counted = search_learners(
                connection,
                centre=CENTRE,
                filters=named,
                sort=f"{way}{by}",  # type: ignore[arg-type]
                count_to=10_000,
                limit=1,
            )
            assert counted.total == len(expected)
            if by == "family_name":
                found = whole(
                    search_registrations,
                    **asked,
                    name=sought,
                    sort=f"{way}{by}",
                    limit=7,
                )
                assert found == expected, (sought, by, way)


def test_a_name_that_few_have_is_searched_for_in_one_statement(rows: Database) -> None:
    """It asks whether few have it, and who; of each shape it is put together once."""
    sent: list[str] = []

    def note(_: object, __: object, statement: str, *___: object) -> None:
        sent.append(statement)

    first_named.cache_clear()
    with rows.reading() as connection:
        event.listen(connection, "before_cursor_execute", note)
        for sought in ("grace", "żak", "khanna"):
            for centre, is_at in ((CENTRE, True), (None, True), ("none", False)):
                sent.clear()
                found = search_learners(
                    connection,
                    centre=centre,
                    filters=LearnerFilter(name=sought),
                    limit=200,
                )
                assert len(sent) == 1 or not is_at
                assert bool(found.rows) == is_at
    assert first_named.cache_info().misses == 2


@pytest.mark.parametrize("most", [0, 5, 1_000], ids=["many", "some", "few"])
def test_claimable_learners_of_a_name_are_the_list_without_the_others(
    rows: Database, monkeypatch: pytest.MonkeyPatch, most: int
) -> None:
    for module in MODULES:
        monkeypatch.setattr(f"projections.{module}.MOST_SORTED", most)
    with rows.reading() as connection:
        for sort, backwards in product(LearnerColumn, (False, True)):
            asked = {
                "connection": connection,
                "centre": CENTRE,
                "qualification": ON,
                "sort": sort,
                "descending": backwards,
                "limit": 9,
            }
            nobody = ClaimableLearnerFilter()
            everybody = whole(search_claimable_learners, **asked, filters=nobody)
            assert len(everybody) == len(GIVEN) * len(FAMILY) * 2
            named = ClaimableLearnerFilter(family_name="khan")
            found = whole(search_claimable_learners, **asked, filters=named)
            theirs = {
                row.learner
                for row in search_learners(
                    connection,
                    centre=CENTRE,
                    filters=LearnerFilter(family_name="khan"),
                    limit=200,
                ).rows
            }
            assert found == [each for each in everybody if each in theirs]
            assert theirs
