"""Learners over HTTP: made known, found, put right."""

from typing import Any

import pytest

from events.identifier import Kind, identifier, stream_of
from service import Service
from tests.api.running import ClientAs
from tests.claim_examples import registration_made
from tests.commands.upload_centre import ADMINISTRATOR
from tests.learner_examples import OTHER_ULN, ULN, cells

LEARNERS = "/api/v1/learners"
NEW = cells()
SHOWN: dict[str, Any] = {
    "centre": "48213",
    "centre_name": "Riverside Training",
    "group": None,
    "group_name": None,
    "given_name": "Chloë",
    "family_name": "D'Arcy",
    "date_of_birth": "2006-03-27",
    "gender": "F",
    "uln": ULN,
    "centre_reference": "RIV-1",
    "email": "chloe@example.org",
    "postcode": "OX4 1AB",
    "identity_amendments_left": 1,
    "uln_verification": {
        "status": "not-asked",
        "message": "Not verified: the Learning Records Service was off.",
        "code": None,
        "flags": [],
        "master_uln": None,
        "tries": 0,
    },
    "photograph": None,
    "signature": None,
    "erased": False,
    "withdrawn": False,
    "same_person_as": [],
    "same_people": [],
    "warnings": [],
}
SEEN = {"Prefer": "wait=60"}
R = identifier(Kind.REGISTRATION, 42)
TEAM_LEADING = "Q-0005001227"


def position(answer: Any) -> dict[str, str]:
    return {"Min-Position": answer.headers["event-position"], **SEEN}


def test_a_learner_is_made_known_found_and_shown(client_as: ClientAs) -> None:
    """L1, L3, L4: by an Assessor as well; the learner ID is the first column."""
    client = client_as("assessor.riverside")
    made = client.post(LEARNERS, json=NEW)
    assert made.status_code == 201
    name = made.json()["learner"]
    assert made.json() == {"learner": name, **SHOWN}
    shown = client.get(made.headers["location"])
    assert shown.json() == made.json()
    assert shown.headers["etag"].startswith('"1-')
    assert made.headers["etag"] == '"1"'
    query = {"family_name": "darc", "date_of_birth": "2006-03-27"}
    found = client.get(LEARNERS, params=query, headers=position(made)).json()
    assert [row["learner"] for row in found["items"]] == [name]
    assert next(iter(found["items"][0])) == "learner"


def test_every_fault_of_a_new_learner_is_told_with_its_place(
    client_as: ClientAs,
) -> None:
    """L1: the sentences of an upload."""
    told = {"given_name": "Chloë", "date_of_birth": "31/02/2006", "uln": "1234567890"}
    refused = client_as("admin.riverside").post(LEARNERS, json=told)
    assert refused.status_code == 422
    errors = {fault["pointer"]: fault["message"] for fault in refused.json()["errors"]}
    assert errors == {
        "/family_name": "Family name is missing. Every learner needs one.",
        "/date_of_birth": (
            "31 February is not a real date. Enter a date like 27/3/2006."
        ),
        "/uln": (
            "ULN must pass the check digit. 1234567890 does not: check for a swapped"
            " digit, or leave it blank."
        ),
    }


def test_a_temporary_uln_is_left_out_and_said_to_be(client_as: ClientAs) -> None:
    """U4, L1: of one learner as of a row of a file, made known and amended."""
    client = client_as("admin.riverside")
    made = client.post(LEARNERS, json={**NEW, "uln": "999 999 9999"})
    assert made.json()["uln"] is None
    (warning,) = made.json()["warnings"]
    assert warning == {
        "field": "uln",
        "column": "ULN",
        "code": "uln-temporary",
        "message": (
            "999 999 9999 stands for no ULN, so the learner is added without one."
        ),
    }
    at, any_version = made.headers["location"], {"If-Match": "*"}
    assert client.get(at).json()["warnings"] == []
    amended = client.patch(at, json={"uln": "9999999999"}, headers=any_version)
    assert [each["code"] for each in amended.json()["warnings"]] == ["uln-temporary"]


def test_what_is_unusual_of_a_learner_is_kept_and_warned_of(
    client_as: ClientAs,
) -> None:
    """L1, U6: as long as it is so."""
    client = client_as("admin.riverside")
    odd = {"given_name": "-", "email": "no", "gender": "Non-binary"}
    made = client.post(LEARNERS, json={**NEW, **odd})
    assert made.status_code == 201
    assert {name: made.json()[name] for name in odd} == odd
    codes = ["name-unusual", "gender-unknown", "email-unusual"]
    shown = client.get(made.headers["location"]).json()
    assert [each["code"] for each in shown["warnings"]] == codes


@pytest.mark.parametrize("written", ["27-03-2006", "27 March 2006", "27/03/2006"])
def test_dates_and_ulns_are_read_in_other_forms_and_shown_as_read(
    client_as: ClientAs, written: str
) -> None:
    """U4, L1, L3: in what is sent, and in what is looked for."""
    client = client_as("admin.riverside")
    told = {**NEW, "date_of_birth": written, "uln": "100 010 2504"}
    made = client.post(LEARNERS, json=told)
    assert (made.json()["date_of_birth"], made.json()["uln"]) == ("2006-03-27", ULN)
    for query in ({"date_of_birth": written}, {"uln": "100 010 2504"}):
        found = client.get(LEARNERS, params=query, headers=position(made)).json()
        assert [row["learner"] for row in found["items"]] == [made.json()["learner"]]


def test_a_date_that_is_looked_for_is_refused_in_the_words_of_an_upload(
    client_as: ClientAs,
) -> None:
    """U4: it asks where there are two meanings."""
    client = client_as("admin.riverside")
    refused = client.get(LEARNERS, params={"date_of_birth": "27/3/06"})
    assert refused.status_code == 422
    (error,) = refused.json()["errors"]
    assert error["pointer"] == "?date_of_birth"
    assert error["message"].startswith("Is the year of 27/3/06 1906 or 2006?")


def test_a_uln_that_is_held_is_refused_with_its_holder(client_as: ClientAs) -> None:
    """U6, L1."""
    client = client_as("admin.riverside")
    holder = client.post(LEARNERS, json=NEW).json()["learner"]
    refused = client.post(LEARNERS, json={**NEW, "given_name": "Zoë"})
    assert refused.status_code == 409
    assert holder in refused.json()["detail"]
    assert refused.json()["errors"][0]["pointer"] == "/uln"
    assert client_as("admin.hillside").post(LEARNERS, json=NEW).status_code == 201


def test_who_is_like_another_is_created_when_confirmed(client_as: ClientAs) -> None:
    """L1, U6."""
    client = client_as("admin.riverside")
    first = client.post(LEARNERS, json=NEW)
    client.get(LEARNERS, headers=position(first))
    twin = {**NEW, "uln": OTHER_ULN, "given_name": "CHLOE"}
    refused = client.post(LEARNERS, json=twin)
    assert refused.status_code == 409
    assert first.json()["learner"] in refused.json()["detail"]
    confirmed = client.post(LEARNERS, json={**twin, "confirm_different_person": True})
    assert confirmed.status_code == 201


def test_an_identity_is_amended_once_and_other_details_freely(
    client_as: ClientAs,
) -> None:
    """L2: what is left out stays, an empty text clears."""
    client = client_as("admin.riverside")
    at = client.post(LEARNERS, json=NEW).headers["location"]
    amended = client.patch(
        at, json={"family_name": "Darcy", "email": ""}, headers={"If-Match": '"1"'}
    )
    assert amended.status_code == 200
    assert amended.json() == {
        **SHOWN,
        "learner": amended.json()["learner"],
        "family_name": "Darcy",
        "email": None,
        "identity_amendments_left": 0,
    }
    version = {"If-Match": amended.headers["etag"]}
    refused = client.patch(at, json={"given_name": "Zoë"}, headers=version)
    assert refused.status_code == 409
    assert "Ask an Account Specialist" in refused.json()["detail"]
    moved = client.patch(at, json={"postcode": "RG1 4PN"}, headers=version)
    assert moved.json()["postcode"] == "RG1 4PN"


def test_an_account_specialist_amends_with_a_reason(client_as: ClientAs) -> None:
    """L2."""
    at = client_as("admin.riverside").post(LEARNERS, json=NEW).headers["location"]
    specialist = client_as("specialist")
    body = {"given_name": "Claire"}
    refused = specialist.patch(at, json=body, headers={"If-Match": "*"})
    assert refused.status_code == 422
    assert refused.json()["errors"][0]["pointer"] == "/reason"
    told = {**body, "reason": "Passport seen."}
    amended = specialist.patch(at, json=told, headers={"If-Match": "*"}).json()
    assert (amended["given_name"], amended["identity_amendments_left"]) == ("Claire", 1)


def test_a_learner_changed_meanwhile_is_not_amended(client_as: ClientAs) -> None:
    client = client_as("admin.riverside")
    at = client.post(LEARNERS, json=NEW).headers["location"]
    stale = {"If-Match": '"1"'}
    client.patch(at, json={"postcode": "RG1 4PN"}, headers=stale)
    refused = client.patch(at, json={"postcode": "RG2 0QX"}, headers=stale)
    assert refused.status_code == 412
    assert "admin.riverside" in refused.json()["detail"]
    assert client.patch(at, json={}).status_code == 428


@pytest.mark.parametrize("user", ["auditor", "invoicing", "assessment", "specialist"])
def test_only_a_centre_makes_learners_known(client_as: ClientAs, user: str) -> None:
    """Domain, 2: the refusal says who may."""
    refused = client_as(user).post(LEARNERS, json=NEW)
    assert refused.status_code == 403
    assert "a Centre Administrator or an Assessor" in refused.json()["detail"]


def test_the_auditor_reads_every_centres_learners(client_as: ClientAs) -> None:
    """Domain, 2."""
    made = client_as("admin.riverside").post(LEARNERS, json=NEW)
    auditor = client_as("auditor")
    assert auditor.get(made.headers["location"]).json() == made.json()
    found = auditor.get(LEARNERS, headers=position(made)).json()["items"]
    assert [row["learner"] for row in found] == [made.json()["learner"]]


def test_another_centres_learner_is_not_found(client_as: ClientAs) -> None:
    """Domain, 1."""
    made = client_as("admin.riverside").post(LEARNERS, json=NEW)
    stranger, at = client_as("admin.hillside"), made.headers["location"]
    assert stranger.get(at).status_code == 404
    change = {"postcode": "RG1 4PN"}
    assert stranger.patch(at, json=change, headers={"If-Match": "*"}).status_code == 404
    assert stranger.get(LEARNERS, headers=position(made)).json()["items"] == []


def test_a_search_that_makes_no_sense_is_told_so(client_as: ClientAs) -> None:
    """L3."""
    client = client_as("admin.riverside")
    reversed_ = {"created_from": "2026-02-01", "created_to": "2026-01-01"}
    refused = client.get(LEARNERS, params=reversed_)
    assert refused.status_code == 422
    assert "after the last one" in refused.json()["detail"]
    assert client.get(LEARNERS, params={"given_name": "\x00"}).status_code == 422


def test_a_learner_shows_what_they_are_registered_on(
    client_as: ClientAs, service: Service
) -> None:
    """L4: with the product's number and title; another centre sees nothing."""
    client = client_as("admin.riverside")
    made = client.post(LEARNERS, json=NEW)
    at, name = made.headers["location"], made.json()["learner"]
    assert client.get(f"{at}/registrations").json() == {
        "qualifications": [],
        "apprenticeships": [],
    }
    registered = registration_made(registration=R, learner=name, product=TEAM_LEADING)
    change = service.store.open(stream_of(R)).change([registered], owner="48213")
    seen = {"Min-Position": str(service.store.append(change, by=ADMINISTRATOR)), **SEEN}
    shown = client.get(f"{at}/registrations", headers=seen).json()
    assert shown["apprenticeships"] == []
    (row,) = shown["qualifications"]
    assert (row["registration"], row["status"]) == (R, "Active")
    assert (row["number"], row["title"]) == (
        "601/3450/1",
        "Level 2 Diploma in Team Leading",
    )
    assert client_as("admin.hillside").get(f"{at}/registrations").status_code == 404


def test_a_learner_sent_twice_in_quick_succession_is_known_once(
    client_as: ClientAs,
) -> None:
    """L1, L2: the second is told of the first, as is who is amended to be them."""
    admin = client_as("admin.riverside")
    told = {
        "given_name": "Sean",
        "family_name": "O\u2019Neal",
        "date_of_birth": "2006-03-28",
    }
    first = admin.post(LEARNERS, json=told)
    again = {**told, "family_name": "ONeal"}
    refused = admin.post(LEARNERS, json=again)
    assert (first.status_code, refused.status_code) == (201, 409)
    assert refused.json()["type"].endswith("looks-like-another")
    assert first.json()["learner"] in refused.json()["detail"]
    other = admin.post(LEARNERS, json={**told, "given_name": "Shane"})
    path, seen = f"{LEARNERS}/{other.json()['learner']}", other.headers["etag"]
    to_be = {"given_name": "SEAN"}
    amended = admin.patch(path, json=to_be, headers={"If-Match": seen})
    assert (amended.status_code, amended.json()["type"].rpartition(":")[2]) == (
        409,
        "looks-like-another",
    )
    said = {**to_be, "confirm_different_person": True}
    told_so = admin.patch(path, json=said, headers={"If-Match": seen})
    assert told_so.status_code == 200


def test_a_learner_called_by_a_sign_is_found_by_it_alone(client_as: ClientAs) -> None:
    """Domain 3: and a sign finds nobody else."""
    client = client_as("admin.riverside")
    born = {"date_of_birth": "2006-03-28"}
    for names in (("-", "Ash"), ("Ann", "-Ash-")):
        told = {"given_name": names[0], "family_name": names[1], **born}
        made = client.post(LEARNERS, json=told)
        assert made.status_code == 201
    seen = position(made)

    def found(**query: str) -> list[str]:
        rows = client.get(LEARNERS, params=query, headers=seen).json()["items"]
        return [row["given_name"] for row in rows]

    assert found(name="-") == found(given_name="-") == found(name=" - ") == ["-"]
    assert found(family_name="-") == []
    assert sorted(found(name=" ")) == ["-", "Ann"]
