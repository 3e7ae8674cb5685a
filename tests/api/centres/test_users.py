"""Users over HTTP."""

import pytest
from fastapi.testclient import TestClient
from httpx2 import Response

from service import Service
from tests.api.running import ClientAs

SAM = {
    "name": "sam.riverside",
    "full_name": "Sam Okoro",
    "role": "Assessor",
    "centre": "48213",
}
WHY = {"reason": "Asked for by letter."}
GOOD = "a long pass phrase"


def test_a_centre_administrator_adds_a_user_of_the_centre(client_as: ClientAs) -> None:
    """Section 2."""
    client = client_as("admin.riverside")
    added = client.post("/api/v1/users", json=SAM)
    assert added.status_code == 201
    assert added.headers["location"] == "/api/v1/users/sam.riverside"
    assert added.headers["etag"] == '"1"'
    shown = {
        **SAM,
        "centre_name": "Riverside Training",
        "is_disabled": False,
        "updated_at": "2026-11-24T09:30:00Z",
    }
    assert added.json() == shown
    position = {"Min-Position": added.headers["event-position"], "Prefer": "wait=60"}
    names = [u["name"] for u in items(client.get("/api/v1/users", headers=position))]
    assert names == ["admin.riverside", "assessor.riverside", "sam.riverside"]


@pytest.mark.parametrize(
    "other", [{"centre": "51907"}, {"role": "Auditor", "centre": None}]
)
def test_a_centre_administrator_adds_users_of_no_other_centre(
    client_as: ClientAs, other: dict[str, str | None]
) -> None:
    """Section 2."""
    refused = client_as("admin.riverside").post("/api/v1/users", json={**SAM, **other})
    assert refused.status_code == 403
    assert "Ask an Account Specialist" in refused.json()["detail"]


def test_an_assessor_may_not_add_users_and_is_told_who_may(client_as: ClientAs) -> None:
    """Section 2."""
    refused = client_as("assessor.riverside").post("/api/v1/users", json=SAM)
    assert refused.status_code == 403
    assert refused.json()["detail"] == (
        "Your role, Assessor, may not add a user. "
        "Ask a Centre Administrator or an Account Specialist."
    )


def test_an_account_specialist_says_why(client_as: ClientAs) -> None:
    """Section 2."""
    client = client_as("specialist")
    refused = client.post("/api/v1/users", json=SAM)
    assert refused.status_code == 422
    assert refused.json()["errors"][0]["pointer"] == "/reason"
    assert client.post("/api/v1/users", json={**SAM, **WHY}).status_code == 201


def test_a_user_name_is_taken_once_however_it_is_written(client_as: ClientAs) -> None:
    client = client_as("admin.riverside")
    client.post("/api/v1/users", json=SAM)
    again = client.post("/api/v1/users", json={**SAM, "name": " Sam.Riverside "})
    assert again.status_code == 409
    assert again.json()["errors"][0]["pointer"] == "/name"


def test_a_role_is_changed_as_it_was_looked_at(client_as: ClientAs) -> None:
    """Concurrency."""
    client = client_as("admin.riverside")
    url = "/api/v1/users/assessor.riverside"
    change = {"role": "Centre Administrator", "centre": "48213"}
    etag = client.get(url).headers["etag"]
    assert client.patch(url, json=change).status_code == 428
    changed = client.patch(url, json=change, headers={"If-Match": etag})
    assert changed.json()["role"] == "Centre Administrator"
    assert changed.headers["etag"] != etag
    late = client.patch(url, json={"is_disabled": True}, headers={"If-Match": etag})
    assert late.status_code == 412
    said = "admin.riverside changed the role on 24 November 2026 at "
    assert late.json()["detail"].startswith(said)


@pytest.mark.parametrize("given", ["3", "now", '"1" "', "W/1"])
def test_a_version_that_is_no_version_is_refused(
    client_as: ClientAs, given: str
) -> None:
    client = client_as("admin.riverside")
    url = "/api/v1/users/assessor.riverside"
    refused = client.patch(url, json={}, headers={"If-Match": given})
    assert refused.status_code == 400
    assert refused.json()["errors"][0]["pointer"] == "If-Match:"


def test_a_disabled_user_is_let_in_no_more(client_as: ClientAs) -> None:
    client, theirs = client_as("admin.riverside"), client_as("assessor.riverside")
    assert theirs.get("/api/v1/me").status_code == 200
    url, anyhow = "/api/v1/users/assessor.riverside", {"If-Match": "*"}
    shown = client.patch(url, json={"is_disabled": True}, headers=anyhow)
    assert shown.json()["is_disabled"]
    assert theirs.get("/api/v1/me").status_code == 401


def test_a_change_of_nothing_records_nothing(
    client_as: ClientAs, service: Service
) -> None:
    client = client_as("admin.riverside")
    head = service.store.head()
    url, anyhow = "/api/v1/users/assessor.riverside", {"If-Match": "*"}
    assert "event-position" not in client.patch(url, json={}, headers=anyhow).headers
    assert service.store.head() == head


def test_nobody_disables_or_promotes_themselves(client_as: ClientAs) -> None:
    client = client_as("admin.riverside")
    url, anyhow = "/api/v1/users/admin.riverside", {"If-Match": "*"}
    refused = client.patch(url, json={"is_disabled": True}, headers=anyhow)
    assert refused.status_code == 409


def test_a_password_is_set_by_an_administrator_and_lets_the_user_in(
    client_as: ClientAs, stranger: TestClient
) -> None:
    client = client_as("admin.riverside")
    url, anyhow = "/api/v1/users/assessor.riverside/password", {"If-Match": "*"}
    assert client.put(url, json={"password": GOOD}, headers=anyhow).status_code == 200
    body = {"user": "assessor.riverside", "password": GOOD}
    assert stranger.post("/api/v1/tokens", json=body).status_code == 201


def items(response: Response) -> list[dict[str, object]]:
    found: list[dict[str, object]] = response.json()["items"]
    return found
