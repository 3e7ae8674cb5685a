"""What holds for every operation of the API: the conventions, walked one by one."""

import re
from collections.abc import Generator, Mapping
from dataclasses import dataclass
from http import HTTPStatus
from typing import Any

import pytest
from fastapi.testclient import TestClient
from httpx2 import Response

from api.app import create_app
from service import Service
from tests.api.operations import every_operation, names_of
from tests.api.seeded_centre import API, furnished_in

OPERATIONS = tuple(every_operation())
LISTS = tuple(each for each in OPERATIONS if "cursor" in each.queries)
OPEN_TO_ALL = {f"{API}/tokens", f"{API}/launch/{{booking}}/{{secret}}"}
ONES_OWN = (f"{API}/me/",)
"""What nobody else changes, so that nobody has to say which version they looked at."""

COSTS = {
    f"{API}/orders/{{order}}/confirm",
    f"{API}/registrations/{{registration}}/cancel",
    f"{API}/claims/{{claim}}/submit",
    f"{API}/claims/{{claim}}/withdraw",
}
"""What costs money or ends in a certificate, at the least."""

SHOWN = {
    *("users", "centres", "learner-groups", "learners", "orders", "registrations"),
    *("claims", "claimable-qualifications", "ineligible-learners", "results"),
    *("invoice-lines", "learners/{learner}/results"),
}
"""What is shown by read models, which may be behind."""

PROBLEM = "application/problem+json"
WHO = re.compile(r"\S+ [a-zPIN ,]+ on 24 November 2026 at 09:3\d\. Look again")
MEMBERS = {"type", "title", "status", "detail", "instance"}


@dataclass(frozen=True, kw_only=True)
class OperationsCentre:
    """A centre with one of everything, and who asks for it."""

    service: Service
    names: Mapping[str, str]
    drafts: Mapping[str, str]
    admin: TestClient
    auditor: TestClient


@pytest.fixture(scope="module")
def operations_centre(
    tmp_path_factory: pytest.TempPathFactory,
) -> Generator[OperationsCentre]:
    folder = tmp_path_factory.mktemp("operations")
    with furnished_in(folder) as (service, client_as, things):
        admin = client_as("admin.riverside")
        names = names_of(things)
        yield OperationsCentre(
            service=service,
            names=names,
            drafts={**names, **things.drafts},
            admin=admin,
            auditor=client_as("auditor"),
        )


def is_problem(answer: Response, status: HTTPStatus) -> dict[str, Any]:
    """Hold an answer to be a problem document of that status (RFC 9457)."""
    assert answer.status_code == status, answer.text
    assert answer.headers["content-type"] == PROBLEM
    problem: dict[str, Any] = answer.json()
    assert {*problem} - {"errors"} == MEMBERS
    assert problem["status"] == status
    assert problem["detail"].endswith((".", "…")), problem
    assert answer.headers["x-request-id"]
    return problem


def test_who_says_not_who_they_are_is_told_how_to(
    operations_centre: OperationsCentre,
) -> None:
    stranger = TestClient(create_app(operations_centre.service))
    public = {each.path for each in OPERATIONS if not each.told["security"]}
    assert public == OPEN_TO_ALL
    for operation in OPERATIONS:
        if operation.path not in public:
            answer = operation.ask(stranger, operations_centre.names)
            is_problem(answer, HTTPStatus.UNAUTHORIZED)
            assert answer.headers["www-authenticate"].startswith("Bearer")


def test_an_address_that_does_not_know_the_method_says_which_it_knows(
    operations_centre: OperationsCentre,
) -> None:
    for path in {operation.path for operation in OPERATIONS}:
        known = {
            each.method.upper()
            for each in OPERATIONS
            if re.fullmatch(re.sub(r"{\w+}", "[^/]+", each.path), path)
        }
        known |= {"HEAD"} if "GET" in known else set()
        answer = operations_centre.admin.request("TRACE", path)
        problem = is_problem(answer, HTTPStatus.METHOD_NOT_ALLOWED)
        allowed = answer.headers["allow"]
        assert {*allowed.split(", ")} == known
        assert problem["detail"].endswith(f"Use {allowed}.")


def test_a_change_needs_the_version_that_was_looked_at(
    operations_centre: OperationsCentre,
) -> None:
    """RFC 6585: 428 on every PUT, PATCH and DELETE of what others may change too."""
    for operation in OPERATIONS:
        is_of_all = not operation.path.startswith(ONES_OWN)
        if operation.method in {"put", "patch", "delete"} and is_of_all:
            answer = operation.ask(
                operations_centre.admin, operations_centre.drafts, headers={}
            )
            problem = is_problem(answer, HTTPStatus.PRECONDITION_REQUIRED)
            assert problem["errors"][0]["pointer"] == "If-Match:", operation


def test_whatever_is_changed_as_looked_at_shows_its_version(
    operations_centre: OperationsCentre,
) -> None:
    """So that there is an ETag to send as If-Match."""
    looks = [each for each in OPERATIONS if each.method == "get" and each.parameters]
    for operation in OPERATIONS:
        if "If-Match" in operation.headers:
            about = [each for each in looks if operation.path.startswith(each.path)]
            answers = [
                each.ask(operations_centre.admin, operations_centre.drafts)
                for each in about
            ]
            tags = [answer.headers.get("etag", "W/") for answer in answers]
            assert any(tag.startswith('"') for tag in tags), operation


def test_a_change_of_what_has_moved_says_who_changed_what_since(
    operations_centre: OperationsCentre,
) -> None:
    """412, before anything else is decided, but who may."""
    told = set()
    for operation in OPERATIONS:
        if "If-Match" in operation.headers:
            headers = {"If-Match": '"0"', "Idempotency-Key": "1"}
            answer = operation.ask(
                operations_centre.admin, operations_centre.drafts, headers=headers
            )
            if answer.status_code != HTTPStatus.FORBIDDEN:
                problem = is_problem(answer, HTTPStatus.PRECONDITION_FAILED)
                assert WHO.search(problem["detail"]), f"{operation}: {problem}"
                told.add(operation.path)
    assert len(told) > len(COSTS)


def test_what_costs_money_or_ends_in_a_certificate_needs_a_key(
    operations_centre: OperationsCentre,
) -> None:
    needing = [each for each in OPERATIONS if "Idempotency-Key" in each.headers]
    assert {each.path for each in needing} >= COSTS
    for operation in needing:
        answer = operation.ask(
            operations_centre.admin, operations_centre.names, headers={"If-Match": "*"}
        )
        problem = is_problem(answer, HTTPStatus.BAD_REQUEST)
        assert problem["errors"][0]["pointer"] == "Idempotency-Key:", operation


def test_a_body_that_is_not_json_is_malformed_everywhere(
    operations_centre: OperationsCentre,
) -> None:
    for operation in OPERATIONS:
        if operation.body is not None:
            answer = operation.ask(
                operations_centre.admin, operations_centre.drafts, content=b"{nonsense"
            )
            problem = is_problem(answer, HTTPStatus.UNPROCESSABLE_ENTITY)
            assert "not JSON" in problem["errors"][-1]["message"], operation


def test_a_read_that_can_wait_says_when_to_ask_again(
    operations_centre: OperationsCentre,
) -> None:
    """Never stale data in silence."""
    waiting = [each for each in OPERATIONS if "Min-Position" in each.headers]
    assert {each.path for each in waiting} >= {f"{API}/{each}" for each in SHOWN}
    ahead = str(operations_centre.service.store.head() + 1)
    for operation in waiting:
        headers = {"Min-Position": ahead, "Prefer": "wait=0"}
        answer = operation.ask(
            operations_centre.auditor, operations_centre.names, headers=headers
        )
        is_problem(answer, HTTPStatus.SERVICE_UNAVAILABLE)
        assert answer.headers["retry-after"] == "1"


def test_every_list_is_walked_by_its_links_and_ends(
    operations_centre: OperationsCentre,
) -> None:
    """RFC 8288: one at a time, in the same order as all at once, each once."""
    for operation in LISTS:
        whose = (
            {"centre": operations_centre.names["centre"]}
            if operation.is_of_centres
            else {}
        )
        query = {"limit": "200", **whose}
        whole = operation.ask(
            operations_centre.auditor, operations_centre.drafts, query=query
        ).json()
        assert whole["next"] is None, operation
        query = {"limit": "1", **whose}
        answer = operation.ask(
            operations_centre.auditor, operations_centre.drafts, query=query
        )
        walked = answer.json()["items"]
        while url := answer.links.get("next", {}).get("url"):
            answer = operations_centre.auditor.get(url)
            walked += answer.json()["items"]
            assert len(walked) <= len(whole["items"]), operation
        assert walked == whole["items"], operation


def test_a_cursor_is_good_for_the_list_that_gave_it_and_for_no_other(
    operations_centre: OperationsCentre,
) -> None:
    """Nor for the same one sought through otherwise; for another limit it is."""
    given = [("nobody", "nonsense")]
    for operation in LISTS:
        whose = (
            {"centre": operations_centre.names["centre"]}
            if operation.is_of_centres
            else {}
        )
        other, cursor = given[-1]
        query = {"cursor": cursor, **whose}
        problem = is_problem(
            operation.ask(
                operations_centre.auditor, operations_centre.drafts, query=query
            ),
            HTTPStatus.UNPROCESSABLE_ENTITY,
        )
        assert problem["detail"].startswith("The cursor is not one that this"), other
        answer = operation.ask(
            operations_centre.auditor,
            operations_centre.drafts,
            query={"limit": "1", **whose},
        )
        if cursor := answer.json()["next"]:
            given.append((operation.path, cursor))
            query = {"cursor": cursor, "limit": "7", **whose}
            answer = operation.ask(
                operations_centre.auditor, operations_centre.drafts, query=query
            )
            assert answer.status_code == HTTPStatus.OK, operation
            query = {"cursor": cursor, "status": "Paid", "limit": "1", **whose}
            answer = operation.ask(
                operations_centre.auditor, operations_centre.drafts, query=query
            )
            assert answer.status_code == HTTPStatus.UNPROCESSABLE_ENTITY, operation
    assert len(given) > len(LISTS) / 2
