"""JSON that says a thing twice, or is nested without end, is refused by everybody."""

import json
from collections.abc import Generator, Iterator, Mapping
from typing import Any, TypeAlias

import pytest
from fastapi.testclient import TestClient

from api.http.validation.validation_messages import pointer_of
from tests.api.operations import Operation, every_operation, names_of
from tests.api.seeded_centre import furnished_in

TAKING_JSON = tuple(each for each in every_operation() if each.body)
DEPTHS = (100, 300, 900, 1_100)
ENDLESS = 100_000
"""How deep one asks a few only, as all are read alike and it takes a megabyte."""
Path: TypeAlias = tuple[str | int, ...]


@pytest.fixture(scope="module")
def admin_and_names(
    tmp_path_factory: pytest.TempPathFactory,
) -> Generator[tuple[TestClient, Mapping[str, str]]]:
    with furnished_in(tmp_path_factory.mktemp("centre")) as (_, client_as, things):
        yield client_as("admin.riverside"), {**names_of(things), **things.drafts}


def objects(value: Any, *at: str | int) -> Iterator[Path]:
    """Say where there are objects with anything in them."""
    if isinstance(value, dict) and value:
        yield at
    inner = enumerate(value) if isinstance(value, list) else ()
    for name, each in value.items() if isinstance(value, dict) else inner:
        yield from objects(each, *at, name)


def with_twice(value: Any, place: Path, *at: str | int) -> str:
    """Write a value with the first member of the object at that place twice."""
    if isinstance(value, list):
        inner = (with_twice(each, place, *at, n) for n, each in enumerate(value))
        return f"[{', '.join(inner)}]"
    if not isinstance(value, dict):
        return json.dumps(value)
    members = [
        f"{json.dumps(name)}: {with_twice(each, place, *at, name)}"
        for name, each in value.items()
    ]
    return f"{{{', '.join([*members[: at == place], *members])}}}"


def first_in(value: Any, place: Path) -> str:
    for step in place:
        value = value[step]
    return str(next(iter(value)))


@pytest.mark.parametrize("operation", TAKING_JSON, ids=str)
def test_what_is_given_twice_is_refused_by_its_name(
    admin_and_names: tuple[TestClient, Mapping[str, str]], operation: Operation
) -> None:
    client, names = admin_and_names
    body = operation.body
    for place in objects(body):
        content = with_twice(body, place).encode()
        refused = operation.ask(client, names, content=content)
        pointer = pointer_of(("body", *place, first_in(body, place)))
        assert refused.status_code == 422, refused.text
        assert refused.json()["errors"] == [
            {
                "pointer": pointer,
                "message": "This is given more than once. Give it once.",
            }
        ]


@pytest.mark.parametrize("operation", TAKING_JSON, ids=str)
def test_what_is_nested_without_end_is_refused(
    admin_and_names: tuple[TestClient, Mapping[str, str]], operation: Operation
) -> None:
    client, names = admin_and_names
    member = next(iter(operation.body))
    is_one_of_few = TAKING_JSON.index(operation) % 10 == 0
    for depth in (*DEPTHS, *[ENDLESS] * is_one_of_few):
        for opened, closed in ("[", "]"), ('{"a\\u0000": ', "}"):
            nested = f"{opened * depth}1{closed * depth}"
            for content in (nested, f'{{"{member}": {nested}}}'):
                answer = operation.ask(client, names, content=content.encode())
                assert answer.status_code in {400, 422}, (depth, answer.text)
