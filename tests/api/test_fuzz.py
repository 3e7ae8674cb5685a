"""Whatever is sent, by whomever: no fault inside, and no answer but those documented."""

from collections.abc import Generator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from http import HTTPStatus
from pathlib import Path
from typing import Any, TypeAlias

import pytest
import schemathesis
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st
from schemathesis import Case
from schemathesis.core.result import Ok
from schemathesis.generation import GenerationMode
from schemathesis.schemas import APIOperation
from schemathesis.specs.openapi.checks import (
    content_type_conformance,
    status_code_conformance,
)

from api.app import create_app
from api.documentation import example_of
from cli.demo import token_of
from tests.api.isolation.neighbours import IDENTIFIER
from tests.api.premises import furnished
from tests.api.running import clients, running
from tests.api.trying import DOCUMENT, names_of, parameters_of
from tests.clock import Clock

USERS = (
    *("admin.riverside", "assessor.riverside", "admin.hillside", "specialist"),
    *("auditor", "invoicing", "assessment"),
)
SLOW = {"Min-Position", "prefer"}
"""Headers that make the service wait, and say 503 in the end."""

FEW, MANY = 2, 130
SHARDS = 2


Operations: TypeAlias = Mapping[str, APIOperation[Any, Any, Any, Any]]


def operations_of(document: Mapping[str, Any]) -> Operations:
    found: dict[str, APIOperation[Any, Any, Any, Any]] = {}
    for each in schemathesis.openapi.from_dict(dict(document)).get_all_operations():
        assert isinstance(each, Ok), each
        operation = each.ok()
        found[operation.label] = operation
    return found


DOCUMENTED = operations_of(DOCUMENT)


@dataclass(frozen=True, kw_only=True)
class Fuzzed:
    """A running service, what is there, and who asks."""

    app: Any
    operations: Operations
    tokens: tuple[str, ...]
    names: tuple[Mapping[str, str], ...]
    answered: list[int] = field(default_factory=list)

    def ask(self, case: Case[Any], token: str, names: Mapping[str, str] | None) -> None:
        """Send a request, maybe about things that are there; judge the answer."""
        headers = {"Authorization": f"Bearer {token}"}
        if names is not None:
            headers |= {"If-Match": "*", "Idempotency-Key": f"{len(self.answered)}"}
            path = case.operation.path
            case.path_parameters.update(
                {"number": names["certificate" if "certif" in path else "centre"]}
                if "{number}" in path
                else {each: names[each] for each in parameters_of(path)}
            )
        answer = case.call(app=self.app, headers=headers)
        self.answered.append(answer.status_code)
        assert answer.status_code != HTTPStatus.INTERNAL_SERVER_ERROR, (
            case.as_curl_command()
        )
        checks = [status_code_conformance, content_type_conformance]
        case.validate_response(answer, checks=checks)
        DOCUMENTED[case.operation.label].validate_response(answer, case=case)


@contextmanager
def fuzzed(folder: Path) -> Generator[Fuzzed]:
    with (
        running(f"sqlite:///{folder / 'data'}", folder / "key", Clock()) as service,
        clients(service) as client_as,
    ):
        things = furnished(client_as("admin.riverside"), service, "Quillfeather")
        names = names_of(things)
        yield Fuzzed(
            app=create_app(service, rate="1000000/minute"),
            operations=operations_of(with_real_names(DOCUMENT, things.everything())),
            tokens=tuple(token_of(service, user) for user in USERS),
            names=(names, {**names, **things.drafts}),
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


def fuzz(place: Fuzzed, label: str, count: int) -> None:
    """Send as many requests to an operation: what it takes, and what it does not."""
    operation = place.operations[label]
    case = st.one_of(
        operation.as_strategy(generation_mode=GenerationMode.POSITIVE),
        operation.as_strategy(generation_mode=GenerationMode.NEGATIVE),
    )

    @given(
        case=case,
        token=st.sampled_from(place.tokens),
        names=st.sampled_from((*place.names, None)),
    )
    @settings(
        max_examples=count,
        derandomize=True,
        database=None,
        deadline=None,
        phases=[Phase.generate],
        suppress_health_check=[*HealthCheck],
    )
    def send(case: Case[Any], token: str, names: Mapping[str, str] | None) -> None:
        place.ask(case, token, names)

    send()


@pytest.mark.parametrize("shard", range(SHARDS))
def test_a_few_requests_of_every_kind_are_answered_as_documented(
    tmp_path: Path, shard: int
) -> None:
    with fuzzed(tmp_path) as place:
        for label in [*DOCUMENTED][shard::SHARDS]:
            fuzz(place, label, FEW)


@pytest.mark.prove
def test_ten_thousand_requests_are_answered_as_documented(tmp_path: Path) -> None:
    answered = 0
    for number, label in enumerate(DOCUMENTED):
        (folder := tmp_path / str(number)).mkdir()
        with fuzzed(folder) as place:
            fuzz(place, label, MANY)
            answered += len(place.answered)
    assert answered >= 10_000
