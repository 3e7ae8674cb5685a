"""Every example body of the document is one that is taken: sent as it is, it is done.

What the examples call things is put in place first: an identifier stands for the one of
its kind that the test has made for the operation, 32 hexadecimal digits for its offline
client, and admin.riverside is given the password of the examples.
"""

import re
from collections.abc import Generator, Iterator, Mapping
from typing import Any

import pytest
from fastapi.testclient import TestClient

from cli.demo.users import token_of
from tests.api.http.documents.fuzzing import Fuzzed, fuzzed, kind_of
from tests.api.operations import Operation, every_operation, names_of, written
from tests.api.valid_requests import valid_request

OPERATIONS = tuple(each for each in every_operation() if each.body is not None)
CLIENT = re.compile("[0-9a-f]{32}")
USER, PASSWORD = "admin.riverside", "a long pass phrase"


@pytest.fixture(scope="module")
def place(tmp_path_factory: pytest.TempPathFactory) -> Generator[Fuzzed]:
    folder = tmp_path_factory.mktemp("examples")
    with fuzzed(f"sqlite:///{folder / 'data'}", folder / "keys" / "key") as place:
        answer = send(
            place,
            "specialist",
            "PUT",
            f"/api/v1/users/{USER}/password",
            {"password": PASSWORD, "reason": "Forgotten."},
        )
        assert answer.is_success, answer.text
        yield place


def send(place: Fuzzed, by: str | None, method: str, path: str, body: Any) -> Any:
    headers = {"If-Match": "*", "Idempotency-Key": f"{method} {path}"}
    if by is not None:
        headers["Authorization"] = f"Bearer {token_of(place.service, by)}"
    return TestClient(place.app).request(method, path, json=body, headers=headers)


def texts(value: Any) -> Iterator[str]:
    """Walk all texts of a body, names of its members too."""
    if isinstance(value, dict):
        value = [*value, *value.values()]
    if isinstance(value, list | tuple):
        for each in value:
            yield from texts(each)
    elif isinstance(value, str):
        yield value


def filled_in(example: Any, known: Mapping[str, str]) -> Any:
    """Put what is there in place of what an example calls things of its kind."""
    if isinstance(example, dict):
        return {
            filled_in(name, known): filled_in(value, known)
            for name, value in example.items()
        }
    if isinstance(example, list):
        return [filled_in(each, known) for each in example]
    if isinstance(example, str) and CLIENT.fullmatch(example):
        return known["client"]
    return known.get(kind_of(example) or "", example)


@pytest.mark.parametrize("operation", OPERATIONS, ids=str)
def test_the_example_of_a_body_is_answered_as_done(
    place: Fuzzed, operation: Operation
) -> None:
    way = valid_request(operation, place.ready)
    things = place.ready.things
    names = {**names_of(things), **things.drafts, **way.about}
    known = {"client": names["client"]}
    made = () if way.body == operation.body else texts(way.body)
    for text in [*names.values(), *made]:
        if kind := kind_of(text):
            known[kind] = text
    path = operation.path
    for parameter in operation.parameters:
        path = path.replace(written(operation.path, parameter), names[parameter])
    body = filled_in(operation.body, known)
    answer = send(place, way.by, operation.method.upper(), path, body)
    assert answer.is_success, f"{operation} {body}: {answer.text}"


def test_an_example_is_sent_as_it_is_but_for_what_it_calls_things() -> None:
    example = {"a": [{"L-0000000017T": "P"}], "client": "0" * 32, "reason": "Seen."}
    known = {"L": "L-0000000042Y", "client": "1" * 32}
    assert filled_in(example, known) == {
        "a": [{"L-0000000042Y": "P"}],
        "client": "1" * 32,
        "reason": "Seen.",
    }
