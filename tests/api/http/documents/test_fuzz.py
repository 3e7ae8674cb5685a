"""Whatever is sent, by whomever: no fault inside, and no answer but those documented."""

from collections import Counter
from collections.abc import Callable, Sequence
from contextlib import AbstractContextManager, nullcontext
from itertools import count
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st
from schemathesis import Case
from schemathesis.generation import GenerationMode

from tests.api.http.documents.fuzzing import DOCUMENTED, Fuzzed, How, fuzzed
from tests.api.operations import every_operation
from tests.api.valid_requests import valid_request
from tests.postgres import database

ASKING = (
    *("admin.riverside", "assessor.riverside", "admin.hillside", "specialist"),
    *("auditor", "invoicing", "assessment", None),
)
"""Somebody in each role, and no one."""

OPERATIONS = {f"{each.method.upper()} {each.path}": each for each in every_operation()}
MANY, SHARDS = 130, 2


def fuzz(
    place: Fuzzed, label: str, many: int, hows: Sequence[How] = tuple(How)
) -> None:
    """Send as many requests to an operation: what it takes, and what it does not."""
    operation = place.operations[label]
    way = valid_request(OPERATIONS[label], place.ready)
    case = st.one_of(
        operation.as_strategy(generation_mode=GenerationMode.NEGATIVE),
        operation.as_strategy(generation_mode=GenerationMode.POSITIVE),
    )

    @given(case=case, who=st.sampled_from(ASKING), how=st.sampled_from(hows))
    @settings(
        max_examples=many,
        derandomize=True,
        database=None,
        deadline=None,
        phases=[Phase.generate],
        suppress_health_check=[*HealthCheck],
    )
    def send(case: Case[Any], who: str | None, how: How) -> None:
        place.ask(case, who, how, way)

    send()


def test_everything_there_is_can_be_done(tmp_path: Path, keys: Path) -> None:
    """Each operation in turn, at one centre, is answered as documented: it is done."""
    with fuzzed(f"sqlite:///{tmp_path / 'data'}", keys) as place:
        for label, operation in OPERATIONS.items():
            way = valid_request(operation, place.ready)
            kinds = operation.told.get("requestBody", {}).get("content", {})
            kind = next(iter(kinds), None)
            place.ask(DOCUMENTED[label].Case(media_type=kind), None, How.DONE, way)
            _, status = place.answered[-1]
            assert status < 400, (
                f"say in valid_requests.py how {label} is done: {status}"
            )


@pytest.mark.parametrize("shard", range(SHARDS))
def test_a_request_with_something_wrong_of_every_kind_is_answered_as_documented(
    tmp_path: Path, keys: Path, shard: int
) -> None:
    with fuzzed(f"sqlite:///{tmp_path / 'data'}", keys) as place:
        for label in [*DOCUMENTED][shard::SHARDS]:
            fuzz(place, label, 1, [How.BUT_FOR_SOME])


@pytest.fixture(params=["sqlite", pytest.param("postgres", marks=pytest.mark.postgres)])
def another(
    request: pytest.FixtureRequest, tmp_path: Path
) -> Callable[[], AbstractContextManager[str]]:
    """Open an empty database, as often as it is called, on each kind."""
    if request.param == "sqlite":
        numbers = count()
        return lambda: nullcontext(f"sqlite:///{tmp_path / str(next(numbers))}")
    server = str(request.getfixturevalue("postgres_server"))
    return lambda: database(server)


@pytest.mark.prove
def test_ten_thousand_requests_are_answered_as_documented(
    another: Callable[[], AbstractContextManager[str]], keys: Path
) -> None:
    """By everybody; every operation is done, and no follower stumbles over what was."""
    asked: Counter[str | None] = Counter()
    never_done = []
    for label in DOCUMENTED:
        with another() as address, fuzzed(address, keys) as place:
            fuzz(place, label, MANY)
            place.ready.settle()
        asked.update(who for who, _ in place.answered)
        if not place.done:
            never_done.append(label)
    assert never_done == [], "say in tests/api/valid_requests.py how it is done"
    assert asked.total() >= 10_000
    assert all(asked[who] >= 500 for who in ASKING), asked
