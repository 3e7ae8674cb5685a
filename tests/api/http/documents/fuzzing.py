"""Requests drawn from the document, of things that are there, and their judge."""

from collections.abc import Generator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from enum import StrEnum
from http import HTTPStatus
from pathlib import Path
from typing import Any, TypeAlias

import schemathesis
from schemathesis import Case
from schemathesis.core.result import Ok
from schemathesis.schemas import APIOperation
from schemathesis.specs.openapi.checks import (
    content_type_conformance,
    response_headers_conformance,
    status_code_conformance,
)

from api.app import create_app
from api.http.documents.documentation import example_of
from api.http.documents.openapi import operations
from api.http.transport.outcome import SAFE
from cli.demo.users import token_of
from service import Service
from tests.api.isolation.neighbours import IDENTIFIER
from tests.api.operations import DOCUMENT, names_of, parameters_of, written
from tests.api.running import clients, running
from tests.api.seeded_centre import furnished
from tests.api.valid_requests import Ready, ValidRequest
from tests.clock import Clock

SLOW = {"Min-Position", "Prefer"}
"""Headers that make the service wait, and say 503 in the end."""

Operations: TypeAlias = Mapping[str, APIOperation[Any, Any, Any, Any]]


def operations_of(document: Mapping[str, Any]) -> Operations:
    found: dict[str, APIOperation[Any, Any, Any, Any]] = {}
    for each in schemathesis.openapi.from_dict(dict(document)).get_all_operations():
        assert isinstance(each, Ok), each
        operation = each.ok()
        found[operation.label] = operation
    return found


DOCUMENTED = operations_of(DOCUMENT)
TOLD = {f"{method.upper()} {path}": told for path, method, told in operations(DOCUMENT)}
OF_EVERYTHING = {
    each.lower()
    for each in (*SAFE, "Content-Encoding", "Content-Type", "Content-Length", "Vary")
}
"""Headers that say nothing of this API in particular."""


def headers_of(told: Mapping[str, Any]) -> set[str]:
    """Give the headers that a response is said to have, in lower case."""
    if "$ref" in told:
        told = DOCUMENT["components"]["responses"][told["$ref"].rpartition("/")[2]]
    return {name.lower() for name in told.get("headers", {})}


class How(StrEnum):
    """How much of a request is as it should be, for it to get far inside."""

    AS_IT_COMES = "nothing but what is drawn"
    THERE = "its path names what is there"
    DRAFT = "its path names what can still be changed"
    BY_ANYBODY = "all but who asks"
    BUT_FOR_SOME = "all but one member of its body and its query"
    DONE = "all"


@dataclass(frozen=True, kw_only=True)
class Fuzzed:
    """A running service, what is there, and who was answered what."""

    service: Service
    app: Any
    operations: Operations
    ready: Ready
    answered: list[tuple[str | None, int]] = field(default_factory=list)
    _tokens: dict[str, str] = field(default_factory=dict)

    @property
    def done(self) -> int:
        """How many requests succeeded."""
        return sum(status < HTTPStatus.BAD_REQUEST for _, status in self.answered)

    def ask(
        self, case: Case[Any], who: str | None, how: How, way: ValidRequest
    ) -> None:
        """Send a request, about things that are there or not; judge the answer."""
        headers = {}
        if how is not How.AS_IT_COMES:
            key = f"{len(self.answered)}"
            headers = {"If-Match": "*", "Idempotency-Key": key}
            case.path_parameters.update(self._named(case.operation.path, how, way))
        if how in {How.BY_ANYBODY, How.BUT_FOR_SOME, How.DONE}:
            as_it_should_be(case, way, but_for_some=how is How.BUT_FOR_SOME)
        if how in {How.BUT_FOR_SOME, How.DONE}:
            who = way.by
        if who is not None:
            headers["Authorization"] = f"Bearer {self._token(who)}"
        answer = case.call(app=self.app, headers=headers)
        self.answered.append((who, answer.status_code))
        assert answer.status_code != HTTPStatus.INTERNAL_SERVER_ERROR, (
            case.as_curl_command()
        )
        checks = [
            status_code_conformance,
            content_type_conformance,
            response_headers_conformance,
        ]
        case.validate_response(answer, checks=checks)
        DOCUMENTED[case.operation.label].validate_response(answer, case=case)
        told = TOLD[case.operation.label]["responses"][str(answer.status_code)]
        undescribed = {*answer.headers} - OF_EVERYTHING - headers_of(told)
        assert not undescribed, f"{case.operation.label}: {undescribed}"

    def _named(self, path: str, how: How, way: ValidRequest) -> dict[str, str]:
        things = self.ready.things
        names = names_of(things)
        if how is not How.THERE:
            names |= things.drafts
        if how is not How.DRAFT:
            names |= way.about
        return {
            written(path, each).strip("{}"): names[each] for each in parameters_of(path)
        }

    def _token(self, who: str) -> str:
        if who not in self._tokens:
            self._tokens[who] = token_of(self.service, who)
        return self._tokens[who]


def as_it_should_be(case: Case[Any], way: ValidRequest, *, but_for_some: bool) -> None:
    """Send what succeeds; but for one member of what was drawn, where it is there."""
    drawn_query, drawn_body = case.query or {}, case.body
    case.headers.clear()
    case.query = {**way.query}
    if way.body is not None:
        case.body = way.body
    if not but_for_some:
        return
    for name in [*drawn_query][:1]:
        case.query[name] = drawn_query[name]
    if isinstance(drawn_body, dict) and isinstance(case.body, dict):
        members = [name for name in drawn_body if name in case.body]
        case.body = {**case.body, **{name: drawn_body[name] for name in members[:1]}}


@contextmanager
def fuzzed(database: str, keys: Path) -> Generator[Fuzzed]:
    with (
        running(database, keys, Clock()) as service,
        clients(service) as client_as,
    ):
        client = client_as("admin.riverside")
        things = furnished(client, service, "Quillfeather")
        yield Fuzzed(
            service=service,
            app=create_app(service, rate="1000000/minute"),
            operations=operations_of(with_real_names(DOCUMENT, things.everything())),
            ready=Ready(client=client, service=service, name="Ready", things=things),
        )


def with_real_names(document: Mapping[str, Any], known: set[str]) -> dict[str, Any]:
    """Let what is sent often be an example, or what something here is called."""

    def alike(example: Any) -> list[Any]:
        """Give what is here of the kind of an example, else the example."""
        if isinstance(example, dict):
            return [{name: alike(each)[0] for name, each in example.items()}]
        if isinstance(example, list):
            return [[alike(each)[0] for each in example]]
        kind = kind_of(example)
        return [each for each in sorted(known) if kind and kind_of(each) == kind] or [
            example
        ]

    def likely(schema: Any) -> Any:
        if isinstance(schema, list):
            return [likely(each) for each in schema]
        if not isinstance(schema, dict):
            return schema
        made = {name: likely(each) for name, each in schema.items()}
        examples = schema.get("examples")
        if not isinstance(examples, list):
            return made
        enum = [each for example in examples for each in alike(example)]
        return {"anyOf": [{"enum": enum}, made]}

    def told(operation: dict[str, Any]) -> dict[str, Any]:
        made = {k: v for k, v in operation.items() if k != "security"}
        made["parameters"] = [
            {**each, "schema": likely(each["schema"])}
            for each in operation.get("parameters", ())
            if each["name"] not in SLOW
        ]
        content = operation.get("requestBody", {}).get("content", {})
        if "application/json" in content:
            schema = content["application/json"]["schema"]
            enum = {"enum": alike(example_of(DOCUMENT, schema))}
            content = {"application/json": {"schema": {"anyOf": [enum, schema]}}}
            made["requestBody"] = {**operation["requestBody"], "content": content}
        return made

    paths = {
        path: {method: told(each) for method, each in item.items()}
        for path, item in document["paths"].items()
    }
    components = {**document["components"], "securitySchemes": {}}
    components["schemas"] = likely(components["schemas"])
    return {**document, "paths": paths, "components": components}


def kind_of(text: object) -> str | None:
    """Tell identifiers of a kind: ``L`` of learners."""
    written = IDENTIFIER.fullmatch(text) if isinstance(text, str) else None
    return written[1] if written else None
