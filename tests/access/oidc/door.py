"""Pages with a sign-in by an issuer, and somebody who goes to and fro."""

from dataclasses import dataclass
from typing import Any

from starlette.testclient import TestClient
from starlette.types import ASGIApp

from access.oidc.issuer import Issuer
from access.oidc.registration import IssuerRegistration
from service import Service
from tests.web.pages import Opened, Person
from transport.metrics import Metrics
from web.app import ROUTERS, create_pages
from web.centres import issuer_sign_in

HERE = "http://127.0.0.1"


def pages_with(
    service: Service, registration: IssuerRegistration, **other: Any
) -> ASGIApp:
    """Put pages before a service that people sign in to by an issuer."""
    return create_pages(
        service,
        metrics=Metrics(service),
        most_bytes=2**20,
        issuer=Issuer(registration),
        routers=(*ROUTERS, issuer_sign_in.pages),
        **({"public": HERE} | other),
    )


@dataclass(frozen=True, kw_only=True)
class Visitor(Person):
    """Somebody with a browser of their own."""

    @classmethod
    def at(cls, pages: ASGIApp, here: str = HERE) -> "Visitor":
        client = TestClient(pages, base_url=here, raise_server_exceptions=False)
        return cls(client=client)

    def begin(self, wanted: str = "/") -> str:
        """Ask to sign in; the address at the issuer that one is sent to."""
        answer = self.client.get(
            "/sign-in/issuer", params={"next": wanted}, follow_redirects=False
        )
        return answer.headers["location"]

    def come_back(self, address: str) -> Opened:
        """Come back from the issuer, as from any other site."""
        return self.open(address.removeprefix(HERE))
