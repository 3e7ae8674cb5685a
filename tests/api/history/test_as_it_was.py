"""Any list and any one thing as at any past moment is what was shown then (H3).

What there is to be asked for is walked in the API's own document, so that nothing new is
forgotten.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from http import HTTPStatus
from typing import Any

import pytest
from fastapi.testclient import TestClient

from events.event import Event
from service import Service
from tests.api.busy_centre import BusyCentre, busy_centre
from tests.api.operations import Operation, every_operation, names_of
from tests.api.running import clients
from tests.api.seeded_centre import API
from tests.clock import Clock

NOT_OF_A_MOMENT = (f"{API}/audit/",)
"""The proofs of the log as it stands now, whatever it was like then."""
READ = {"application/json", "text/csv"}

ASKED = tuple(
    each
    for each in every_operation()
    if each.method == "get"
    and "as_at" in each.queries
    and not each.path.startswith(NOT_OF_A_MOMENT)
    and {*each.told["responses"]["200"].get("content", ())} & READ
    and not each.path.endswith("/progress")
)
LISTS = tuple(each for each in ASKED if "cursor" in each.queries)
OTHERS = tuple(each for each in ASKED if each not in LISTS)
LISTED_AS = ("learner", "group", "order", "registration", "booking", "claim")
"""What is had from lists, to look at one of each."""

HAPPENED = {
    *("upload.learners-added", "record.amended", "record.removed", "upload.undone"),
    *("learner.identity-amended", "learner.details-amended", "learner.withdrawn"),
    *("order.confirmed", "order.learners-unlinked", "registration.cancelled"),
    *("entry-order.confirmed", "booking.amended", "claim.submitted"),
    *("claim.withdrawn", "claim.processed", "registration.award-withdrawn"),
    *("registration.reopened", "certificate.superseded", "invoice.status-reported"),
    "certificate.revoked",
    *("duplicate.decided", "user.disabled", "centre.approval-withdrawn"),
    "learner.transferred",
}


@dataclass(frozen=True, kw_only=True)
class Look:
    """What somebody saw at a moment, and how they asked for it."""

    moment: datetime
    operation: Operation
    names: dict[str, str]
    client: TestClient
    query: dict[str, str]

    def ask(self, **more: str) -> tuple[int, Any]:
        query = {**self.query, **more}
        answer = self.operation.ask(self.client, self.names, query=query)
        if answer.status_code == HTTPStatus.NOT_FOUND:
            return answer.status_code, answer.json()["type"]
        is_json = answer.headers["content-type"].endswith("json")
        return answer.status_code, answer.json() if is_json else answer.text


def requests_as_at(
    at: BusyCentre, operations: tuple[Operation, ...], auditor: TestClient
) -> Iterator[Look]:
    """Look as the centre's own people do, or as the auditor where it is theirs alone."""
    names = {**names_of(at.things), **some_of_each(at)}
    for operation in operations:
        is_log = operation.path == f"{API}/events"
        limit = {"limit": "200"} if "limit" in operation.queries else {}
        yield Look(
            moment=at.clock.now,
            operation=operation,
            names=names,
            client=auditor if is_log else at.admin.client,
            query=limit,
        )


def some_of_each(at: BusyCentre) -> dict[str, str]:
    """Choose what to look at of what is listed."""
    found = {}
    for name in LISTED_AS:
        path = {"group": "learner-group"}.get(name, name)
        items = at.admin.ask("GET", f"/{path}s?limit=200")["items"]
        called = {"group": "group", "order": "reference"}.get(name, name)
        if items:
            chosen = at.random.choice(items)
            found[name] = str(chosen.get(called) or chosen[name])
    return found


def hold(
    service: Service, clock: Clock, *, seed: int, rounds: int, every: int, others: int
) -> None:
    """Let a history run, look at every so many things done, and look back at its end."""
    seen: list[tuple[Look, tuple[int, Any]]] = []
    with clients(service) as client_as:
        at = busy_centre(service, client_as, clock, seed)
        auditor = client_as("auditor")
        for done, _ in enumerate(at.work(rounds), start=1):
            if done % every == 0:
                asked = (*LISTS, *at.random.sample(OTHERS, others))
                seen += [
                    (look, look.ask()) for look in requests_as_at(at, asked, auditor)
                ]
                clock.advance(minutes=1)
        topics = {r.event.topic for r in service.store.log(after=0, limit=100_000)}
        assert topics >= HAPPENED
        assert topics <= Event.known.keys()
        shown = {
            look.operation.path
            for look, (status, said) in seen
            if status == 200 and "items" in said and said["items"]
        }
        assert {each.path for each in LISTS if "{" not in each.path} <= shown
        for look, then in seen:
            now = look.ask(as_at=look.moment.isoformat())
            assert now == then, (seed, look.moment, look.operation, look.names)


def test_any_list_as_at_any_moment_is_what_it_showed_while_a_random_history_ran(
    any_service: Service, clock: Clock
) -> None:
    """H3."""
    hold(any_service, clock, seed=1, rounds=1, every=8, others=4)


@pytest.mark.prove
@pytest.mark.parametrize("seed", range(5))
def test_any_list_and_any_one_thing_is_as_it_was_in_long_histories(
    any_service: Service, clock: Clock, seed: int
) -> None:
    """H3."""
    hold(any_service, clock, seed=seed, rounds=4, every=3, others=len(OTHERS))
