"""One of everything at Riverside, and every operation of the API with a body for it."""

import json
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import timedelta
from itertools import pairwise
from typing import Any
from uuid import uuid4

from fastapi.testclient import TestClient
from httpx2 import Response

from api.app import openapi_document
from api.openapi import operations
from policies.claims import process_claims
from service import Service
from tests.image_examples import SIGNATURE
from tests.learner_examples import cells, csv_file

Things = Mapping[str, str]
"""What each kind of thing is called: ``{"learner": "L-…"}``."""

API = "/api/v1"
CENTRE, PRODUCT = "48213", "Q-0005001227"
CALLED = {"centres": "centre", "certificates": "certificate", "users": "user"}
DOCUMENT = openapi_document()
SCHEMAS = DOCUMENT["components"]["schemas"]
PATIENCE = 20.0
NAMED = {"password": "correct horse battery"}
PLAIN: Mapping[str, Any] = {"string": "P", "boolean": True, "integer": 7, "array": []}


@dataclass(frozen=True, kw_only=True)
class Operation:
    """One operation of the API; ``things`` are those its path names, by parameter."""

    method: str
    path: str
    things: Mapping[str, str]
    content: Mapping[str, Any]
    query: Mapping[str, Any]

    def __str__(self) -> str:
        return f"{self.method} {self.path.removeprefix(API)}"

    def ask(self, client: TestClient, things: Things) -> Response:
        """Ask for it of these things, with a body that it would take."""
        path = self.path
        for parameter, kind in self.things.items():
            path = path.replace(f"{{{parameter}}}", things[kind])
        headers = {"If-Match": "*", "Idempotency-Key": str(uuid4())}
        sent: dict[str, Any] = {}
        if "application/json" in self.content:
            sent["json"] = sample(self.content["application/json"]["schema"])
        elif "image/png" in self.content:
            sent["content"] = SIGNATURE
            headers["Content-Type"] = "image/png"
        elif "multipart/form-data" in self.content:
            sent["data"] = {"name": "Theirs"}
            sent["files"] = {"file": ("learners.csv", csv_file(cells()), "text/csv")}
        return client.request(
            self.method, path, headers=headers, params=self.query, **sent
        )


def every_operation() -> Iterator[Operation]:
    for path, method, said in operations(DOCUMENT):
        parts = path.split("/")
        yield Operation(
            method=method.upper(),
            path=path,
            things={
                part[1:-1]: CALLED.get(before, part[1:-1])
                for before, part in pairwise(parts)
                if part.startswith("{")
            },
            content=said.get("requestBody", {}).get("content", {}),
            query={
                each["name"]: sample(each["schema"])
                for each in said.get("parameters", ())
                if each["in"] == "query" and each.get("required")
            },
        )


def sample(schema: Mapping[str, Any]) -> Any:
    """Make a value as the schema has it, by its first example where it has any."""
    if "$ref" in schema:
        return sample(SCHEMAS[schema["$ref"].rpartition("/")[2]])
    if "examples" in schema:
        return schema["examples"][0]
    if "anyOf" in schema:
        return sample(schema["anyOf"][0])
    if schema.get("type") == "object":
        properties = schema.get("properties", {})
        needed = schema.get("required") or properties
        return {name: NAMED.get(name) or sample(properties[name]) for name in needed}
    plain = "2026-11-20" if schema.get("format") == "date" else PLAIN[schema["type"]]
    return schema.get("enum", [plain])[0]


def one_of_everything(service: Service, admin: TestClient) -> Things:
    """Make one of everything at Riverside; give what each is called."""

    def post(path: str, body: object = None, **more: Any) -> Any:
        key = {"Idempotency-Key": path}
        answer = admin.post(f"{API}{path}", json=body, headers=key, **more)
        assert answer.is_success, answer.text
        return answer.json()

    def until(path: str, is_so: Callable[[Any], bool]) -> None:
        while not is_so(admin.get(f"{API}{path}").json()):
            assert service.read_models.wait_for(service.store.head(), PATIENCE)

    files = {
        "file": ("learners.csv", csv_file(cells(uln=""), cells(uln="1")), "text/csv")
    }
    uploaded = admin.post(f"{API}/learner-groups", data={"name": "Ours"}, files=files)
    group = uploaded.json()["group"]
    until(f"/learner-groups/{group}", lambda shown: shown["status"] == "checked")
    learner, waiting = (
        post(
            "/learners",
            {**cells(uln=""), "given_name": name, "confirm_different_person": True},
        )["learner"]
        for name in ("Zenobia", "Wilhelmina")
    )
    for image in ("photograph", "signature"):
        admin.put(
            f"{API}/learners/{learner}/{image}",
            content=SIGNATURE,
            headers={"If-Match": "*", "Content-Type": "image/png"},
        )
    people = [{"learner": learner}, {"learner": waiting}]
    order = post(
        "/orders",
        {
            "products": [PRODUCT],
            "learners": [{"learners": people}],
            "dates": [{"starts": "2026-09-01", "ends": "2027-07-16"}],
        },
    )
    post(f"/orders/{order['order']}/confirm", {"total": order["total"]})
    assert service.read_models.wait_for(service.store.head(), PATIENCE)
    grades = {"L/506/1788": "P"}
    claim = post(
        "/claims",
        {
            "qualification": PRODUCT,
            "units": list(grades),
            "learners": [learner, waiting],
            "awards": [
                {
                    "learner": who,
                    "award_type": kind,
                    "award_date": "2026-11-20",
                    "grades": grades,
                }
                for who, kind in ((learner, "Interim"), (waiting, "Full"))
            ],
        },
    )["claim"]
    post(f"/claims/{claim}/submit")
    assert service.read_models.wait_for(service.store.head(), PATIENCE)
    tick = process_claims(timedelta()).tick
    assert tick is not None
    tick(service.clock(), service.desk, service.read_models)
    assert service.read_models.wait_for(service.store.head(), PATIENCE)
    (result,) = admin.get(f"{API}/results", params={"first_name": "zenobia"}).json()[
        "items"
    ]
    registered = admin.get(f"{API}/registrations", params={"learner": learner})
    registration = registered.json()["items"][0]["registration"]
    return {
        "learner": learner,
        "group": group,
        "row": "3",
        "order": order["order"],
        "registration": registration,
        "line": registration,
        "claim": claim,
        "certificate": result["certificate"],
        "centre": CENTRE,
        "user": "assessor.riverside",
        "token": admin.get(f"{API}/me/tokens").json()["items"][0]["id"],
        "product": PRODUCT,
        "waiting": waiting,
    }


def words_of(answer: Response, things: Things, others: Things) -> str:
    """Write what was answered, with the names of things taken out."""
    text = json.dumps(answer.json()) if answer.content else ""
    for kind, thing in (*things.items(), *others.items()):
        if kind != "row":
            text = text.replace(thing, kind)
    return text
