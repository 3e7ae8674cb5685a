"""What an operation does not know is refused, not ignored, and the nearest name is said."""

import json
from collections.abc import Generator, Iterator, Mapping
from copy import deepcopy
from typing import Any

import pytest
from fastapi.testclient import TestClient
from httpx2 import Response

from api.http.validation.unknown_names import suggest_name
from tests.api.operations import DOCUMENT, Operation, every_operation, names_of
from tests.api.running import ClientAs
from tests.api.seeded_centre import furnished_in

OPERATIONS = tuple(every_operation())
WITH_BODY = [each for each in OPERATIONS if isinstance(each.body, dict)]
UNKNOWN = "zzzz"


@pytest.fixture(scope="module")
def admin_and_names(
    tmp_path_factory: pytest.TempPathFactory,
) -> Generator[tuple[TestClient, Mapping[str, str]]]:
    with furnished_in(tmp_path_factory.mktemp("centre")) as (_, client_as, things):
        yield client_as("admin.riverside"), {**names_of(things), **things.drafts}


def faults(answer: Response) -> dict[str, str]:
    """Give what is said of each value, by its pointer, of a request that is refused."""
    assert answer.status_code == 422, answer.text
    return {each["pointer"]: each["message"] for each in answer.json()["errors"]}


def forms(schema: Any, example: Any, *at: str | int) -> Iterator[tuple[str | int, ...]]:
    """Find each object in an example whose members are declared: where it is."""
    if reference := schema.get("$ref"):
        schema = DOCUMENT["components"]["schemas"][reference.rpartition("/")[2]]
    for each in schema.get("anyOf", ()):
        yield from forms(each, example, *at)
    if isinstance(example, dict) and "properties" in schema:
        assert schema["additionalProperties"] is False, schema["title"]
        yield at
        for name, member in schema["properties"].items():
            yield from forms(member, example.get(name), *at, name)
    if isinstance(example, list) and example and "items" in schema:
        yield from forms(schema["items"], example[0], *at, 0)


def whole(schema: Any) -> Any:
    """Make an example with one item in each list."""
    if reference := schema.get("$ref"):
        return whole(DOCUMENT["components"]["schemas"][reference.rpartition("/")[2]])
    if "anyOf" in schema:
        return whole(schema["anyOf"][0])
    if "items" in schema:
        return [whole(schema["items"])]
    if "properties" in schema:
        return {name: whole(each) for name, each in schema["properties"].items()}
    return next(iter(schema.get("examples", schema.get("enum", ["1"]))))


def test_an_unknown_parameter_is_refused_by_every_operation(
    admin_and_names: tuple[TestClient, Mapping[str, str]],
) -> None:
    """Feeds and exports too: ignored, it would give everything."""
    client, names = admin_and_names
    for operation in OPERATIONS:
        answer = operation.ask(client, names, query={UNKNOWN: "1"})
        said = faults(answer)
        assert said.keys() == {f"?{UNKNOWN}"}, operation
        assert said[f"?{UNKNOWN}"].startswith(f"There is no parameter {UNKNOWN} here. ")


def test_a_parameter_written_wrongly_is_told_which_one_is_meant(
    admin_and_names: tuple[TestClient, Mapping[str, str]],
) -> None:
    client, names = admin_and_names
    tried = 0
    for operation in OPERATIONS:
        for name in operation.queries:
            if len(name) > 4:
                answer = operation.ask(client, names, query={f"{name}s": "1"})
                assert faults(answer)[f"?{name}s"].endswith(f"Did you mean {name}?")
                tried += 1
    assert tried > 100


def test_a_parameter_given_twice_is_refused(client_as: ClientAs) -> None:
    """Which of the two is meant, nobody knows."""
    asked = "/api/v1/invoice-lines?status=Paid&status=Credited"
    said = faults(client_as("auditor").get(asked))
    assert said == {"?status": "This is given more than once. Give it once."}


def bodies(operation: Operation) -> Iterator[tuple[str, Any]]:
    """Make bodies with one unknown member each, and give its pointer."""
    content = operation.told["requestBody"]["content"]["application/json"]
    body = whole(content["schema"])
    for at in forms(content["schema"], body):
        changed = deepcopy(body)
        inner = changed
        for step in at:
            inner = inner[step]
        inner[UNKNOWN] = 1
        yield "".join(f"/{step}" for step in (*at, UNKNOWN)), changed


def test_an_unknown_member_is_refused_wherever_it_is_in_whatever_body(
    admin_and_names: tuple[TestClient, Mapping[str, str]],
) -> None:
    client, names = admin_and_names
    tried = 0
    for operation in WITH_BODY:
        for pointer, body in bodies(operation):
            content = json.dumps(body).encode()
            said = faults(operation.ask(client, names, content=content))
            assert said[pointer].startswith(f"There is no field {UNKNOWN} here. ")
            tried += 1
    assert tried > len(WITH_BODY)


@pytest.mark.parametrize(
    ("path", "body", "pointer", "meant"),
    [
        ("/orders", {"purchaseOrder": "1"}, "/purchaseOrder", "purchase_order_number"),
        ("/orders", {"dates": [{"start": "1"}]}, "/dates/0/start", "starts"),
        ("/claims", {"qualifikation": "1"}, "/qualifikation", "qualification"),
        ("/learners", {"familyName": "Reid"}, "/familyName", "family_name"),
    ],
)
def test_a_member_written_wrongly_is_told_which_one_is_meant(
    client_as: ClientAs, path: str, body: Any, pointer: str, meant: str
) -> None:
    answer = client_as("admin.riverside").post(f"/api/v1{path}", json=body)
    assert faults(answer)[pointer].endswith(f"Did you mean {meant}?")


def test_what_is_like_nothing_is_to_be_left_out(client_as: ClientAs) -> None:
    answer = client_as("auditor").post("/api/v1/me/tokens", json={"xyz": 1})
    assert faults(answer)["/xyz"] == "There is no field xyz here. Leave it out."


def test_an_unknown_field_of_a_form_is_refused(client_as: ClientAs) -> None:
    file = ("learners.csv", b"", "text/csv")
    answer = client_as("admin.riverside").post(
        "/api/v1/learner-groups",
        data={"name": "Autumn 2026", "encodin": "utf-8"},
        files={"file": file},
    )
    assert faults(answer) == {
        "/encodin": "There is no field encodin here. Did you mean encoding?"
    }


def test_a_field_of_a_form_given_twice_is_refused(client_as: ClientAs) -> None:
    """No file vanishes without a word, nor a name."""
    file = ("learners.csv", b"", "text/csv")
    client = client_as("admin.riverside")
    answer = client.post(
        "/api/v1/learner-groups",
        data={"name": ["Autumn 2026", "Spring 2027"]},
        files=[("file", file), ("file", file)],
    )
    twice = "This is given more than once. Give it once."
    assert faults(answer) == {"/name": twice, "/file": twice}


def test_a_field_that_should_be_a_file_is_asked_for_one(client_as: ClientAs) -> None:
    answer = client_as("admin.riverside").post(
        "/api/v1/learner-groups",
        files={"name": (None, "Autumn 2026"), "file": (None, "Given name*")},
    )
    said = "Must be a file. Send it with its filename."
    assert faults(answer) == {"/file": said}


def test_a_body_is_refused_where_none_is_taken(
    admin_and_names: tuple[TestClient, Mapping[str, str]],
) -> None:
    """Or it would seem to have been heeded. Nothing said is no body."""
    client, names = admin_and_names
    tried = 0
    for operation in OPERATIONS:
        if operation.method != "get" and "requestBody" not in operation.told:
            content = b'{"learner": "L-0000000017T"}'
            said = faults(operation.ask(client, names, content=content))
            assert said == {"": "This operation takes no body. Leave it out."}
            tried += 1
    assert tried > 5


@pytest.mark.parametrize("content", [b"", b"{}", b" null "])
def test_a_body_that_says_nothing_is_none(client_as: ClientAs, content: bytes) -> None:
    answer = client_as("auditor").post(
        "/api/v1/certificates/C-1/printing", content=content
    )
    assert answer.status_code != 422


@pytest.mark.parametrize(
    ("name", "known", "answer"),
    [
        ("same_person", ["different_person", "cells"], "Leave it out."),
        ("same_person", ["different_person", "link_to"], "Did you mean link_to?"),
        ("different_persons", ["different_person"], "Did you mean different_person?"),
        ("date_to", ["date_from"], "Leave it out."),
    ],
)
def test_what_says_the_opposite_is_not_what_is_meant(
    name: str, known: list[str], answer: str
) -> None:
    assert suggest_name(name, known) == answer


def test_what_is_sent_already_is_not_what_is_meant(client_as: ClientAs) -> None:
    body = {"pin": "1234", "present_pin": "1111"}
    answer = client_as("admin.riverside").put("/api/v1/me/pin", json=body)
    assert faults(answer)["/present_pin"].endswith("Did you mean current_pin?")
