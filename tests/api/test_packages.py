"""A test is downloaded under a PIN, sat offline, and its answers come back."""

import json
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from typing import Any

import pytest

from access import pins
from aggregates.package import INSTRUCTIONS, MANIFEST, digest, is_whole, opened
from aggregates.pin import Proof
from events.booking import AnswersReceived, PackageDownloaded
from events.pin import PinRefused, PinSet
from service import Service
from store import Actor, Recorded
from tests.api import test_bookings
from tests.api.running import ClientAs
from tests.api.test_bookings import API, Ask, book
from tests.clock import Clock

ask, learner = test_bookings.ask, test_bookings.learner
PIN, OTHER, WRONG = "0482", "7310", "0000"


@dataclass(frozen=True, kw_only=True)
class Offline:
    """An offline test of a user who has a PIN, and an offline client that is fit."""

    client_as: ClientAs
    path: str
    client: str

    def download(self, pin: str = PIN, by: str = "admin.riverside") -> Any:
        url = f"{API}{self.path}/package"
        return self.client_as(by).post(url, json={"pin": pin, "client": self.client})

    def downloaded(self, pin: str = PIN) -> str:
        """Download a package, and say which it is."""
        answer = self.download(pin)
        assert answer.status_code == 200, answer.text
        return package_in(answer.content, pin)

    def send(
        self, package: str, content: bytes = b"A,C,B", by: str = "admin.riverside"
    ) -> Any:
        url, params = f"{API}{self.path}/answers", {"package": package}
        return self.client_as(by).post(url, content=content, params=params)


@pytest.fixture
def offline(ask: Ask, learner: str, client_as: ClientAs) -> Offline:
    ask("PUT", "/me/pin", {"pin": PIN}, expect=204)
    booking = book(ask, learner, mode="Offline")["booking"]
    told = {"name": "Laptop 7", "version": "2.1"}
    client = ask("POST", "/offline-clients", told, expect=201)["client"]
    return Offline(client_as=client_as, path=f"/bookings/{booking}", client=client)


def package_in(content: bytes, pin: str = PIN) -> str:
    return str(json.loads(opened(content, pin)[MANIFEST])["package"])


def recorded(service: Service, kind: type[Any]) -> list[Recorded]:
    log = service.store.log(after=0)
    return [each for each in log if isinstance(each.event, kind)]


def failed(ask: Ask, path: str, **params: str) -> list[str]:
    shown = ask("GET", f"{path}/package", params=params)
    assert [each["about"] for each in shown] == ["booking", "pin", "package", "client"]
    assert all(each["reason"] for each in shown)
    return [each["about"] for each in shown if not each["passes"]]


def test_a_package_opens_with_the_pin_of_the_user_and_is_recorded_first(
    service: Service, offline: Offline
) -> None:
    """B13, B14."""
    answer = offline.download()
    assert answer.headers["content-type"] == "application/zip"
    files = opened(answer.content, PIN)
    assert offline.path.rpartition("/")[2].encode() in files[INSTRUCTIONS]
    with pytest.raises(RuntimeError, match="Bad password"):
        opened(answer.content, WRONG)
    (event,) = (each.event for each in recorded(service, PackageDownloaded))
    assert isinstance(event, PackageDownloaded)
    assert event.package == package_in(answer.content)
    assert event.sha256 == digest(answer.content)
    assert (event.revision, event.client, event.user) == (
        1,
        offline.client,
        "admin.riverside",
    )


def test_the_checks_are_shown_and_can_be_made_again(
    ask: Ask, offline: Offline, clock: Clock
) -> None:
    """B13."""
    assert failed(ask, offline.path) == ["client"]
    for _ in range(2):
        assert failed(ask, offline.path, client=offline.client) == []
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
    assert (failed(ask, offline.path, **fit), refused()) == (["booking"], ["/booking"])
    ask("PATCH", offline.path, {"mode": "Offline"})
    reports = f"/offline-clients/{offline.client}/reports"
    ask("POST", reports, {"version": "1.9"})
    assert (failed(ask, offline.path, **fit), refused()) == (["client"], ["/client"])
    ask("POST", reports, {"version": "2.0"})
    theirs = {"name": "Laptop 9", "version": "2.1"}
    other = ask("POST", "/offline-clients", theirs, by="admin.hillside", expect=201)
    for client in (other["client"], "none"):
        assert failed(ask, offline.path, client=client) == ["client"]
        assert refused(client=client) == ["/client"]
    assert refused(by="assessor.riverside") == ["/pin"]
    ask("PUT", "/me/pin", {"pin": PIN}, by="assessor.riverside", expect=204)
    assert recorded(service, PackageDownloaded) == []
    assert failed(ask, offline.path, **fit) == []
    assert offline.download(by="assessor.riverside").status_code == 200
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
    assert failed(ask, path) == ["booking", "pin", "client"]
    assert recorded(service, PackageDownloaded) == []


def test_five_wrong_tries_lock_the_pin_for_a_quarter_of_an_hour(
    service: Service, ask: Ask, offline: Offline, clock: Clock
) -> None:
    """B14."""
    for _ in range(4):
        assert "not your PIN" in offline.download(WRONG).text
    offline.downloaded()
    for _ in range(5):
        last = offline.download(WRONG)
    assert last.status_code == 409
    assert last.json()["errors"][0]["message"].startswith("Your PIN is locked until 24")
    assert len(recorded(service, PinRefused)) == 9
    assert offline.download().status_code == 409
    assert len(recorded(service, PinRefused)) == 9
    clock.advance(minutes=15, seconds=-1)
    assert offline.download().status_code == 409
    assert failed(ask, offline.path, client=offline.client) == ["pin"]
    clock.advance(seconds=1)
    offline.downloaded()


def test_wrong_tries_at_the_same_moment_do_not_get_past_the_lock(
    service: Service, offline: Offline
) -> None:
    """B14."""
    by = Actor(user="admin.riverside", role="", centre="48213", channel="api")

    def prove(_: int) -> Proof:
        return pins.prove(WRONG, desk=service.desk, by=by, at=service.clock())

    with ThreadPoolExecutor(8) as pool:
        proofs = list(pool.map(prove, range(8)))
    assert all(proof.why_not for proof in proofs)
    assert len(recorded(service, PinRefused)) == 5
    assert "locked" in offline.download().text


def test_a_new_pin_makes_earlier_downloads_unusable(
    ask: Ask, offline: Offline, clock: Clock
) -> None:
    """B14."""
    earlier = offline.downloaded()
    ask("PUT", "/me/pin", {"pin": OTHER}, expect=204)
    assert offline.download().status_code == 409
    clock.advance(days=16)
    refused = offline.send(earlier)
    assert refused.status_code == 409
    assert "has another PIN since" in refused.json()["detail"]
    later = offline.downloaded(OTHER)
    assert offline.send(later).status_code == 200


def test_a_pin_is_four_digits(ask: Ask) -> None:
    """B14."""
    for wrong in ("123", "12345", "12a4", "١٢٣٤", "1234\n"):
        ask("PUT", "/me/pin", {"pin": wrong}, expect=422)


def test_a_pin_is_kept_as_nothing_that_it_can_be_read_from(
    service: Service, ask: Ask, offline: Offline, client_as: ClientAs
) -> None:
    """B14: nor is it among what an auditor sees."""
    (event,) = (each.event for each in recorded(service, PinSet))
    assert isinstance(event, PinSet)
    assert event.pin_hash.startswith("$argon2id$")
    auditor = client_as("auditor")
    assert "$argon2id$" not in auditor.get(f"{API}/events").text
    assert failed(ask, offline.path) == ["client"]


def test_answers_come_back_as_a_sealed_file_and_say_that_the_test_was_taken(
    service: Service, ask: Ask, offline: Offline, clock: Clock
) -> None:
    """B15: once, however often they are sent."""
    first = offline.downloaded()
    second = offline.downloaded()
    assert first != second
    assert offline.send(first).status_code == 409
    clock.advance(days=16)
    for _ in range(2):
        shown = offline.send(first)
        assert (shown.status_code, shown.json()["attendance"]) == (200, "Taken")
    (event,) = (each.event for each in recorded(service, AnswersReceived))
    assert isinstance(event, AnswersReceived)
    assert service.store.file(event.file) == b"A,C,B"
    assert (event.size, event.sha256) == (5, digest(b"A,C,B"))
    assert offline.send(second, b"A,B,B").status_code == 409
    assert offline.download().status_code == 409
    url = f"/registrations/{shown.json()['registration']}/cancellation"
    unmet = [c["name"] for c in ask("GET", url)["conditions"] if not c["is_met"]]
    assert unmet == ["no-test-taken"]
    told = {"attendance": "Taken", "result": "Pass", "sat_on": "2026-12-10"}
    assert ask("POST", f"{offline.path}/outcome", told, by="assessment")["is_pass"]


def test_amending_makes_a_package_stale_until_it_is_downloaded_again(
    ask: Ask, offline: Offline, clock: Clock
) -> None:
    """B11."""
    stale = offline.downloaded()
    ask("PATCH", offline.path, {"extra_time": 25})
    clock.advance(days=16)
    refused = offline.send(stale)
    assert refused.status_code == 409
    assert "Download the package again" in refused.json()["detail"]
    answer = offline.download()
    assert json.loads(opened(answer.content, PIN)[MANIFEST])["revision"] == 2
    assert is_whole(answer.content, PIN)
    fresh = package_in(answer.content)
    assert offline.send(fresh).status_code == 200


def test_answers_have_five_megabytes_at_most(offline: Offline, clock: Clock) -> None:
    """B15."""
    package = offline.downloaded()
    clock.advance(days=16)
    most = bytes(5 * 2**20)
    refused = offline.send(package, most + b"0")
    assert refused.status_code == 413
    assert "at most 5 MB" in refused.json()["detail"]
    assert offline.send(package, most).status_code == 200


def test_offline_clients_are_registered_listed_and_report_themselves(
    ask: Ask, offline: Offline
) -> None:
    """B13."""
    old = {"name": "Laptop 8", "version": "1.9"}
    ask("POST", "/offline-clients", old, expect=201)
    laptop, other = ask("GET", "/offline-clients")["items"]
    assert (laptop["client"], laptop["why_not_fit"]) == (offline.client, None)
    assert "Update it to 2.0" in other["why_not_fit"]
    ask("POST", f"/offline-clients/{other['client']}/reports", {"version": "2.0"})
    shown = ask("GET", "/offline-clients", by="specialist")["items"]
    assert [each["why_not_fit"] for each in shown] == [None, None]
    for wrong in ({**old, "version": "new"}, {**old, "name": " "}):
        ask("POST", "/offline-clients", wrong, expect=422)


def test_another_centre_has_nothing_of_it(
    ask: Ask, offline: Offline, clock: Clock
) -> None:
    """B13: neither the booking nor the client; and a PIN is one user's own."""
    package = offline.downloaded()
    clock.advance(days=16)
    there = "admin.hillside"
    ask("GET", f"{offline.path}/package", by=there, expect=404)
    assert offline.download(by=there).status_code == 404
    assert offline.send(package, by=there).status_code == 404
    told = {"version": "2.0"}
    ask(
        "POST", f"/offline-clients/{offline.client}/reports", told, by=there, expect=404
    )
    assert ask("GET", "/offline-clients", by=there)["items"] == []
    assert "no PIN" in offline.download(by="assessor.riverside").text
