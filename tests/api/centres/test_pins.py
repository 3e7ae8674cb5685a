"""PINs: five wrong tries, a lock, a new one and what it costs (B14)."""

from concurrent.futures import ThreadPoolExecutor

from access import pins
from aggregates.centres.pin import Proof
from events.centres.pin import PinRefused, PinSet
from service import Service
from store import Actor
from tests.api.bookings import booking_centre, offline_centre
from tests.api.bookings.booking_centre import API, Ask
from tests.api.bookings.offline_centre import (
    OTHER,
    PASSWORD,
    PIN,
    WRONG,
    Offline,
    failed,
    give_password,
    recorded,
)
from tests.api.running import ClientAs
from tests.clock import Clock

ask, learner = booking_centre.ask, booking_centre.learner
offline = offline_centre.offline


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
        return pins.prove(WRONG, context=service.context, by=by, at=service.clock())

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
    assert shown["message"].startswith("The new one made 4 packages")
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
