"""A test is downloaded under a PIN, sat offline, and its answers come back."""

from base64 import b64encode
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from secrets import token_bytes
from typing import Any

import pytest
from cryptography.exceptions import InvalidTag

from access import pins
from access.passwords import hashed
from aggregates.package import INSTRUCTIONS
from aggregates.pin import Proof
from aggregates.sealed_package import digest
from cli.opening import SERVICE
from commands.offline_client import client_called
from commands.user import SetPassword
from events.booking import AnswersReceived, PackageDownloaded
from events.identifier import stream_of
from events.offline_client import OfflineClientRegistered
from events.pin import PinRefused, PinSet
from service import Service
from store import Actor, Recorded, Stream
from tests.api import test_bookings
from tests.api.running import ClientAs
from tests.api.test_bookings import API, Ask, book
from tests.clock import Clock
from tests.offline_client import Program, answers

ask, learner = test_bookings.ask, test_bookings.learner
PIN, OTHER, WRONG = "0482", "7310", "0000"
PASSWORD = "a long pass phrase"


@dataclass(frozen=True, kw_only=True)
class Offline:
    """An offline test of a user who has a PIN, and an offline client that is fit."""

    client_as: ClientAs
    path: str
    client: str
    program: Program

    @property
    def booking(self) -> str:
        return self.path.rpartition("/")[2]

    def download(self, pin: str = PIN, by: str = "admin.riverside") -> Any:
        url = f"{API}{self.path}/package"
        return self.client_as(by).post(url, json={"pin": pin, "client": self.client})

    def downloaded(self, pin: str = PIN) -> str:
        """Download a package, and say which it is."""
        answer = self.download(pin)
        assert answer.status_code == 200, answer.text
        return str(self.manifest(answer.content, pin)["package"])

    def manifest(self, content: bytes, pin: str = PIN) -> dict[str, Any]:
        return self.program.manifest(content, pin)

    def answered(
        self, package: str, content: bytes = b"A,C,B", revision: int = 1
    ) -> bytes:
        return answers(package, self.booking, revision, content)

    def send(self, content: bytes, by: str = "admin.riverside", **params: str) -> Any:
        url = f"{API}{self.path}/answers"
        return self.client_as(by).post(url, content=content, params=params)


@pytest.fixture
def offline(ask: Ask, learner: str, client_as: ClientAs) -> Offline:
    ask("PUT", "/me/pin", {"pin": PIN})
    booking = book(ask, learner, mode="Offline")["booking"]
    program = Program()
    told = {"name": "Laptop 7", "version": "2.1", "public_key": program.public_key}
    client = ask("POST", "/offline-clients", told, expect=201)["client"]
    return Offline(
        client_as=client_as,
        path=f"/bookings/{booking}",
        client=client,
        program=program,
    )


def recorded(service: Service, kind: type[Any]) -> list[Recorded]:
    log = service.store.log(after=0)
    return [each for each in log if isinstance(each.event, kind)]


def give_password(service: Service) -> None:
    user, at = "admin.riverside", service.clock()
    kept = hashed(PASSWORD, user=user)
    service.send(SetPassword(by=SERVICE, at=at, name=user, password_hash=kept))


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
    fit = {"client": offline.client}
    ask("PUT", "/me/pin", {"pin": OTHER, "current_pin": PIN})
    (shown,) = ask("GET", offline.path)["packages"]
    assert (shown["is_stale"], "another PIN" in shown["why_stale"]) == (True, True)
    assert failed(ask, offline.path, **fit) == ["pin"]
    assert offline.download().status_code == 409
    clock.advance(days=16)
    refused = offline.send(offline.answered(earlier))
    assert refused.status_code == 409
    assert "has another PIN since" in refused.json()["detail"]
    later = offline.downloaded(OTHER)
    assert offline.send(offline.answered(later)).status_code == 200


def test_a_new_pin_is_had_for_the_old_one_or_the_password_once_it_is_known_what_it_costs(
    service: Service, ask: Ask, offline: Offline
) -> None:
    """B14."""
    assert "No package" in ask("GET", "/me/pin")["message"]
    for _ in range(2):
        offline.downloaded()
    cost = f"makes 2 packages that you downloaded unusable ({offline.booking})"
    assert ask("GET", "/me/pin")["bookings"] == [offline.booking] * 2
    refused = ask("PUT", "/me/pin", {"pin": OTHER}, expect=409)
    assert cost in refused["detail"]
    for proof in ({"current_pin": WRONG}, {"password": "not the pass phrase"}):
        ask("PUT", "/me/pin", {"pin": OTHER, **proof}, expect=None)
        offline.downloaded()
    shown = ask("PUT", "/me/pin", {"pin": OTHER, "current_pin": PIN})
    assert shown["message"].startswith("A new one makes 4 packages")
    assert ask("GET", "/me/pin")["bookings"] == []
    give_password(service)
    ask("PUT", "/me/pin", {"pin": PIN, "password": PASSWORD})
    offline.downloaded()
    ask("PUT", "/me/pin", {"pin": PIN}, by="auditor", expect=403)


def test_packages_that_are_of_no_use_already_are_not_counted(
    ask: Ask, offline: Offline, clock: Clock
) -> None:
    """B14: a stale one, and one of a test that is over."""
    offline.downloaded()
    ask("PATCH", offline.path, {"extra_time": 25})
    assert ask("GET", "/me/pin")["bookings"] == []
    offline.downloaded()
    assert ask("GET", "/me/pin")["bookings"] == [offline.booking]
    clock.advance(days=17)
    assert ask("GET", "/me/pin")["bookings"] == []


def test_a_new_pin_does_not_lift_a_lock(
    service: Service, ask: Ask, offline: Offline, clock: Clock
) -> None:
    """B14: the old one is not looked at, and the password gives a PIN that is locked."""
    for _ in range(5):
        offline.download(WRONG)
    locked = ask("PUT", "/me/pin", {"pin": OTHER, "current_pin": PIN}, expect=409)
    assert "locked until" in locked["detail"]
    give_password(service)
    shown = ask("PUT", "/me/pin", {"pin": OTHER, "password": PASSWORD})
    assert shown["locked_until"] == "2026-11-24T09:45:00Z"
    assert "locked until" in offline.download(OTHER).text
    clock.advance(minutes=15)
    assert ask("GET", "/me/pin")["locked_until"] is None
    offline.downloaded(OTHER)


def test_a_pin_is_four_digits(ask: Ask) -> None:
    """B14."""
    for wrong in ("123", "12345", "12a4", "١٢٣٤", "1234\n"):
        ask("PUT", "/me/pin", {"pin": wrong}, expect=422)
    assert ask("GET", "/me/pin")["is_set"] is False


def test_a_pin_is_kept_as_nothing_that_it_can_be_read_from(
    service: Service, ask: Ask, offline: Offline, client_as: ClientAs
) -> None:
    """B14: nor is it among what an auditor sees."""
    (event,) = (each.event for each in recorded(service, PinSet))
    assert isinstance(event, PinSet)
    assert event.pin_hash.startswith("$argon2id$")
    auditor = client_as("auditor")
    assert "$argon2id$" not in auditor.get(f"{API}/events").text
    assert failed(ask, offline.path) == ["package", "client"]


def test_answers_come_back_as_a_sealed_file_and_say_that_the_test_was_taken(
    service: Service, ask: Ask, offline: Offline, clock: Clock
) -> None:
    """B15: once, however often they are sent."""
    first = offline.downloaded()
    second = offline.downloaded()
    assert first != second
    sent = offline.answered(first)
    assert offline.send(sent).status_code == 409
    clock.advance(days=16)
    for _ in range(2):
        shown = offline.send(sent)
        assert (shown.status_code, shown.json()["attendance"]) == (200, "Taken")
    (event,) = (each.event for each in recorded(service, AnswersReceived))
    assert isinstance(event, AnswersReceived)
    assert service.store.file(event.file) == sent
    assert (event.size, event.sha256) == (len(sent), digest(sent))
    other = offline.send(offline.answered(second, b"A,B,B"))
    assert other.status_code == 409
    assert "send these to the awarding organisation" in other.json()["detail"]
    assert len(recorded(service, AnswersReceived)) == 1
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


def test_what_is_no_answer_package_of_the_booking_is_refused_and_changes_nothing(
    service: Service, ask: Ask, offline: Offline, clock: Clock
) -> None:
    """B15: an empty file, any file, another booking's, another package's."""
    package, other = offline.downloaded(), offline.downloaded()
    clock.advance(days=16)
    for content in (b"", b"A,C,B", offline.answered(package)[:-1]):
        refused = offline.send(content)
        assert refused.status_code == 422
        assert f"client saved for {offline.booking}" in refused.json()["detail"]
    elsewhere = answers(package, "B-0000000000")
    assert "are for B-0000000000" in offline.send(elsewhere).json()["detail"]
    wrong = offline.send(offline.answered(package), package=other)
    assert (wrong.status_code, package in wrong.json()["detail"]) == (409, True)
    assert offline.send(offline.answered("0" * 32)).status_code == 409
    assert offline.send(offline.answered(package, revision=2)).status_code == 422
    assert recorded(service, AnswersReceived) == []
    assert ask("GET", offline.path)["attendance"] == "Booked"
    assert offline.send(offline.answered(package), package=package).status_code == 200


def test_answers_have_five_megabytes_at_most(offline: Offline, clock: Clock) -> None:
    """B15."""
    package = offline.downloaded()
    clock.advance(days=16)
    most = 5 * 2**20
    refused = offline.send(bytes(most + 1))
    assert refused.status_code == 413
    assert "at most 5 MB" in refused.json()["detail"]
    assert offline.send(bytes(most)).status_code == 422
    sent = offline.answered(package, token_bytes(most - 10_000))
    assert offline.send(sent).status_code == 200


def test_offline_clients_are_registered_listed_and_report_themselves(
    ask: Ask, offline: Offline
) -> None:
    """B13."""
    key = Program().public_key
    old = {"name": "Laptop 8", "version": "1.9", "public_key": key}
    ask("POST", "/offline-clients", old, expect=201)
    laptop, other = ask("GET", "/offline-clients")["items"]
    assert (laptop["client"], laptop["why_not_fit"]) == (offline.client, None)
    assert "Update it to 2.0" in other["why_not_fit"]
    ask("POST", f"/offline-clients/{other['client']}/reports", {"version": "2.0"})
    shown = ask("GET", "/offline-clients", by="specialist")["items"]
    assert [each["why_not_fit"] for each in shown] == [None, None]
    assert other["public_key"] == key
    for wrong in (
        {**old, "version": "new"},
        {**old, "name": " "},
        {**old, "public_key": "?"},
        {"name": "Laptop 8", "version": "2.0"},
    ):
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
    assert offline.send(offline.answered(package), by=there).status_code == 404
    told = {"version": "2.0"}
    ask(
        "POST", f"/offline-clients/{offline.client}/reports", told, by=there, expect=404
    )
    assert ask("GET", "/offline-clients", by=there)["items"] == []
    assert "no PIN" in offline.download(by="assessor.riverside").text


def test_a_client_of_before_downloads_once_it_has_registered_its_key(
    service: Service, ask: Ask, offline: Offline
) -> None:
    """B13: until then it is told how, by the checks and by the refusal."""
    old = OfflineClientRegistered(
        client="c1",
        centre="48213",
        name="Laptop 1",
        client_version="2.1",
        seen=service.clock(),
    )
    stream = Stream(id=stream_of(client_called("c1")))
    by = Actor(user="admin.riverside", role="Assessor", centre="48213", channel="api")
    service.store.append(stream.change([old], owner="48213"), by=by)
    before = replace(offline, client="c1")
    refused = before.download()
    assert refused.status_code == 409
    assert "has registered no public key" in refused.json()["errors"][0]["message"]
    assert failed(ask, offline.path, client="c1") == ["package", "client"]
    told = {"version": "2.1", "public_key": offline.program.public_key}
    ask("POST", "/offline-clients/c1/reports", told)
    before.downloaded()
    assert failed(ask, offline.path, client="c1") == []


def test_clients_that_changed_are_listed_since_the_last_that_was_copied(
    ask: Ask, offline: Offline, clock: Clock
) -> None:
    """B13: what registers a key, or reports a version, is a change."""
    (known,) = ask("GET", "/offline-clients")["items"]
    assert known["client"] == offline.client
    clock.advance(hours=1)
    told = {"version": "2.2.0"}
    reported = ask("POST", f"/offline-clients/{known['client']}/reports", told)
    assert reported["updated_at"] > known["updated_at"]
    since = {"updated_since": reported["updated_at"]}
    assert ask("GET", "/offline-clients", params=since)["items"] == [reported]
