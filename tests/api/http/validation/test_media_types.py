"""Bodies that do not say what they are: 415, not a riddle about a missing field."""

from collections.abc import Generator, Mapping

import pytest
from fastapi.testclient import TestClient

from tests.api.operations import every_operation, names_of
from tests.api.running import ClientAs
from tests.api.seeded_centre import furnished_in

TOKENS = "/api/v1/me/tokens"
BODY = b'{"label": "nightly export"}'


@pytest.fixture(scope="module")
def admin_and_names(
    tmp_path_factory: pytest.TempPathFactory,
) -> Generator[tuple[TestClient, Mapping[str, str]]]:
    with furnished_in(tmp_path_factory.mktemp("centre")) as (_, client_as, things):
        yield client_as("admin.riverside"), {**names_of(things), **things.drafts}


def test_a_body_of_another_kind_is_refused_by_every_operation(
    admin_and_names: tuple[TestClient, Mapping[str, str]],
) -> None:
    client, names = admin_and_names
    tried = {"application/json": 0, "multipart/form-data": 0}
    for operation in every_operation():
        kinds = operation.told.get("requestBody", {}).get("content", {})
        assert not kinds or "415" in operation.told["responses"], operation
        for kind in kinds:
            if kind in tried:
                answer = operation.ask(client, names, content=b"a: b", kind="text/yaml")
                assert answer.status_code == 415, operation
                problem = answer.json()
                said = problem["detail"]
                what = f"The body must be {kind}, but it says it is text/yaml. Send"
                assert said.startswith(what)
                assert ("with -F" in said) is (kind != "application/json")
                assert problem["errors"][0]["pointer"] == "Content-Type:"
                tried[kind] += 1
    assert tried["application/json"] > 40
    assert tried["multipart/form-data"] == 2


def test_json_without_its_content_type_is_told_so(client_as: ClientAs) -> None:
    refused = client_as("auditor").post(TOKENS, content=BODY)
    assert refused.status_code == 415
    assert refused.json()["detail"] == (
        "The body must be application/json, but it does not say what it is. "
        "Send it with the header Content-Type: application/json."
    )


@pytest.mark.parametrize(
    ("kind", "status"),
    [
        ("application/json", 201),
        ("Application/JSON; charset=utf-8", 201),
        ("application/merge-patch+json", 201),
        ("application/x-www-form-urlencoded", 415),
        ("text/json", 415),
        ("application/jsonp", 415),
        ("nonsense", 415),
    ],
)
def test_json_is_known_by_its_media_type(
    client_as: ClientAs, kind: str, status: int
) -> None:
    headers = {"Content-Type": kind}
    answer = client_as("auditor").post(TOKENS, content=BODY, headers=headers)
    assert answer.status_code == status


def test_no_body_needs_no_kind(client_as: ClientAs) -> None:
    """What is missing is said instead."""
    refused = client_as("auditor").post(TOKENS)
    assert refused.status_code == 422


def test_a_form_without_its_boundary_is_told_what_is_missing(
    admin_and_names: tuple[TestClient, Mapping[str, str]],
) -> None:
    client, _ = admin_and_names
    headers = {"Content-Type": "multipart/form-data", "Idempotency-Key": "form"}
    answer = client.post("/api/v1/learner-groups", content=b"{}", headers=headers)
    assert answer.status_code == 400
    assert "boundary" in answer.json()["detail"]
