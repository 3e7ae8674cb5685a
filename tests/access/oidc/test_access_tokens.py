"""Access tokens of an issuer at the API: a real one's, and forged ones."""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from http import HTTPStatus
from typing import Any

import pytest
from fastapi.testclient import TestClient
from httpx2 import Response

from access.oidc.access_tokens import AccessTokens
from access.oidc.issuer import Issuer
from access.oidc.registration import IssuerRegistration
from api.app import create_app
from cli.demo.users import token_of
from service import Service
from tests.access.oidc.forger import CLIENT, KEY, forging, without_signature
from tests.access.oidc.server import AUDIENCE, IssuerServer
from tests.access.oidc.test_forged import ANOTHER, signed
from tests.web.pages import WebSite

NAME = "admin.riverside"


def ask(client: TestClient, token: str, path: str = "/api/v1/me") -> Response:
    return client.get(path, headers={"Authorization": f"Bearer {token}"})


@contextmanager
def api(
    service: Service, registration: IssuerRegistration, audience: str = AUDIENCE
) -> Iterator[TestClient]:
    tokens = AccessTokens(Issuer(registration), audience=audience)
    with TestClient(create_app(service, access_tokens=tokens)) as client:
        yield client


def test_a_token_of_a_real_issuer_is_that_of_the_local_user(
    site: WebSite, issuer: IssuerServer
) -> None:
    with api(site.service, issuer.registration()) as client:
        token = issuer.access_token(NAME)
        assert ask(client, token).json()["name"] == NAME
        assert ask(client, token).json()["role"] == "Centre Administrator"
        own = token_of(site.service, "auditor")
        assert ask(client, own).json()["name"] == "auditor", "our own go on"
        machine = ask(client, issuer.access_token("invoicing"), "/api/v1/learners")
        assert machine.status_code == HTTPStatus.FORBIDDEN, "by the same table"


def test_a_token_of_nobody_here_or_for_another_service_is_refused(
    site: WebSite, issuer: IssuerServer
) -> None:
    with api(site.service, issuer.registration()) as client:
        said = ask(client, issuer.access_token("nobody"))
        assert said.status_code == HTTPStatus.UNAUTHORIZED
        assert said.json()["type"].endswith(":access-token-refused")
        assert "there is no such user here, or they are disabled" in said.text
        assert "Bearer" in said.headers["WWW-Authenticate"]
    with api(site.service, issuer.registration(), "another-service") as client:
        said = ask(client, issuer.access_token(NAME))
        assert "its aud is not the one expected" in said.json()["detail"]


def test_without_an_issuer_no_such_token_is_taken(
    site: WebSite, issuer: IssuerServer
) -> None:
    with TestClient(create_app(site.service)) as client:
        said = ask(client, issuer.access_token(NAME))
        assert said.status_code == HTTPStatus.UNAUTHORIZED


CHANGED: tuple[tuple[Mapping[str, Any], str], ...] = (
    ({"aud": CLIENT}, "its aud is not"),
    ({"aud": None}, "it does not say aud"),
    ({"iss": "https://elsewhere.example"}, "its iss is not"),
    ({"exp": 1_000_000_000}, "it has expired"),
    ({"exp": None}, "it does not say exp"),
    ({"nbf": 9_000_000_000}, "its nbf is not"),
    ({"sub": None}, "it does not say sub"),
    ({"preferred_username": 5}, "it does not say whose it is"),
    ({"preferred_username": ""}, "it does not say whose it is"),
)


def test_what_is_forged_or_stale_is_refused_with_what_is_wrong(site: WebSite) -> None:
    with forging() as forger, api(site.service, forger.registration()) as client:
        at = int(site.service.clock().timestamp())
        claims: dict[str, Any] = {
            "iss": forger.address,
            "aud": [AUDIENCE, "another"],
            "sub": "1",
            "exp": at + 60,
            "iat": at,
            "preferred_username": NAME,
        }
        assert ask(client, signed(claims, KEY)).status_code == HTTPStatus.OK
        forged = [
            *((signed(claims | dict(each), KEY), why) for each, why in CHANGED),
            (signed(claims, ANOTHER), "not signed by a key of the issuer"),
            (without_signature(claims), "signed in a way that is not accepted"),
            ("a.b.c", "it cannot be read"),
            ("..", "it cannot be read"),
            ("e30.e30.e30", "it cannot be read"),
            ("eyJhbGciOjV9.W10.AA", "it cannot be read"),
        ]
        for token, why in forged:
            said = ask(client, token)
            assert said.status_code == HTTPStatus.UNAUTHORIZED, token
            assert why in said.json()["detail"], (token, said.text)


@pytest.mark.parametrize("before", [True, False])
def test_an_outage_of_the_issuer_is_outlived(site: WebSite, *, before: bool) -> None:
    """What it published is kept; what was never had makes a 503, for its tokens alone."""
    with forging() as forger, api(site.service, forger.registration()) as client:
        at = int(site.service.clock().timestamp())
        token = signed(
            {
                "iss": forger.address,
                "aud": AUDIENCE,
                "sub": "1",
                "exp": at + 60,
                "iat": at,
                "preferred_username": NAME,
            },
            KEY,
        )
        if before:
            assert ask(client, token).status_code == HTTPStatus.OK
        forger.answers.clear()
        said = ask(client, token)
        if before:
            assert said.status_code == HTTPStatus.OK
        else:
            assert said.status_code == HTTPStatus.SERVICE_UNAVAILABLE
            assert said.headers["Retry-After"]
        own = ask(client, token_of(site.service, NAME))
        assert own.status_code == HTTPStatus.OK
