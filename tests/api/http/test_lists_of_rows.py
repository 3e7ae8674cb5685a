"""Lists are shown from their rows alone: they open no stream of what they list."""

from collections.abc import Generator, Iterable
from dataclasses import dataclass
from typing import Any
from uuid import UUID

import pytest
from fastapi.testclient import TestClient

from events.identifier import stream_of
from events.learners.learner import LearnerTransferred
from service import Service
from store import EventStore
from tests.api.seeded_centre import API, PIN, Maker, Things, furnished_in
from tests.commands.claim_centre import SERVICE

LISTS = ("/bookings", "/registrations", "/invoice-lines", "/ineligible-learners")


@dataclass(frozen=True, kw_only=True)
class ListedCentre:
    service: Service
    things: Things
    client: TestClient
    maker: Maker


@pytest.fixture(scope="module")
def listed_centre(tmp_path_factory: pytest.TempPathFactory) -> Generator[ListedCentre]:
    folder = tmp_path_factory.mktemp("lists")
    with furnished_in(folder) as (service, client_as, things):
        client = client_as("admin.riverside")
        maker = Maker(client=client, service=service, name="Quillfeather")
        yield ListedCentre(service=service, things=things, client=client, maker=maker)


@pytest.fixture
def opened(monkeypatch: pytest.MonkeyPatch) -> list[UUID]:
    """List the streams that are opened many at a time."""
    found: list[UUID] = []
    open_many = EventStore.open_many

    def counting(self: EventStore, streams: Iterable[UUID], **how: Any) -> Any:
        wanted = list(streams)
        found.extend(wanted)
        return open_many(self, wanted, **how)

    monkeypatch.setattr(EventStore, "open_many", counting)
    return found


@pytest.mark.parametrize("path", LISTS)
def test_a_list_opens_no_stream(
    listed_centre: ListedCentre, opened: list[UUID], path: str
) -> None:
    listed_centre.client.get(f"{API}/me")
    who_asks = set(opened)
    answer = listed_centre.client.get(API + path, params={"limit": 200})
    assert answer.json()["items"]
    assert all(item["family_name"] for item in answer.json()["items"])
    assert set(opened) == who_asks


def test_packages_of_a_list_are_those_of_the_booking(
    listed_centre: ListedCentre,
) -> None:
    """B11, B14: whose, when, on which client, and why they are stale."""
    away = listed_centre.things.called["offline"]
    path = f"{API}/bookings"

    def both() -> tuple[Any, Any]:
        listed_centre.maker.settle()
        listed = listed_centre.client.get(path, params={"limit": 200}).json()["items"]
        (row,) = [each for each in listed if each["booking"] == away]
        return row, listed_centre.client.get(f"{path}/{away}").json()

    row, whole = both()
    assert row == whole
    (package,) = row["packages"]
    assert package["client_name"] == "Laptop Quillfeather"
    assert (package["is_stale"], package["why_stale"]) == (False, None)
    listed_centre.maker.ask("PUT", "/me/pin", json={"pin": "7391", "current_pin": PIN})
    row, whole = both()
    assert row == whole
    assert "another PIN" in row["packages"][0]["why_stale"]


def test_an_amendment_makes_a_package_stale_in_the_list_too(
    listed_centre: ListedCentre,
) -> None:
    """B11: an amended booking is of another revision."""
    learner = listed_centre.maker.learner("Away", confirm_different_person=True)
    listed_centre.maker.order(learner)
    entered = listed_centre.maker.entered(learner, mode="Offline")
    booking = entered["entries"][0]["booking"]
    listed_centre.maker.ask("PATCH", f"/bookings/{booking}", json={"extra_time": 25})
    listed_centre.maker.settle()
    listed = listed_centre.client.get(
        f"{API}/bookings", params={"learner": learner}
    ).json()
    whole = listed_centre.client.get(f"{API}/bookings/{booking}").json()
    assert listed["items"] == [whole]


def test_who_was_transferred_is_called_as_the_centre_knew_them(
    listed_centre: ListedCentre,
) -> None:
    """L6: their streams are opened for it."""
    learner = listed_centre.things.called["learner"]
    before = listed_centre.client.get(
        f"{API}/bookings", params={"learner": learner}
    ).json()
    store = listed_centre.service.store
    stream = store.open(stream_of(learner))
    gone = LearnerTransferred(
        centre="50107", person_id=stream_of("why"), reason="Moved"
    )
    store.append(stream.change([gone], owner="50107"), by=SERVICE)
    listed_centre.maker.settle()
    after = listed_centre.client.get(
        f"{API}/bookings", params={"learner": learner}
    ).json()
    assert before["items"] == after["items"] != []
