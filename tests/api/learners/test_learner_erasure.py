"""The erasure of a learner over HTTP: what is shown afterwards, and what lies there."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import psycopg
import pytest
from fastapi.testclient import TestClient

from events.identifier import Kind, identifier, stream_of
from service import Service
from tests.api.running import ClientAs, clients
from tests.api.seeded_centre import Maker
from tests.api.uploads.test_learner_groups import checked, until
from tests.claim_examples import registration_made
from tests.clock import PATIENCE, Clock
from tests.commands.upload_centre import ADMINISTRATOR
from tests.image_examples import PHOTOGRAPH
from tests.learner_examples import OTHER_ULN, ULN, cells

LEARNERS = "/api/v1/learners"
ANY = {"If-Match": "*"}
WHY = {"reason": "Requested on 3 November, case 1024."}
R = identifier(Kind.REGISTRATION, 7)
TEAM_LEADING = "Q-0005001227"
TOLD = ("D'Arcy", "d'arcy", "darcy", "Chloë", "chloe", ULN, OTHER_ULN, "OX4 1AB")
"""What says who it was, as it was written and as it is searched by.

Long enough never to stand by chance in what is sealed.
"""


def lying_there(url: str) -> Iterator[bytes]:
    """Read all that the databases hold: files as they lie, a server's rows."""
    if url.startswith("sqlite:///"):
        folder = Path(url.removeprefix("sqlite:///"))
        yield from (file.read_bytes() for file in folder.iterdir() if file.is_file())
        return
    with psycopg.connect(url) as connection:
        tables = connection.execute(
            "SELECT schemaname, tablename FROM pg_tables"
            " WHERE schemaname IN ('public', 'read_models')"
        ).fetchall()
        assert len(tables) > 20
        for schema, table in tables:
            query = f'SELECT t::text FROM "{schema}"."{table}" t'  # noqa: S608 - ours
            yield from (row[0].encode() for row in connection.execute(query.encode()))


def told_of(url: str) -> set[str]:
    return {told for told in TOLD for some in lying_there(url) if told.encode() in some}


def seen(service: Service) -> None:
    assert service.read_models.wait_for(service.store.head(), PATIENCE)


def known_twice(client: TestClient, service: Service) -> tuple[str, str]:
    """Make a learner known by a file, and link a row of another: where they are."""
    first = checked(client, cells(), name="Autumn")
    client.post(f"{first}/submit")
    until(client, first, "done")
    learner = client.get(f"{first}/records/2").json()["learner"]
    seen(service)
    second = checked(client, cells(uln=""), name="Spring")
    linked = client.patch(f"{second}/records/2", json={"link_to": learner}, headers=ANY)
    assert linked.status_code == 200
    client.post(f"{second}/submit")
    until(client, second, "done")
    return f"{LEARNERS}/{learner}", second


def register(service: Service, learner: str) -> None:
    made = registration_made(registration=R, learner=learner, product=TEAM_LEADING)
    change = service.store.open(stream_of(R)).change([made], owner="48213")
    service.store.append(change, by=ADMINISTRATOR)


def test_a_person_who_is_erased_is_nowhere_any_more(
    any_service: Service, database_url: str
) -> None:
    """H6: neither shown nor lying there, in rows rewritten and in rows made anew."""
    with clients(any_service) as client_as:
        client, specialist = client_as("admin.riverside"), client_as("specialist")
        at, group = known_twice(client, any_service)
        learner = at.rpartition("/")[2]
        client.put(f"{at}/photograph", content=PHOTOGRAPH, headers=ANY)
        client.patch(at, json={"uln": OTHER_ULN}, headers=ANY)
        register(any_service, learner)
        seen(any_service)
        assert told_of(database_url) >= {"D'Arcy", OTHER_ULN}
        erased = specialist.post(f"{at}/erase", json=WHY)
        assert erased.status_code == 200, erased.json()
        shown = erased.json()
        assert (shown["given_name"], shown["family_name"]) == ("(erased)", "(erased)")
        assert (shown["date_of_birth"], shown["uln"], shown["erased"]) == (
            None,
            None,
            True,
        )
        again = specialist.post(f"{at}/erase", json=WHY)
        assert (again.status_code, again.json()) == (200, shown)
        seen(any_service)
        assert told_of(database_url) == set()
        (listed,) = client.get(LEARNERS, params={"learner": learner}).json()["items"]
        assert (listed["family_name"], listed["date_of_birth"]) == ("(erased)", None)
        (kept,) = client.get(f"{at}/registrations").json()["qualifications"]
        assert (kept["registration"], kept["status"]) == (R, "Active")
        assert client.get(f"{at}/photograph").status_code == 404
        assert client.get(group).json()["names_as_read"] in ([], [""])
        assert client.get(f"{group}/records/2").json()["values"]["uln"] == ""
        for name in any_service.read_models.names:
            assert any_service.read_models.check(name, lambda _, __: None) == ()
            any_service.read_models.rebuild(name, lambda _, __: None)
        assert told_of(database_url) == set()


def test_what_was_erased_is_erased_at_every_moment(
    client_as: ClientAs, service: Service, clock: Clock
) -> None:
    """H6, H3: and its history tells who erased it and why."""
    client, specialist = client_as("admin.riverside"), client_as("specialist")
    made = client.post(LEARNERS, json=cells())
    at = made.headers["location"]
    client.put(f"{at}/photograph", content=PHOTOGRAPH, headers=ANY)
    seen(service)
    then = {"as_at": clock().isoformat()}
    clock.advance(hours=1)
    (row,) = client.get(LEARNERS, params=then).json()["items"]
    assert row["family_name"] == TOLD[0]
    specialist.post(f"{at}/erase", json=WHY)
    past = client.get(at, params=then).json()
    assert (past["family_name"], past["date_of_birth"]) == ("(erased)", None)
    assert past["photograph"] is not None
    gone = client.get(f"{at}/photograph", params=then)
    assert gone.status_code == 404
    assert "cannot be brought back" in gone.json()["detail"]
    (row,) = client.get(LEARNERS, params=then).json()["items"]
    assert (row["family_name"], row["date_of_birth"]) == ("(erased)", None)
    history: list[dict[str, Any]] = client.get(f"{at}/events").json()["items"]
    last = history[-1]
    assert (last["user"], last["reason"]) == ("specialist", WHY["reason"])
    assert not any(told in str(history) for told in TOLD)
    assert "0001" not in str([(each["data"], each["changes"]) for each in history])
    again = client.post(LEARNERS, json=cells())
    assert (again.status_code, again.json()["uln"]) == (201, ULN)


def test_what_is_under_way_is_listed_and_ended_when_that_is_asked_for(
    service: Service, client_as: ClientAs
) -> None:
    """H6."""
    maker = Maker(client=client_as("admin.riverside"), service=service, name="Quince")
    learner = maker.learner("Going")
    maker.order(learner)
    maker.settle()
    claim = maker.claim(**{learner: ()})
    order = maker.draft(learner)["order"]
    at = f"{LEARNERS}/{learner}/erase"
    refused = client_as("specialist").post(at, json=WHY)
    problem = refused.json()
    assert refused.status_code == 409
    assert "send end_in_flight: true" in problem["detail"]
    listed = [each["message"] for each in problem["errors"]]
    assert [claim in listed[0], order in listed[1]] == [True, True]
    ended = client_as("specialist").post(at, json=WHY | {"end_in_flight": True})
    assert (ended.status_code, ended.json()["erased"]) == (200, True)
    assert maker.ask("GET", f"/claims/{claim}")["learners"] == []
    assert maker.ask("GET", f"/orders/{order}")["learners"] == 0


@pytest.mark.parametrize("user", ["admin.riverside", "auditor", "admin.hillside"])
def test_only_an_account_specialist_erases_and_says_why(
    client_as: ClientAs, user: str
) -> None:
    """H6, domain 2."""
    at = client_as("admin.riverside").post(LEARNERS, json=cells()).headers["location"]
    refused = client_as(user).post(f"{at}/erase", json=WHY)
    assert refused.status_code == 403
    assert "an Account Specialist" in refused.json()["detail"]
    specialist = client_as("specialist")
    silent = specialist.post(f"{at}/erase", json={})
    assert silent.status_code == 422
    assert silent.json()["errors"][0]["pointer"] == "/reason"
    assert specialist.post(f"{LEARNERS}/L-1/erase", json=WHY).status_code == 404
    assert client_as("admin.riverside").get(at).json()["uln"] == ULN
