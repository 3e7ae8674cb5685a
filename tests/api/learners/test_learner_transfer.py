"""The transfer of a learner over HTTP: what either centre sees, now and as at before."""

import re
from dataclasses import dataclass
from datetime import timedelta
from typing import Any
from uuid import uuid4

import pytest
from fastapi.testclient import TestClient

from aggregates.claims.claim_hindrances import (
    learner_transferred,
    registration_cancelled,
)
from service import Service
from tests.api.operations import every_operation, names_of
from tests.api.running import ClientAs, clients
from tests.api.seeded_centre import API, Maker, Things, furnished
from tests.clock import Clock

HOME, THERE = "48213", "51907"
WHY = "Moved to Hillside, case 1031."
ANY = {"If-Match": "*"}
PURCHASE = "PO Quince"
PAID = {PURCHASE, "98.00", "14.50"}
WORDS = re.compile("|".join(map(re.escape, PAID)))


@pytest.fixture
def things(service: Service, client_as: ClientAs) -> Things:
    """Furnish the first centre: ``other`` has a processed claim and a certificate."""
    return furnished(client_as("admin.riverside"), service, "Quince")


def transfer(client_as: ClientAs, learner: str, centre: str = THERE) -> Any:
    body = {"centre": centre, "reason": WHY}
    return sent(client_as("specialist"), learner, body)


def sent(client: TestClient, learner: str, body: Any) -> Any:
    return client.post(f"{API}/learners/{learner}/transfer", json=body, headers=once())


def once() -> dict[str, str]:
    return {"Idempotency-Key": uuid4().hex}


def found(client: TestClient, path: str, key: str, **asked: str) -> set[str]:
    answer = client.get(API + path, params=asked)
    assert answer.status_code == 200, answer.text
    return {row[key] for row in answer.json()["items"]}


def test_a_learner_is_found_at_the_other_centre_with_the_whole_history(
    any_service: Service, clock: Clock
) -> None:
    """L6, H3: and at the first only as at an earlier moment."""
    with clients(any_service) as client_as:
        client = client_as("admin.riverside")
        things = furnished(client, any_service, "Quince")
        is_found_there(any_service, client_as, things, clock)


def is_found_there(
    service: Service, client_as: ClientAs, things: Things, clock: Clock
) -> None:
    learner, registration = things.called["other"], things.called["registration"]
    certificate = things.called["certificate"]
    before = clock()
    clock.now += timedelta(hours=1)
    home, there = client_as("admin.riverside"), client_as("admin.hillside")
    answer = transfer(client_as, learner)
    assert answer.status_code == 200, answer.text
    assert (answer.json()["centre"], answer.json()["group"]) == (THERE, None)
    Maker(client=home, service=service, name="").settle()
    paths = (
        f"/learners/{learner}",
        f"/learners/{learner}/registrations",
        f"/learners/{learner}/results",
        f"/learners/{learner}/events",
        f"/registrations/{registration}",
        f"/certificates/{certificate}",
    )
    then = {"as_at": before.isoformat()}
    for path in paths:
        assert there.get(API + path).status_code == 200, path
        assert home.get(API + path).status_code == 404, path
        if not path.endswith("/events"):
            assert there.get(API + path, params=then).status_code == 404, path
            assert home.get(API + path, params=then).status_code == 200, path
    for path in ("/learners", "/registrations", "/results"):
        assert learner in found(there, path, "learner"), path
        assert learner not in found(home, path, "learner"), path
        assert learner in found(home, path, "learner", **then), path
    told = there.get(f"{API}/learners/{learner}/events").json()["items"]
    assert told[-1]["sentence"] == f"The learner was transferred to centre {THERE}."
    assert told[-1]["reason"] == WHY
    changed = {c["field"]: (c["before"], c["after"]) for c in told[-1]["changes"]}
    assert changed["centre"] == (HOME, THERE)


def test_what_the_first_centre_made_shows_the_learner_as_it_knew_them(
    client_as: ClientAs, things: Things
) -> None:
    """L6: a name that is amended later is the other centre's to know."""
    learner = things.called["other"]
    transfer(client_as, learner)
    home, there = client_as("admin.riverside"), client_as("admin.hillside")
    renamed = there.patch(
        f"{API}/learners/{learner}", json={"given_name": "Later"}, headers=ANY
    )
    assert renamed.status_code == 200, renamed.text
    for path in (
        f"/orders/{things.called['order']}",
        f"/claims/{things.called['claim']}",
    ):
        answer = home.get(API + path)
        assert answer.status_code == 200, path
        assert "Full" in answer.text
        assert "Later" not in answer.text, path
        assert there.get(API + path).status_code == 404, path


@dataclass(frozen=True, kw_only=True)
class Drafts:
    """What a centre's drafts lack: an order, a claim and an order of entries."""

    order: list[str]
    claim: str | None
    entries: list[tuple[str, str]]
    registered: dict[str, str | None]


def lacking(maker: Maker, order: str, claim: str, entries: str) -> Drafts:
    drawn = maker.ask("GET", order)
    stages = maker.ask("GET", claim)["stages"]
    missing = maker.ask("GET", entries)["missing"]
    return Drafts(
        order=next(s["missing"] for s in drawn["steps"] if s["step"] == "learners"),
        claim=stages[2]["missing"],
        entries=[(each["pointer"], each["message"]) for each in missing],
        registered={
            each["learner"]: each["already_registered"]
            for each in drawn["products"][0]["learners"]
        },
    )


def test_drafts_of_the_first_centre_say_who_has_left_and_no_more(
    service: Service, client_as: ClientAs
) -> None:
    """L6, O1, O6, B1, M1: as confirming does, until they are back."""
    home = Maker(client=client_as("admin.riverside"), service=service, name="Quince")
    there = client_as("admin.hillside")
    moving, stays = home.learner("Moving"), home.learner("Stays")
    (made,) = home.order(moving)["products"][0]["learners"]
    home.settle()
    order = f"/orders/{home.draft(moving, stays)['order']}"
    claim = f"/claims/{home.claim(**{moving: ()})}"
    begun = home.ask("POST", "/entry-orders", json={"entries": [home.entry(moving)]})
    entries = f"/entry-orders/{begun['order']}"
    before = lacking(home, order, claim, entries)
    assert (before.claim, before.entries) == (None, [])
    assert before.registered == {moving: made["registration"], stays: None}

    assert transfer(client_as, moving).status_code == 200
    gone = (
        f"Learner {moving} was transferred to another centre, so nothing more can be"
        " done for that learner here. Take them out."
    )
    after = Drafts(
        order=[gone],
        claim=learner_transferred(moving).message,
        entries=[("/entries/0/learner", gone)],
        registered={moving: None, stays: None},
    )
    assert lacking(home, order, claim, entries) == after
    for path, total in ((order, "196.00"), (entries, "14.50")):
        refused = home.client.post(
            f"{API}{path}/confirm", json={"total": total}, headers=once()
        )
        assert (refused.status_code, refused.json()["detail"]) == (409, gone)
    cancelled = there.post(
        f"{API}/registrations/{made['registration']}/cancel",
        json={"reason": WHY},
        headers=once(),
    )
    assert cancelled.status_code == 200
    assert lacking(home, order, claim, entries) == after

    assert transfer(client_as, moving, HOME).status_code == 200
    again = lacking(home, order, claim, entries)
    gone = registration_cancelled(moving, made["registration"]).message
    assert (again.order, again.claim) == ([], gone)
    assert again.entries != after.entries


def test_what_is_in_the_way_is_told_all_at_once(
    client_as: ClientAs, things: Things
) -> None:
    """L6: a booked test, a draft with grades."""
    learner = things.others[2]
    answer = transfer(client_as, learner)
    assert answer.status_code == 409
    said = answer.json()["detail"]
    assert things.called["booking"] in said
    assert things.drafts["claim"] in said


def test_what_a_centre_paid_is_told_nowhere_at_another_to_which_the_learner_went(
    service: Service, client_as: ClientAs, things: Things
) -> None:
    """L6, H1, L4: its own people, and those who see all centres, read it as before."""
    home, there = (
        Maker(client=client_as(f"admin.{name}"), service=service, name="Quince")
        for name in ("riverside", "hillside")
    )
    learner = home.learner("Moving")
    (made,) = home.order(learner)["products"][0]["learners"]
    body = {"entries": [home.entry(learner)], "purchase_order_number": PURCHASE}
    entries = home.ask("POST", "/entry-orders", json=body)["order"]
    total = {"total": "14.50"}
    (booked,) = home.ask("POST", f"/entry-orders/{entries}/confirm", json=total)[
        "entries"
    ]
    home.ask("POST", f"/bookings/{booked['booking']}/cancel")
    assert transfer(client_as, learner).status_code == 200
    there.settle()
    names = {
        **names_of(things),
        "learner": learner,
        "registration": made["registration"],
    }
    for operation in every_operation():
        if operation.method == "get" and "/products" not in operation.path:
            answer = operation.ask(there.client, names)
            assert not PAID & set(WORDS.findall(answer.text)), operation
    path = f"/registrations/{made['registration']}"
    shown = there.ask("GET", path)
    assert (shown["centre"], shown["price"]) == (THERE, None)
    assert shown["purchase_order_number"] is None
    told = there.ask("GET", f"/learners/{learner}/timeline?limit=200")["items"]
    assert "The order was confirmed: 1 product." in {e["sentence"] for e in told}
    for name in ("specialist", "auditor"):
        client = client_as(name)
        for where in (path, f"/learners/{learner}/registrations", f"{path}/events"):
            seen = client.get(API + where).text
            assert {PURCHASE, "98.00"} <= set(WORDS.findall(seen)), (name, where)
        timeline = client.get(f"{API}/learners/{learner}/timeline?limit=200").text
        assert set(WORDS.findall(timeline)) == PAID
    lines = client_as("invoicing").get(f"{API}/invoice-lines").text
    assert set(WORDS.findall(lines)) >= PAID
    ordered = home.ask("GET", f"/orders/{names['order']}")
    assert ordered["purchase_order_number"] == PURCHASE
    assert transfer(client_as, learner, HOME).status_code == 200
    assert home.ask("GET", path)["price"] == "98.00"


def test_a_learner_who_comes_back_is_as_before(
    service: Service, client_as: ClientAs, things: Things
) -> None:
    """L6."""
    learner = things.called["other"]
    home = client_as("admin.riverside")
    before = home.get(f"{API}/learners/{learner}/registrations").json()
    assert transfer(client_as, learner).status_code == 200
    assert transfer(client_as, learner, HOME).status_code == 200
    assert transfer(client_as, learner, HOME).status_code == 409
    Maker(client=home, service=service, name="").settle()
    assert home.get(f"{API}/learners/{learner}/registrations").json() == before
