"""What is refused names nothing that is not there: no number of what was not made (D6)."""

import json
import re
from collections.abc import Callable, Generator, Iterator, Mapping
from copy import deepcopy
from dataclasses import replace
from functools import reduce
from itertools import count
from operator import getitem
from typing import Any

import pytest
from fastapi.testclient import TestClient

from cli.demo.users import token_of
from events import identifier as identifiers
from events.identifier import Kind, identifier
from tests.api.http.documents.fuzzing import Fuzzed, fuzzed
from tests.api.operations import Operation, every_operation, names_of, written
from tests.api.seeded_centre import API, DATES, PRODUCT
from tests.api.valid_requests import LEARNER, valid_request

POSTS = tuple(
    each
    for each in every_operation()
    if each.method == "post" and each.body is not None and each.path != f"{API}/tokens"
)
IDENTIFIER = re.compile(r"\b([A-Z]{1,2})-[0-9]{10}[A-Z]?\b")
NOWHERE = {kind.value: identifier(kind, 7) for kind in Kind}
WRONG: Mapping[type, tuple[Any, ...]] = {
    str: ("", "no such thing", "1901-01-01", "Q-0005001568"),
    bool: (True, "perhaps"),
    int: (-1, 7, 10**6),
    list: ([],),
    dict: ({},),
    type(None): ("no such thing",),
}
"""What is sent in place of each value, by its type."""

WHOLE: Mapping[str, Callable[[str], dict[str, Any]]] = {
    f"{API}/orders": lambda learner: {
        "products": [PRODUCT],
        "learners": [{"product": PRODUCT, "learners": [{"learner": learner}]}],
        "dates": [{**DATES, "product": PRODUCT, "learners": [learner]}],
        "purchase_order_number": "PO-2026-117",
    },
    f"{API}/orders/{{order}}/learners": lambda learner: {
        "product": PRODUCT,
        "pathway": "MAIN",
        "learners": [{"learner": learner}],
        "new_learner": LEARNER,
    },
}
"""What says more than the way to have it done, given a learner."""

LEFT_OUT = object()
TRIES = count()


@pytest.fixture(scope="module")
def place(tmp_path_factory: pytest.TempPathFactory) -> Generator[Fuzzed]:
    folder = tmp_path_factory.mktemp("refused")
    with fuzzed(f"sqlite:///{folder / 'data'}", folder / "keys" / "key") as place:
        yield place


@pytest.fixture
def new_identifiers(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """List every identifier that is drawn for something new."""
    names: list[str] = []

    def draw(kind: Kind, number: int) -> str:
        names.append(identifier(kind, number))
        return names[-1]

    monkeypatch.setattr(identifiers, "identifier", draw)
    return names


def places(value: Any, at: tuple[Any, ...] = ()) -> Iterator[tuple[Any, ...]]:
    """Walk all places of a body, that of the whole apart."""
    members = (
        value.items()
        if isinstance(value, dict)
        else enumerate(value)
        if isinstance(value, list)
        else ()
    )
    for name, each in members:
        yield (*at, name)
        yield from places(each, (*at, name))


def spoilt(body: Any) -> Iterator[Any]:
    """Spoil one value of a body at a time: leave it out, twice, or otherwise."""
    for *path, last in places(body):
        for other in (LEFT_OUT, *others(reduce(getitem, (*path, last), body))):
            copy = deepcopy(body)
            within = reduce(getitem, path, copy)
            if other is LEFT_OUT:
                del within[last]
            else:
                within[last] = other
            yield copy


def others(value: Any) -> Iterator[Any]:
    """Give what is sent in place of a value: of an identifier, another of its kind."""
    if isinstance(value, str) and (kind := IDENTIFIER.fullmatch(value)):
        yield NOWHERE.get(kind[1], "X-1")
    yield from WRONG.get(type(value), ())
    if isinstance(value, list):
        yield [*value, *value]


@pytest.mark.parametrize("operation", POSTS, ids=str)
def test_a_refusal_names_nothing_that_was_not_made(
    place: Fuzzed, operation: Operation, new_identifiers: list[str]
) -> None:
    way = valid_request(operation, place.ready)
    if operation.path in WHOLE:
        way = replace(way, body=WHOLE[operation.path](place.ready.spare()))
    names = {**names_of(place.ready.things), **place.ready.things.drafts, **way.about}
    path = operation.path
    for parameter in operation.parameters:
        path = path.replace(written(operation.path, parameter), names[parameter])
    client = TestClient(place.app)
    if way.by is not None:
        token = token_of(place.service, way.by)
        client.headers["Authorization"] = f"Bearer {token}"
    refused = 0
    for body in spoilt(way.body):
        new_identifiers.clear()  # what succeeds may name what it made
        headers = {"If-Match": "*", "Idempotency-Key": f"spoilt {next(TRIES)}"}
        answer = client.post(path, json=body, headers=headers)
        assert answer.status_code < 500, (path, body, answer.text)
        if not answer.is_success:
            refused += 1
            told = {name for name in new_identifiers if name in answer.text}
            assert not told, f"{path} {json.dumps(body)}: {answer.text}"
    assert refused
