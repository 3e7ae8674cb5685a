"""Whose things are whose, and who may do what, of every operation that there is."""

from collections.abc import Generator
from pathlib import Path

import pytest
from fastapi.testclient import TestClient

from events.identifier import Kind, identifier
from tests.api.everything import (
    PRODUCT,
    Operation,
    Things,
    every_operation,
    one_of_everything,
    words_of,
)
from tests.api.running import ClientAs, clients, running
from tests.clock import Clock

OPERATIONS = list(every_operation())
READS = [each for each in OPERATIONS if each.method == "GET"]
CHANGES = [each for each in OPERATIONS if each.method != "GET"]
NOBODYS: Things = {
    **{kind.name.lower(): identifier(kind, 7_000_000_007) for kind in Kind},
    "row": "3",
    "line": identifier(Kind.REGISTRATION, 7_000_000_007),
    "centre": "99999",
    "user": "nobody.nowhere",
    "token": "0123456789abcdef",
    "product": PRODUCT,
}
EVERYBODYS = {"product"}
OF_A_CENTRE = [op for op in OPERATIONS if {*op.things.values()} - EVERYBODYS]
ONES_OWN = {
    "POST /tokens",
    "POST /me/tokens",
    "PUT /me/password",
    "DELETE /me/tokens/{token}",
    "POST /eligibility",
}
"""What anybody may send, because it changes nothing, or nobody else's."""


@pytest.fixture(scope="module")
def ours_and_client_as(
    tmp_path_factory: pytest.TempPathFactory,
) -> Generator[tuple[Things, ClientAs]]:
    folder: Path = tmp_path_factory.mktemp("isolation")
    with (
        running(f"sqlite:///{folder / 'data'}", folder / "key", Clock()) as service,
        clients(service) as client_as,
    ):
        yield one_of_everything(service, client_as("admin.riverside")), client_as


@pytest.fixture(scope="module")
def ours(ours_and_client_as: tuple[Things, ClientAs]) -> Things:
    return ours_and_client_as[0]


@pytest.fixture(scope="module")
def hillside(ours_and_client_as: tuple[Things, ClientAs]) -> TestClient:
    return ours_and_client_as[1]("admin.hillside")


@pytest.fixture(scope="module")
def auditor(ours_and_client_as: tuple[Things, ClientAs]) -> TestClient:
    return ours_and_client_as[1]("auditor")


@pytest.mark.parametrize("operation", OF_A_CENTRE, ids=str)
def test_another_centres_thing_is_answered_as_one_that_is_not_there(
    operation: Operation, ours: Things, hillside: TestClient
) -> None:
    """Section 2: to the letter, whatever is asked of it."""
    theirs = operation.ask(hillside, ours)
    nobodys = operation.ask(hillside, NOBODYS)
    assert theirs.status_code in {403, 404}, theirs.text
    assert theirs.status_code == nobodys.status_code
    assert words_of(theirs, ours, NOBODYS) == words_of(nobodys, ours, NOBODYS)
    assert set(theirs.headers) == set(nobodys.headers)


@pytest.mark.parametrize(
    "operation", [each for each in READS if not each.things], ids=str
)
def test_no_list_shows_another_centres_things(
    operation: Operation, ours: Things, hillside: TestClient
) -> None:
    """Section 2."""
    answer = operation.ask(hillside, ours)
    secret = {thing for kind, thing in ours.items() if kind not in {"row", "product"}}
    assert not [thing for thing in secret if thing in answer.text]
    assert "Zenobia" not in answer.text
    assert answer.status_code in {200, 403, 422}, answer.text


@pytest.mark.parametrize("operation", READS, ids=str)
def test_the_auditor_reads_everything(
    operation: Operation, ours: Things, auditor: TestClient
) -> None:
    """Section 2."""
    answer = operation.ask(auditor, {**ours, "learner": of(operation, ours)})
    asks_for_more = operation.query or operation.path.endswith("qualifications")
    assert answer.status_code in ({200, 404, 422} if asks_for_more else {200})


def of(operation: Operation, ours: Things) -> str:
    """Name the learner who has what is asked for."""
    return ours["waiting" if "ineligible" in operation.path else "learner"]


@pytest.mark.parametrize(
    "operation", [each for each in CHANGES if str(each) not in ONES_OWN], ids=str
)
def test_the_auditor_changes_nothing_and_is_told_who_may(
    operation: Operation, ours: Things, auditor: TestClient
) -> None:
    """Section 2."""
    answer = operation.ask(auditor, ours)
    assert answer.status_code == 403, answer.text
    assert " may " in answer.json()["detail"]
