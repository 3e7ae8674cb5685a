"""The OpenAPI document: the one committed, and what it promises."""

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from jsonschema_rs import Draft202012Validator

from aggregates.learners.uln import uln_fault
from api.app import openapi_document
from api.http.documents.documentation import example_of
from api.http.documents.openapi import operations
from api.http.documents.schema_names import name_schemas
from api.http.validation.validation_messages import PATTERNS
from events.identifier import Kind, is_identifier
from tests.api.operations import DOCUMENT

RENEW = "docs/openapi.json is not what the API is now. Renew it: make openapi"
OPERATIONS = list(operations(DOCUMENT))
SHAPED = re.compile(r"(L|G|O|R|B|AC|C)-[0-9]{5,}[A-Z]?")
ULN = re.compile(r"[0-9]{10}")


def texts(document: Any) -> Iterator[str]:
    """Walk all that is said in a document, to its leaves."""
    if isinstance(document, dict):
        for value in document.values():
            yield from texts(value)
    elif isinstance(document, list):
        for value in document:
            yield from texts(value)
    elif isinstance(document, str):
        yield document


def patterns(document: Any) -> Iterator[str]:
    """Walk the patterns that what is sent has to match."""
    if isinstance(document, dict):
        if isinstance(pattern := document.get("pattern"), str):
            yield pattern
        document = [*document.values()]
    if isinstance(document, list):
        for value in document:
            yield from patterns(value)


def test_the_committed_document_is_that_of_the_api() -> None:
    is_current = openapi_document() == DOCUMENT
    assert is_current, RENEW


def test_what_a_parameter_may_be_is_said_in_words_too() -> None:
    """For who reads, and for clients that leave schemas out."""
    choosing = 0
    for path, _, operation in OPERATIONS:
        for parameter in operation.get("parameters", ()):
            name = parameter["schema"].get("$ref", "").rpartition("/")[2]
            schema = DOCUMENT["components"]["schemas"].get(name, parameter["schema"])
            for choice in schema.get("enum", ()):
                assert f"`{choice}`" in parameter["description"], (path, parameter)
                choosing += 1
    assert choosing > 80


def test_code_is_between_single_backticks_as_markdown_has_it() -> None:
    said = [*texts(DOCUMENT)]
    assert not [each for each in said if "``" in each]
    assert [each for each in said if "`ways_to_fix`" in each or "`version`" in each]


def test_the_former_names_of_clauses_are_said_to_be_read_still() -> None:
    """R1: the name is that of the documents, given_name; first_name was before."""
    (results,) = (o for p, _, o in OPERATIONS if p == "/api/v1/results")
    said = {each["name"]: each.get("description", "") for each in results["parameters"]}
    assert "`first_name`, is still read" in said["given_name"]
    assert "`last_name`, is still read" in said["family_name"]


def test_every_operation_is_summed_up_in_a_sentence_and_belongs_somewhere() -> None:
    for path, method, operation in OPERATIONS:
        said = operation["summary"]
        assert re.fullmatch(r"[A-Z].*\.", said), f"{method} {path} says: {said}"
        assert operation["tags"], f"{method} {path}"


def pinned(name: str) -> list[str]:
    """Read a list of names that clients were generated from."""
    return Path(__file__).with_name(name).read_text(encoding="utf-8").splitlines()


def test_no_operation_is_ever_called_otherwise() -> None:
    """A new one is added to the list; none that is in it is changed or left out."""
    called = sorted(
        f"{operation['operationId']} {method.upper()} {path.removeprefix('/api/v1')}"
        for path, method, operation in OPERATIONS
    )
    assert called == pinned("operations.txt")


def test_operations_are_called_by_a_verb_and_a_noun_each_by_its_own() -> None:
    names = [operation["operationId"] for _, _, operation in OPERATIONS]
    assert len(set(names)) == len(names)
    assert [
        each for each in names if not re.fullmatch(r"[a-z]+([A-Z][a-z]+)+", each)
    ] == []


def test_no_schema_is_ever_called_otherwise() -> None:
    """A new one is added to the list; none that is in it is changed or left out."""
    assert sorted(DOCUMENT["components"]["schemas"]) == pinned("schemas.txt")


def test_schemas_have_plain_names_which_are_also_their_titles() -> None:
    for name, schema in DOCUMENT["components"]["schemas"].items():
        assert re.fullmatch(r"([A-Z][a-z]+)+", name), name
        assert schema["title"] == name


def test_two_schemas_of_one_name_are_found() -> None:
    schemas = {
        "a__Outcome": {"title": "Outcome", "type": "object"},
        "b__Outcome": {"title": "Outcome", "type": "string"},
    }
    with pytest.raises(ValueError, match="Two schemas are called Outcome"):
        name_schemas({"components": {"schemas": schemas}})


def test_an_enumeration_that_nobody_named_is_found() -> None:
    schemas = {"Colour": {"title": "Colour", "enum": ["red"]}}
    with pytest.raises(ValueError, match="what the enumeration Colour is called"):
        name_schemas({"components": {"schemas": schemas}})


def test_every_identifier_shown_as_an_example_could_be_one() -> None:
    shown = {text for text in texts(DOCUMENT) if SHAPED.fullmatch(text)}
    assert len(shown) > 5
    for text in shown:
        kind = Kind(text.partition("-")[0])
        assert is_identifier(kind, text), text
    for text in texts(DOCUMENT):
        if ULN.fullmatch(text):
            assert uln_fault(text) is None, text


def test_every_tag_is_declared_with_what_it_is_for() -> None:
    declared = {tag["name"]: tag["description"] for tag in DOCUMENT["tags"]}
    assert {tag for _, _, each in OPERATIONS for tag in each["tags"]} == {*declared}
    assert all(text.endswith(".") for text in declared.values())


def test_the_document_says_where_the_service_is() -> None:
    assert [server["url"] for server in DOCUMENT["servers"]] == ["/"]


def test_what_needs_no_token_says_so() -> None:
    needs = {each["operationId"]: each["security"] for _, _, each in OPERATIONS}
    assert {name for name, asked in needs.items() if not asked} == {
        "signIn",
        "startTest",
    }


def test_a_header_without_which_nothing_is_done_is_declared_required() -> None:
    """But If-Match where the version may be left out: to submit a claim, say."""
    for path, method, operation in OPERATIONS:
        for parameter in operation.get("parameters", ()):
            must = method in {"put", "patch", "delete"}
            if parameter["name"] in {"If-Match", "Idempotency-Key"}:
                is_key = parameter["name"] == "Idempotency-Key"
                assert parameter["required"] == (must or is_key), f"{method} {path}"


def test_a_parameter_is_left_out_and_never_null() -> None:
    """A client made of a choice with null could not send Min-Position."""
    for path, method, operation in OPERATIONS:
        for parameter in operation.get("parameters", ()):
            kinds = [each.get("type") for each in parts(parameter["schema"])]
            assert "null" not in kinds, f"{method} {path} {parameter['name']}"


def test_headers_are_written_as_they_are_in_their_standards() -> None:
    headers = {
        parameter["name"]
        for _, _, operation in OPERATIONS
        for parameter in operation.get("parameters", ())
        if parameter["in"] == "header"
    }
    assert headers == {
        *("Idempotency-Key", "If-Match", "If-None-Match"),
        *("Last-Event-ID", "Min-Position", "Prefer"),
    }


def parts(schema: Any) -> Iterator[dict[str, Any]]:
    """Walk a schema and all that it is made of."""
    if isinstance(schema, dict):
        if reference := schema.get("$ref"):
            name = reference.rpartition("/")[2]
            yield from parts(DOCUMENT["components"]["schemas"][name])
        yield schema
        schema = [*schema.values()]
    if isinstance(schema, list):
        for each in schema:
            yield from parts(each)


def test_what_may_be_left_out_of_a_body_is_no_default_that_clients_would_send() -> None:
    sent = [
        part
        for _, _, operation in OPERATIONS
        for content in operation.get("requestBody", {}).get("content", {}).values()
        for part in parts(content["schema"])
    ]
    assert len(sent) > 100
    assert [part for part in sent if "default" in part] == []


@pytest.mark.parametrize("name", ["Min-Position", "Idempotency-Key", "If-Match"])
def test_what_a_header_is_for_is_said_wherever_it_is_taken(name: str) -> None:
    taken = [
        parameter
        for _, _, operation in OPERATIONS
        for parameter in operation.get("parameters", ())
        if parameter["name"] == name
    ]
    assert taken
    assert all(parameter["description"] for parameter in taken)


def examples(document: Any) -> Iterator[tuple[Any, Any]]:
    """Walk the schemas that have examples: each with one of them."""
    if isinstance(document, dict):
        for example in document.get("examples", ()):
            yield {**document, "examples": []}, example
        document = [*document.values()]
    if isinstance(document, list):
        for value in document:
            yield from examples(value)


def bodies() -> Iterator[tuple[Any, Any]]:
    """Walk the JSON that is sent and answered: each schema, and an example made of it."""
    for _, _, operation in OPERATIONS:
        for said in (
            operation.get("requestBody", {}),
            *operation["responses"].values(),
        ):
            for media, content in said.get("content", {}).items():
                if media.endswith("json"):
                    schema = content["schema"]
                    yield schema, example_of(DOCUMENT, schema)


def faults(schema: Any, example: Any) -> list[str]:
    """Say what of an example the schema does not allow."""
    components = {"components": DOCUMENT["components"]} if "$ref" in str(schema) else {}
    validator = Draft202012Validator({**schema, **components}, validate_formats=True)
    return [error.message for error in validator.iter_errors(example)]


def test_every_example_is_what_its_schema_says() -> None:
    shown = [*examples(DOCUMENT)]
    assert len(shown) > 500
    wrong = [(example, said) for of, example in shown if (said := faults(of, example))]
    assert wrong == []


def test_every_body_that_is_made_of_examples_is_what_its_schema_says() -> None:
    made = [*bodies()]
    assert len(made) > 100
    wrong = [(example, said) for of, example in made if (said := faults(of, example))]
    assert wrong == []


def test_an_example_that_is_not_what_its_schema_says_is_found() -> None:
    schema = {"properties": {"sat_on": {"type": "string", "format": "date"}}}
    for example in ({"sat_on": 1}, {"sat_on": "text"}):
        assert faults(schema, example)


def test_every_pattern_is_said_in_a_sentence_where_it_is_not_kept() -> None:
    assert {*patterns(DOCUMENT)} == {*PATTERNS}
