"""All that happened to one learner, wherever it was recorded (H1, H2)."""

import re
from collections.abc import Generator
from dataclasses import dataclass
from typing import Any

import pytest
from fastapi.testclient import TestClient

from projections.history.history import plain
from service import Service
from tests.api.seeded_centre import (
    API,
    MANDATORY,
    OPTIONAL,
    Maker,
    Things,
    furnished_in,
)

NAMES = re.compile(r"\b(?:L|R|B|C)-[0-9]{10}[A-Z]?\b")
SAID_ELSEWHERE = (
    "record.read",
    "record.checked",
    "pin.",
    "register.",
    "timetable.",
    "token.",
    "user.",
)
"""A row names whom it is like; the others say again what a booking says, or nothing."""


@dataclass(frozen=True, kw_only=True)
class TimelineCentre:
    """A centre with one of everything, and people who look at it."""

    service: Service
    things: Things
    admin: TestClient
    auditor: TestClient

    def told(self, learner: str, **params: str) -> list[dict[str, Any]]:
        answer = self.auditor.get(
            f"{API}/learners/{learner}/timeline", params={"limit": "200", **params}
        )
        assert answer.is_success, answer.text
        found: list[dict[str, Any]] = answer.json()["items"]
        return found

    def learners(self) -> list[str]:
        listed = self.admin.get(f"{API}/learners").json()["items"]
        return [each["learner"] for each in listed]


@pytest.fixture(scope="module")
def timeline_centre(
    tmp_path_factory: pytest.TempPathFactory,
) -> Generator[TimelineCentre]:
    folder = tmp_path_factory.mktemp("place")
    with furnished_in(folder) as (service, client_as, things):
        admin = client_as("admin.riverside")
        more(Maker(client=admin, service=service, name="Later"), things, client_as)
        yield TimelineCentre(
            service=service,
            things=things,
            admin=admin,
            auditor=client_as("auditor"),
        )


def more(maker: Maker, things: Things, client_as: Any) -> None:
    """Amend, cancel, withdraw, decide and be refused, so that there is much to tell."""
    called, spare = things.called, things.others[2]
    maker.ask("PATCH", f"/learners/{spare}", json={"family_name": "Amended"})
    moved = {"starts": "2026-12-11T10:00", "extra_time": 25}
    maker.ask("PATCH", f"/bookings/{called['booking']}", json=moved)
    claim = maker.claim(**{spare: (*MANDATORY, *OPTIONAL)})
    maker.ask("POST", f"/claims/{claim}/submit")
    withdrawal = {"learner": spare, "reason": "The wrong unit was graded."}
    maker.ask("POST", f"/claims/{claim}/withdraw", json=withdrawal)
    refused = maker.client.post(
        f"{API}/registrations/{called['line']}/cancel",
        json={"reason": "By mistake."},
        headers={"Idempotency-Key": "refused"},
    )
    assert refused.is_client_error, refused.text
    maker.ask("POST", f"/bookings/{called['booking']}/cancel")
    invoicing = Maker(client=client_as("invoicing"), service=maker.service, name="")
    invoicing.ask(
        "POST",
        f"/invoice-lines/{called['line']}/status",
        json={"status": "Invoiced", "invoice": "I-1"},
    )
    decided = {"decision": "different", "reason": "They are twins."}
    pair = f"/duplicates/{called['learner']}/{called['other']}"
    maker.ask("POST", pair, json=decided)
    maker.settle()


def test_a_timeline_has_every_fact_that_names_the_learner_or_a_thing_of_theirs(
    timeline_centre: TimelineCentre,
) -> None:
    """H1."""
    facts = timeline_centre.service.store.log(after=0, limit=10_000)
    for learner in timeline_centre.learners():
        told = timeline_centre.told(learner)
        theirs = {learner} | {
            entry["identifier"]
            for entry in told
            if entry["kind"] in {"registration", "booking", "certificate"}
        }
        wanted = {
            fact.position
            for fact in facts
            if theirs & {*NAMES.findall(str(plain(fact.event)))}
            and not fact.event.topic.startswith(SAID_ELSEWHERE)
        }
        assert wanted
        missing = wanted - {entry["position"] for entry in told}
        assert not missing, [f.event for f in facts if f.position in missing]


def test_a_timeline_says_nothing_of_other_learners(
    timeline_centre: TimelineCentre,
) -> None:
    """H1: but what was decided of the two, to who knows both."""
    people = timeline_centre.learners()
    theirs = {
        learner: {learner}
        | {
            entry["identifier"]
            for entry in timeline_centre.told(learner)
            if entry["kind"] in {"registration", "booking", "certificate"}
        }
        for learner in people
    }
    assert len(set().union(*theirs.values())) == sum(map(len, theirs.values()))
    for learner in people:
        others = set().union(*(theirs[each] for each in people if each != learner))
        for entry in timeline_centre.told(learner):
            if entry["kind"] != "duplicate":
                found = others & {*NAMES.findall(str(entry))}
                assert not found, entry


def test_a_timeline_tells_of_every_kind_of_thing(
    timeline_centre: TimelineCentre,
) -> None:
    """H1."""
    told = [
        entry
        for learner in timeline_centre.learners()
        for entry in timeline_centre.told(learner)
    ]
    assert {entry["kind"] for entry in told} == {
        *("record", "group", "learner", "order", "registration", "entry order"),
        *("booking", "invoice line", "claim", "certificate", "duplicate"),
    }
    assert any(entry["event"] == "command.refused" for entry in told)
    assert all(entry["sentence"].endswith((".", ")")) for entry in told)


@pytest.mark.parametrize(
    ("event", "field", "before", "after"),
    [
        ("learner.identity-amended", "details.family_name", "Quillfeather", "Amended"),
        ("booking.amended", "extra_time", 0, 25),
        ("booking.cancelled", "attendance", "Booked", "Cancelled"),
        ("invoice.status-reported", "status", None, "Invoiced"),
        ("claim.withdrawn", "learners.{}.standing", "Submitted", "Withdrawn"),
    ],
)
def test_an_amendment_or_a_cancellation_is_told_with_before_and_after(
    timeline_centre: TimelineCentre, event: str, field: str, before: Any, after: Any
) -> None:
    """H2."""
    spare = timeline_centre.things.others[2]
    (entry,) = [e for e in timeline_centre.told(spare) if e["event"] == event]
    change = {"field": field.format(spare), "before": before, "after": after}
    assert change in entry["changes"]


def test_a_timeline_is_in_order_and_walked_part_by_part(
    timeline_centre: TimelineCentre,
) -> None:
    spare = timeline_centre.things.others[2]
    whole = timeline_centre.told(spare)
    assert [e["position"] for e in whole] == sorted({e["position"] for e in whole})
    path, walked = f"{API}/learners/{spare}/timeline", list[Any]()
    part = timeline_centre.admin.get(path, params={"limit": "7"})
    while "next" in part.links:
        walked += part.json()["items"]
        part = timeline_centre.admin.get(part.links["next"]["url"])
    assert walked + part.json()["items"] == whole


def test_what_an_order_cost_is_what_it_cost_for_the_learner(
    timeline_centre: TimelineCentre,
) -> None:
    spare = timeline_centre.things.others[2]
    (confirmed,) = [
        e for e in timeline_centre.told(spare) if e["event"] == "order.confirmed"
    ]
    assert confirmed["data"]["total"] == "98.00"
