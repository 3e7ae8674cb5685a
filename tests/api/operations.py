"""How every operation of the OpenAPI document is tried, by what its path names."""

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from fastapi.testclient import TestClient
from httpx2 import Response

from aggregates.uploads.record import Record
from api.http.documents.documentation import example_of
from api.http.documents.openapi import operations
from events.identifier import Kind, identifier
from files.corrections import invalid_workbook
from tests.api.seeded_centre import PRODUCT, TEST, WHEN, Things
from tests.image_examples import PHOTOGRAPH
from tests.learner_examples import cells, csv_file, record_read

COMMITTED = Path(__file__).parents[2] / "docs" / "openapi.json"
DOCUMENT = json.loads(COMMITTED.read_text(encoding="utf-8"))
"""Which a test holds to be what the API is: to make it takes seconds."""

NOBODY = "nobody.at.all"
NOWHERE: Mapping[str, str] = {
    "centre": "00000",
    "name": NOBODY,
    "token": "0" * 20,
    "group": identifier(Kind.GROUP, 0),
    "learner": identifier(Kind.LEARNER, 0),
    "other": identifier(Kind.LEARNER, 1),
    "order": identifier(Kind.ORDER, 0),
    "registration": identifier(Kind.REGISTRATION, 0),
    "line": identifier(Kind.REGISTRATION, 0),
    "claim": identifier(Kind.CLAIM, 0),
    "booking": identifier(Kind.BOOKING, 0),
    "client": "0" * 32,
    "package": "0" * 32,
    "entry_order": identifier(Kind.ORDER, 0),
    "certificate": identifier(Kind.CERTIFICATE, 0),
}
"""What nothing is called, anywhere."""

OPEN = {
    "product": PRODUCT,
    "qualification": PRODUCT,
    "pathway": "MAIN",
    "row": "4",
    "unit": TEST,
    "starts": WHEN,
    "secret": f"x.{0:032x}",
    "position": "1",
    "first": "1",
    "second": "2",
}
"""What is no secret: the catalogue is everybody's, and any file has rows."""

HEADERS = {"If-Match": "*", "Idempotency-Key": "1"}


@dataclass(frozen=True, kw_only=True)
class Operation:
    """One operation of the API, ready to be tried."""

    method: str
    path: str
    parameters: tuple[str, ...]
    """What its path names, as in NOWHERE."""
    told: Mapping[str, Any]
    """What the document says of it."""

    def __str__(self) -> str:
        return f"{self.method.upper()} {self.path}"

    @property
    def queries(self) -> list[str]:
        """What may be asked for in the query."""
        parameters = self.told.get("parameters", ())
        return [each["name"] for each in parameters if each["in"] == "query"]

    @property
    def is_of_centres(self) -> bool:
        """Tell whether those of no centre are to say of which one they ask."""
        return "centre" in self.queries

    @property
    def body(self) -> Any:
        """A JSON body, made from the examples in the document, or None."""
        kinds = self.told.get("requestBody", {}).get("content", {})
        if "application/json" not in kinds:
            return None
        return example_of(DOCUMENT, kinds["application/json"]["schema"])

    @property
    def headers(self) -> list[str]:
        """What may be sent as a header."""
        parameters = self.told.get("parameters", ())
        return [each["name"] for each in parameters if each["in"] == "header"]

    def ask(
        self,
        client: TestClient,
        names: Mapping[str, str],
        *,
        headers: Mapping[str, str] = HEADERS,
        content: bytes | None = None,
        query: Mapping[str, str] | None = None,
        method: str | None = None,
        kind: str = "application/json",
    ) -> Response:
        """Try it on the things of those names; ``content`` is sent as its body."""
        path = self.path
        for parameter in self.parameters:
            path = path.replace(written(self.path, parameter), names[parameter])
        params = {**self.required(names), **(query or {})}
        sent = self._sent(names) if content is None else {"content": content}
        if content is not None:
            headers = {**headers, "Content-Type": kind}
        verb = method or self.method
        return client.request(verb, path, params=params, headers=headers, **sent)

    def required(self, names: Mapping[str, str]) -> dict[str, str]:
        """Give what the query has to say."""
        return {
            each["name"]: names[each["name"]]
            for each in self.told.get("parameters", ())
            if each["in"] == "query" and each.get("required")
        }

    def _sent(self, names: Mapping[str, str]) -> dict[str, Any]:
        kinds = self.told.get("requestBody", {}).get("content", {})
        if "application/json" in kinds:
            return {"json": self.body}
        if self.path.endswith("/invalid.xlsx"):
            read = record_read(group=names["group"], row=4, cells=cells())
            book = invalid_workbook([(1, Record.begin(read))])
            return {"files": {"file": ("to-correct.xlsx", book)}}
        if "multipart/form-data" in kinds:
            file = ("learners.csv", csv_file(cells()), "text/csv")
            return {"data": {"name": "Autumn 2026"}, "files": {"file": file}}
        return {"content": PHOTOGRAPH} if kinds else {}


def written(path: str, parameter: str) -> str:
    """Say how a parameter is written in that path: ``{number}`` is of two kinds."""
    is_number = parameter in {"centre", "certificate"} and "{number}" in path
    return "{number}" if is_number else f"{{{parameter}}}"


def parameters_of(path: str) -> tuple[str, ...]:
    """List what a path names. Fails on what nobody has said how to try."""
    names = [part[1:-1] for part in path.split("/") if part.startswith("{")]
    if "number" in names:
        kind = "certificate" if "/certificates/" in path else "centre"
        names[names.index("number")] = kind
    unknown = set(names) - {*NOWHERE, *OPEN}
    assert not unknown, (
        f"{path} names {unknown}: make one in tests/api/seeded_centre.py, and say in "
        "NOWHERE of tests/api/operations.py what none is called"
    )
    return tuple(names)


def every_operation() -> Iterator[Operation]:
    for path, method, told in operations(DOCUMENT):
        yield Operation(
            method=method, path=path, parameters=parameters_of(path), told=told
        )


def names_of(things: Things) -> dict[str, str]:
    """Give what paths call the things of a centre."""
    return {**OPEN, "centre": things.centre, **things.called}
