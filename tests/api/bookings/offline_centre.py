"""What tests of offline tests ask for: a booking, a PIN, an offline client that is fit."""

from dataclasses import dataclass
from typing import Any

import pytest

from access.passwords import hash_password
from cli.session import SERVICE
from commands.centres.user import SetPassword
from service import Service
from store import Recorded
from tests.api.bookings.booking_centre import API, Ask, book
from tests.api.running import ClientAs
from tests.offline_client import Program, answers

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
    kept = hash_password(PASSWORD, user=user)
    service.send(SetPassword(by=SERVICE, at=at, name=user, password_hash=kept))


def failed(ask: Ask, path: str, **params: str) -> list[str]:
    shown = ask("GET", f"{path}/package", params=params)
    assert [each["about"] for each in shown] == ["booking", "pin", "package", "client"]
    assert all(each["reason"] for each in shown)
    return [each["about"] for each in shown if not each["passes"]]
