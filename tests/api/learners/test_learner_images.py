"""Photographs and signatures over HTTP: submitted, replaced, looked at."""

from typing import Any

from fastapi.testclient import TestClient

from aggregates.learners.image import MOST_BYTES
from service import Service
from tests.api.running import ClientAs, clients
from tests.clock import Clock
from tests.image_examples import PHOTOGRAPH, SECRET, SIGNATURE, png_bomb, read
from tests.learner_examples import cells

LEARNERS = "/api/v1/learners"
ANY = {"If-Match": "*"}


def known(client: TestClient) -> str:
    """Make a learner known, and say where they are."""
    return str(client.post(LEARNERS, json=cells()).headers["location"])


def put(client: TestClient, at: str, content: bytes, **headers: str) -> Any:
    return client.put(at, content=content, headers={**ANY, **headers})


def test_a_photograph_and_a_signature_are_submitted_and_shown(
    any_service: Service, clock: Clock
) -> None:
    """L1, on both databases: with the date of submission, under the learner's key."""
    with clients(any_service) as client_as:
        client = client_as("assessor.riverside")
        at = known(client)
        version = client.get(at).headers["etag"]
        told = put(client, f"{at}/photograph", PHOTOGRAPH, **{"If-Match": version})
        assert told.status_code == 200
        assert (told.headers["etag"], told.json()["signature"]) == ('"2"', None)
        shown = told.json()["photograph"]
        assert shown.pop("size") > 0
        assert shown == {
            "submitted_at": clock().isoformat().replace("+00:00", "Z"),
            "media_type": "image/jpeg",
            "width": 48,
            "height": 32,
        }
        put(client, f"{at}/signature", SIGNATURE)
        assert client.get(at).json()["signature"]["media_type"] == "image/png"
        answer = client.get(f"{at}/photograph")
        assert read(answer.content).size == (48, 32)
        assert SECRET not in answer.content
        assert answer.headers["content-type"] == "image/jpeg"
        assert answer.headers["x-content-type-options"] == "nosniff"
        assert answer.headers["cache-control"] == "private, no-store"
        assert answer.headers["etag"].startswith('"3-')
        name = at.rpartition("/")[2]
        disposition = f'attachment; filename="{name}-photograph.jpeg"'
        assert answer.headers["content-disposition"] == disposition


def test_a_replaced_photograph_is_read_as_at_its_time_alone(
    client_as: ClientAs, clock: Clock
) -> None:
    """L1, H2, H3: nothing is lost; submitting the same again changes nothing."""
    client = client_as("admin.riverside")
    at = f"{known(client)}/photograph"
    put(client, at, PHOTOGRAPH)
    first, then = client.get(at).content, clock()
    clock.advance(hours=1)
    assert "event-position" not in put(client, at, PHOTOGRAPH).headers
    replaced = put(client, at, SIGNATURE)
    assert replaced.json()["photograph"]["media_type"] == "image/png"
    assert client.get(at).content != first
    past = client.get(at, params={"as_at": then.isoformat()})
    assert (past.content, past.headers["content-type"]) == (first, "image/jpeg")
    history = client.get(f"{at.rpartition('/')[0]}/events").json()["items"]
    said = [entry["sentence"] for entry in history[1:]]
    assert said == ["A photograph of the learner was submitted."] * 2
    assert all("sha256" not in str(e) and "'file'" not in str(e) for e in history)


def test_an_image_that_is_not_there_is_not_found(client_as: ClientAs) -> None:
    """L1."""
    client = client_as("admin.riverside")
    at = known(client)
    put(client, f"{at}/photograph", PHOTOGRAPH)
    missing = client.get(f"{at}/signature")
    assert missing.status_code == 404
    assert missing.headers["content-type"] == "application/problem+json"
    assert "has no signature yet" in missing.json()["detail"]


def test_another_centres_images_are_not_found(client_as: ClientAs) -> None:
    """Domain, 1: nor may they be replaced; an auditor may look and not submit."""
    at = f"{known(client_as('admin.riverside'))}/photograph"
    stranger = client_as("admin.hillside")
    assert put(stranger, at, PHOTOGRAPH).status_code == 404
    put(client_as("admin.riverside"), at, PHOTOGRAPH)
    assert stranger.get(at).status_code == 404
    assert stranger.get(at).json()["detail"].startswith("There is no learner")
    for user in ("auditor", "specialist", "invoicing"):
        refused = put(client_as(user), at, PHOTOGRAPH)
        assert refused.status_code == 403
        assert "a Centre Administrator or an Assessor" in refused.json()["detail"]
    assert client_as("auditor").get(at).status_code == 200


def test_an_image_is_submitted_at_the_version_that_was_looked_at(
    client_as: ClientAs,
) -> None:
    """L1."""
    client = client_as("admin.riverside")
    at = f"{known(client)}/photograph"
    put(client, at, PHOTOGRAPH)
    stale = put(client, at, SIGNATURE, **{"If-Match": '"1"'})
    assert stale.status_code == 412
    assert "admin.riverside changed an image" in stale.json()["detail"]
    assert client.put(at, content=PHOTOGRAPH).status_code == 428


def test_what_is_no_image_is_refused_whatever_it_is_called(
    client_as: ClientAs,
) -> None:
    """L1: with the sentence that helps, and nothing is recorded."""
    client = client_as("admin.riverside")
    at = known(client)
    for content, status, told in (
        (b"", 422, "Nothing was sent"),
        (b"<svg xmlns='http://www.w3.org/2000/svg'/>", 415, "not a JPEG or PNG"),
        (PHOTOGRAPH[:-40], 422, "damaged"),
        (png_bomb(50_000, 50_000), 422, "50000 by 50000 pixels"),
        (PHOTOGRAPH + bytes(MOST_BYTES), 413, "larger than 5 MB"),
    ):
        told_type = {"Content-Type": "image/png"}
        refused = put(client, f"{at}/photograph", content, **told_type)
        assert refused.status_code == status
        assert told in refused.json()["detail"]
    assert client.get(at).headers["etag"].startswith('"1-')


def test_an_image_has_five_megabytes_at_most(client_as: ClientAs) -> None:
    """L1: in one piece or in many, of unknown length."""
    client = client_as("admin.riverside")
    at = f"{known(client)}/photograph"
    room = MOST_BYTES - len(PHOTOGRAPH)

    def pieces(size: int) -> Any:
        yield PHOTOGRAPH
        yield from (bytes(size // 2), bytes(size - size // 2))

    assert client.put(at, content=pieces(room + 1), headers=ANY).status_code == 413
    assert client.put(at, content=pieces(room), headers=ANY).status_code == 200


def test_only_who_is_signed_in_sends_images(
    client_as: ClientAs, stranger: TestClient
) -> None:
    at = f"{known(client_as('admin.riverside'))}/photograph"
    assert put(stranger, at, PHOTOGRAPH).status_code == 401
    assert stranger.get(at).status_code == 401
