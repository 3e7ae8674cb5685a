"""A learner who is erased is shown so in whatever still names them, and it says what to do.

Drafts made before an erasure ended what was under way may name somebody who is gone.
"""

from collections.abc import Generator, Mapping
from dataclasses import dataclass

import pytest
from fastapi.testclient import TestClient

from events.identifier import stream_of
from events.learners.learner import LearnerCreated, LearnerErased
from service import Service
from store import Reservation
from tests.api.operations import every_operation, names_of
from tests.api.seeded_centre import API, Maker, furnished_in
from tests.commands.claim_centre import SERVICE

READS = tuple(each for each in every_operation() if each.method == "get")
ANY = {"If-Match": "*"}


@dataclass(frozen=True, kw_only=True)
class Gone:
    """A centre where a learner was erased who is on drafts and on all else."""

    client: TestClient
    learner: str
    other: str
    names: Mapping[str, str]

    def path(self, name: str) -> str:
        """Say where the draft of an order, or of entries, is found."""
        kind = "orders" if name == "order" else "entry-orders"
        return f"{API}/{kind}/{self.names[name]}"


def erase(service: Service, learner: str) -> None:
    """Erase a learner as it was done before drafts were looked at."""
    store = service.store
    stream = store.open(stream_of(learner))
    created = stream.events[0]
    assert isinstance(created, LearnerCreated)
    erased = LearnerErased(person_id=stream_of("why"), reason="Asked for")
    gone = Reservation(scope="erased-learner", key=learner)
    store.append(stream.change([erased], reserve=[gone]), by=SERVICE)
    store.forget(created.person_id)


@pytest.fixture(scope="module")
def gone(tmp_path_factory: pytest.TempPathFactory) -> Generator[Gone]:
    folder = tmp_path_factory.mktemp("erased")
    with furnished_in(folder) as (service, client_as, things):
        admin = client_as("admin.riverside")
        maker = Maker(client=admin, service=service, name="Quillfeather")
        learner, other = things.called["learner"], maker.learner("Stays")
        maker.order(other)
        entries = {"entries": [maker.entry(who) for who in (learner, other)]}
        drafts = {
            "entry_order": maker.ask("POST", "/entry-orders", json=entries)["order"],
            "order": maker.draft(learner, other)["order"],
        }
        erase(service, learner)
        maker.settle()
        names = {**names_of(things), **things.drafts, **drafts}
        yield Gone(client=admin, learner=learner, other=other, names=names)


def test_whatever_names_an_erased_learner_can_be_looked_at(gone: Gone) -> None:
    """H6: nothing that is asked for is refused or broken because of it."""
    for operation in READS:
        answer = operation.ask(gone.client, gone.names)
        is_of_person = operation.path.endswith(("/photograph", "/signature"))
        if not is_of_person:
            assert answer.status_code not in {409, 410, 500}, (operation, answer.text)


def test_a_draft_of_entries_shows_who_was_erased_and_what_to_do(gone: Gone) -> None:
    """B2, H6: and once they are taken off, the others can be booked."""
    path = gone.path("entry_order")
    shown = gone.client.get(path)
    assert shown.status_code == 200, shown.text
    found = {each["learner"]: each["is_erased"] for each in shown.json()["entries"]}
    assert found == {gone.learner: True, gone.other: False}
    (missing,) = shown.json()["missing"]
    assert missing["pointer"] == "/entries/0/learner"
    assert gone.learner in missing["message"]
    assert missing["message"].endswith("Leave them out.")
    headers = {"Idempotency-Key": "book", **ANY}
    total = {"total": shown.json()["total"]}
    refused = gone.client.post(f"{path}/confirm", json=total, headers=headers)
    assert refused.status_code == 409
    assert refused.json()["detail"] == missing["message"]
    change = {"extra_time": 25}
    changed = gone.client.patch(
        f"{path}/entries/{gone.learner}", json=change, headers=ANY
    )
    assert changed.status_code == 409
    sure = {"confirm_loss": True}
    left = gone.client.delete(
        f"{path}/entries/{gone.learner}", headers=ANY, params=sure
    )
    assert left.status_code == 200, left.text
    headers = {"Idempotency-Key": "book again", **ANY}
    total = {"total": left.json()["total"]}
    booked = gone.client.post(f"{path}/confirm", json=total, headers=headers)
    assert booked.status_code == 200, booked.text


def test_a_draft_of_an_order_shows_who_was_erased_and_what_to_do(gone: Gone) -> None:
    """O3, H6: and once they are taken off, the others can be registered."""
    path = gone.path("order")
    shown = gone.client.get(path).json()
    people = shown["products"][0]["learners"]
    assert {each["learner"]: each["is_erased"] for each in people} == {
        gone.learner: True,
        gone.other: False,
    }
    step = next(each for each in shown["steps"] if each["step"] == "learners")
    assert any(
        gone.learner in said and said.endswith("Leave them out.")
        for said in step["missing"]
    )
    headers = {"Idempotency-Key": "register", **ANY}
    total = {"total": shown["total"]}
    refused = gone.client.post(f"{path}/confirm", json=total, headers=headers)
    assert refused.status_code == 409
    assert gone.learner in refused.json()["detail"]
    gone.client.delete(
        f"{path}/learners/{gone.learner}",
        params={"confirm_loss": "true"},
        headers=ANY,
    ).raise_for_status()
    step = next(
        each
        for each in gone.client.get(path).json()["steps"]
        if each["step"] == "learners"
    )
    assert not any(gone.learner in said for said in step["missing"])
