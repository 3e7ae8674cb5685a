"""Offline clients, and the answers that they send back."""

from dataclasses import replace
from secrets import token_bytes

from events.bookings.booking import AnswersReceived
from events.bookings.offline_client import OfflineClientRegistered
from files.sealed_package import digest
from repositories.aggregate_types import OFFLINE_CLIENT
from service import Service
from store import Actor
from tests.api.bookings import booking_centre, offline_centre
from tests.api.bookings.booking_centre import Ask
from tests.api.bookings.offline_centre import Offline, failed, recorded
from tests.clock import Clock
from tests.offline_client import Program, answers

ask, learner = booking_centre.ask, booking_centre.learner
offline = offline_centre.offline


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


def test_what_is_no_answer_package_of_the_booking_is_refused_and_changes_nothing(
    service: Service, ask: Ask, offline: Offline, clock: Clock
) -> None:
    """B15: an empty file, any file, another booking's, another package's."""
    package, other = offline.downloaded(), offline.downloaded()
    clock.advance(days=16)
    for content, status in (
        (b"", 422),
        (b"A,C,B", 415),
        (offline.answered(package)[:-1], 422),
    ):
        refused = offline.send(content)
        assert refused.status_code == status
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
    assert offline.send(bytes(most)).status_code == 415
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


def register_without_key(service: Service) -> None:
    """Register the client c1 as clients were before they had keys."""
    old = OfflineClientRegistered(
        client="c1",
        centre="48213",
        name="Laptop 1",
        client_version="2.1",
        seen=service.clock(),
    )
    stream = OFFLINE_CLIENT.new("c1")
    by = Actor(user="admin.riverside", role="Assessor", centre="48213", channel="api")
    service.store.append(stream.change([old], owner="48213"), by=by)


def test_a_client_of_before_downloads_once_it_has_registered_its_key(
    service: Service, ask: Ask, offline: Offline
) -> None:
    """B13: until then it is told how, by the checks and by the refusal."""
    register_without_key(service)
    before = replace(offline, client="c1", program=Program())
    refused = before.download()
    assert refused.status_code == 409
    assert "has registered no public key" in refused.json()["errors"][0]["message"]
    assert failed(ask, offline.path, client="c1") == ["package", "client"]
    told = {"version": "2.1", "public_key": before.program.public_key}
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


def test_a_key_is_registered_once_at_a_centre(
    service: Service, ask: Ask, offline: Offline
) -> None:
    """B13: whatever it is called and however it is written; the one there is is named."""
    key = offline.program.public_key
    there = {"name": "Laptop 7", "version": "2.1", "public_key": key}
    register_without_key(service)
    for path, told in (
        ("", there),
        ("", {**there, "name": "Laptop 8", "version": "2.2"}),
        ("", {**there, "public_key": f"{key[:-2]}{chr(ord(key[-2]) + 1)}="}),
        ("/c1/reports", {"version": "2.1", "public_key": key}),
    ):
        refused = ask("POST", f"/offline-clients{path}", told, expect=409)
        assert refused["type"].endswith(":offline-client-known")
        assert f"registered already, as {offline.client}" in refused["detail"]
        assert [each["pointer"] for each in refused["errors"]] == ["/public_key"]
    assert len(ask("GET", "/offline-clients")["items"]) == 2
    other = {**there, "public_key": Program().public_key}
    ask("POST", "/offline-clients", other, expect=201)
    ask("POST", "/offline-clients", there, by="admin.hillside", expect=201)
