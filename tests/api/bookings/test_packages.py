"""A test is downloaded under a PIN, sat offline, and its answers come back."""

from base64 import b64encode
from dataclasses import replace

import pytest
from cryptography.exceptions import InvalidTag

from events.bookings.booking import PackageDownloaded
from files.sealed_package import INSTRUCTIONS, digest
from service import Service
from tests.api.bookings import booking_centre, offline_centre
from tests.api.bookings.booking_centre import API, Ask, book
from tests.api.bookings.offline_centre import PIN, WRONG, Offline, failed, recorded
from tests.api.running import ClientAs
from tests.clock import Clock
from tests.offline_client import Program

ask, learner = booking_centre.ask, booking_centre.learner
offline = offline_centre.offline


def test_a_package_opens_with_the_pin_of_the_user_and_is_recorded_first(
    service: Service, offline: Offline
) -> None:
    """B13, B14."""
    answer = offline.download()
    assert answer.headers["content-type"] == "application/zip"
    files = offline.program.open(answer.content, PIN)
    assert offline.booking.encode() in files[INSTRUCTIONS]
    for program, pin in ((offline.program, WRONG), (Program(), PIN)):
        with pytest.raises(InvalidTag):
            program.open(answer.content, pin)
    sent = b64encode(bytes.fromhex(digest(answer.content))).decode()
    assert answer.headers["repr-digest"] == f"sha-256=:{sent}:"
    (event,) = (each.event for each in recorded(service, PackageDownloaded))
    assert isinstance(event, PackageDownloaded)
    assert event.package == offline.manifest(answer.content)["package"]
    assert event.sha256 == digest(answer.content)
    assert (event.revision, event.client, event.user) == (
        1,
        offline.client,
        "admin.riverside",
    )


def test_the_checks_are_shown_and_can_be_made_again(
    ask: Ask, offline: Offline, clock: Clock
) -> None:
    """B13: the third fails where nothing was downloaded, and where it is damaged."""
    assert failed(ask, offline.path) == ["package", "client"]
    assert failed(ask, offline.path, client=offline.client) == ["package"]
    content = offline.download().content
    for _ in range(2):
        assert failed(ask, offline.path, client=offline.client) == []
    for whole, wrong in ((content, []), (content[:-1], ["package"])):
        told = {"client": offline.client, "sha256": digest(whole)}
        assert failed(ask, offline.path, **told) == wrong
    assert failed(ask, offline.path) == ["client"]
    clock.advance(days=30)
    assert failed(ask, offline.path, client=offline.client) == ["booking"]
    clock.advance(seconds=1)
    assert failed(ask, offline.path, client=offline.client) == ["booking", "client"]
    shown = ask(
        "POST", f"/offline-clients/{offline.client}/reports", {"version": "2.2"}
    )
    assert (shown["version"], shown["why_not_fit"]) == ("2.2", None)
    assert failed(ask, offline.path, client=offline.client) == ["booking"]


def test_each_check_fails_alone_and_passes_again_once_it_is_seen_to(
    service: Service, ask: Ask, offline: Offline
) -> None:
    """B13: and nothing is downloaded meanwhile."""

    def refused(by: str = "admin.riverside", client: str = offline.client) -> list[str]:
        answer = replace(offline, client=client).download(by=by)
        assert answer.status_code == 409, answer.text
        return [each["pointer"] for each in answer.json()["errors"]]

    fit = {"client": offline.client}
    ask("PATCH", offline.path, {"mode": "Online"})
    assert failed(ask, offline.path, **fit) == ["booking", "package"]
    assert refused() == ["/booking"]
    ask("PATCH", offline.path, {"mode": "Offline"})
    reports = f"/offline-clients/{offline.client}/reports"
    ask("POST", reports, {"version": "1.9"})
    assert failed(ask, offline.path, **fit) == ["package", "client"]
    assert refused() == ["/client"]
    ask("POST", reports, {"version": "2.0"})
    theirs = {
        "name": "Laptop 9",
        "version": "2.1",
        "public_key": Program().public_key,
    }
    other = ask("POST", "/offline-clients", theirs, by="admin.hillside", expect=201)
    for client in (other["client"], "none"):
        assert failed(ask, offline.path, client=client) == ["package", "client"]
        assert refused(client=client) == ["/client"]
        query = {"client": client}
        shown = ask("GET", f"{offline.path}/package", params=query)
        assert f"no offline client {client} at this centre" in str(shown)
    assert refused(by="assessor.riverside") == ["/pin"]
    ask("PUT", "/me/pin", {"pin": PIN}, by="assessor.riverside")
    assert recorded(service, PackageDownloaded) == []
    assert offline.download(by="assessor.riverside").status_code == 200
    offline.downloaded()
    assert failed(ask, offline.path, **fit) == []
    ask("POST", f"{offline.path}/cancel")
    assert (failed(ask, offline.path, **fit), refused()) == (["booking"], ["/booking"])


def test_a_refused_download_names_every_check_that_failed(
    service: Service, ask: Ask, learner: str, client_as: ClientAs
) -> None:
    """B13: a test that is sat online, no PIN, and no client."""
    path = f"/bookings/{book(ask, learner)['booking']}"
    refused = client_as("admin.riverside").post(
        f"{API}{path}/package", json={"pin": PIN, "client": "none"}
    )
    assert refused.status_code == 409
    errors = {each["pointer"]: each["message"] for each in refused.json()["errors"]}
    assert errors.keys() == {"/booking", "/pin", "/client"}
    assert "You have no PIN yet." in errors["/pin"]
    assert failed(ask, path) == ["booking", "pin", "package", "client"]
    assert recorded(service, PackageDownloaded) == []


def test_amending_makes_a_package_stale_until_it_is_downloaded_again(
    ask: Ask, offline: Offline, clock: Clock
) -> None:
    """B11."""
    stale = offline.downloaded()
    (shown,) = ask("GET", offline.path)["packages"]
    assert (shown["package"], shown["user"]) == (stale, "admin.riverside")
    assert shown["downloaded_at"] == "2026-11-24T09:30:00Z"
    assert (shown["is_stale"], shown["why_stale"]) == (False, None)
    (shown,) = ask("PATCH", offline.path, {"extra_time": 25})["packages"]
    why = f"{offline.booking} was amended after the package {stale} was downloaded."
    assert (shown["is_stale"], shown["why_stale"][: len(why)]) == (True, why)
    assert ask("GET", "/bookings")["items"][0]["packages"] == [shown]
    assert failed(ask, offline.path, client=offline.client) == ["booking"]
    clock.advance(days=16)
    refused = offline.send(offline.answered(stale))
    assert refused.status_code == 409
    assert "Download the package again" in refused.json()["detail"]
    manifest = offline.manifest(offline.download().content)
    assert manifest["revision"] == 2
    assert failed(ask, offline.path, client=offline.client) == []
    fresh = [each["is_stale"] for each in ask("GET", offline.path)["packages"]]
    assert fresh == [True, False]
    sent = offline.answered(manifest["package"], revision=2)
    assert offline.send(sent).status_code == 200
