"""Requests that are sent twice and take effect once."""

from concurrent.futures import ThreadPoolExecutor
from threading import Barrier

import pytest
from fastapi import APIRouter, Response
from fastapi.testclient import TestClient
from pydantic import BaseModel

from api.app import create_app
from api.http.dependencies import Now, ServiceOf
from api.http.idempotency import IdempotentRequestOf
from api.http.responses import set_event_position
from cli.demo.users import token_of
from commands.centres.user import AddUser, open_user
from events.centres.user import Role, UserAdded
from service import Service

URL = "/test/users"
BODY = {"name": "sam", "full_name": "Sam Okoro"}
KEY = {"Idempotency-Key": "7f1c5f6e"}
router = APIRouter()


class Somebody(BaseModel):
    name: str
    full_name: str


@router.post(URL)
def add(
    body: Somebody,
    response: Response,
    service: ServiceOf,
    now: Now,
    once: IdempotentRequestOf,
) -> Somebody:
    command = AddUser(
        by=once.by,
        at=now,
        name=body.name,
        full_name=body.full_name,
        role=Role.ASSESSOR,
        centre="48213",
    )
    set_event_position(response, once.send(command))
    _, user = open_user(service.context, body.name, once.by)
    return Somebody(name=user.name, full_name=user.full_name)


@pytest.fixture
def client(any_service: Service) -> TestClient:
    """Give a client of a service with a route that must take effect once."""
    app = create_app(any_service)
    app.include_router(router)
    token = token_of(any_service, "admin.riverside")
    return TestClient(app, headers={"Authorization": f"Bearer {token}"})


def added(service: Service) -> list[str]:
    log = service.store.log(after=0)
    return [r.event.name for r in log if isinstance(r.event, UserAdded)][7:]


def test_the_same_request_twice_is_answered_alike_and_done_once(
    client: TestClient, any_service: Service
) -> None:
    first = client.post(URL, json=BODY, headers=KEY)
    turned = dict(reversed(BODY.items()))
    second = client.post(URL, json=turned, headers=KEY)
    assert (first.status_code, second.status_code) == (200, 200)
    assert first.json() == second.json()
    assert first.headers["event-position"] == second.headers["event-position"]
    assert added(any_service) == ["sam"]


def test_the_same_request_many_times_at_once_is_done_once(
    client: TestClient, any_service: Service
) -> None:
    together = Barrier(6)

    def send(_: int) -> int:
        together.wait()
        return client.post(URL, json=BODY, headers=KEY).status_code

    with ThreadPoolExecutor(6) as threads:
        assert list(threads.map(send, range(6))) == [200] * 6
    assert added(any_service) == ["sam"]


def test_a_key_used_for_another_body_is_refused(client: TestClient) -> None:
    client.post(URL, json=BODY, headers=KEY)
    refused = client.post(URL, json={**BODY, "name": "kim"}, headers=KEY)
    assert refused.status_code == 422
    assert refused.json()["errors"][0]["pointer"] == "Idempotency-Key:"


@pytest.mark.parametrize("key", [None, "", "x" * 256])
def test_a_key_is_needed(client: TestClient, key: str | None) -> None:
    headers = {} if key is None else {"Idempotency-Key": key}
    refused = client.post(URL, json=BODY, headers=headers)
    assert refused.status_code == 400
    assert refused.json()["errors"][0]["pointer"] == "Idempotency-Key:"


def test_a_refusal_is_not_kept_so_that_it_may_be_put_right(client: TestClient) -> None:
    bad = client.post(URL, json={**BODY, "name": "?"}, headers=KEY)
    assert bad.status_code == 422
    assert client.post(URL, json=BODY, headers=KEY).status_code == 200


def test_the_keys_of_two_users_have_nothing_to_do_with_each_other(
    client: TestClient, any_service: Service
) -> None:
    client.post(URL, json=BODY, headers=KEY)
    token = token_of(any_service, "specialist")
    other = {**KEY, "Authorization": f"Bearer {token}"}
    refused = client.post(URL, json={**BODY, "name": "kim"}, headers=other)
    assert refused.json()["errors"][0]["pointer"] == "/reason"
