"""What an issuer says that is forged, stale, meant for others, or no answer at all."""

import socket
from collections.abc import Iterator, Mapping
from typing import Any

import pytest
from joserfc import jwt
from joserfc.jwk import OctKey, RSAKey

from access.oidc import published
from access.oidc.issuer import Issuer, IssuerPatience
from access.oidc.refusals import IssuerUnavailable
from tests.access.oidc.door import HERE, Visitor, pages_with
from tests.access.oidc.forger import CLIENT, KEY, Forger, forging, without_signature
from tests.web.pages import Opened, WebSite

NAME = "admin.riverside"
ANOTHER = RSAKey.generate_key(2048, auto_kid=True)


@pytest.fixture
def forger() -> Iterator[Forger]:
    with forging() as opened:
        yield opened


def claims_of(forger: Forger, site: WebSite, nonce: str) -> dict[str, Any]:
    at = int(site.service.clock().timestamp())
    return {
        "iss": forger.address,
        "aud": CLIENT,
        "sub": "1",
        "exp": at + 300,
        "iat": at,
        "nonce": nonce,
        "preferred_username": NAME,
    }


def signed(
    claims: Mapping[str, Any], key: RSAKey | OctKey, algorithm: str = "RS256"
) -> str:
    header = {"alg": algorithm, "kid": key.kid}
    return jwt.encode(header, dict(claims), key, [algorithm])


def come_back(forger: Forger, site: WebSite, make: Any) -> Opened:
    """Go to the issuer and come back, with the ID token that ``make`` gives for a nonce."""
    person = Visitor.at(pages_with(site.service, forger.registration()))
    there = dict(
        each.split("=") for each in person.begin("/claims").partition("?")[2].split("&")
    )
    forger.give(make(claims_of(forger, site, there["nonce"])))
    return person.come_back(f"/sign-in/return?code=c&state={there['state']}")


def test_what_is_as_it_must_be_is_taken(forger: Forger, site: WebSite) -> None:
    page = come_back(forger, site, lambda claims: signed(claims, KEY))
    assert page.address == f"{HERE}/claims", page.text


@pytest.mark.parametrize(
    ("changed", "why"),
    [
        ({"nonce": "another"}, "its nonce is not the one expected"),
        ({"nonce": None}, "its nonce is not the one expected"),
        ({"aud": "somebody-else"}, "its aud is not the one expected"),
        ({"aud": [CLIENT, "somebody-else"]}, "it does not say azp"),
        ({"azp": "somebody-else"}, "its azp is not the one expected"),
        ({"iss": "https://elsewhere.example"}, "its iss is not the one expected"),
        ({"iss": None}, "it does not say iss"),
        ({"exp": 1_000_000_000}, "it has expired"),
        ({"exp": "soon"}, "its exp is not the one expected"),
        ({"iat": 9_000_000_000}, "its iat is not the one expected"),
        ({"sub": None}, "its sub is not the one expected"),
        ({"preferred_username": None}, "it does not say who you are"),
        ({"preferred_username": {"a": 1}}, "it does not say who you are"),
    ],
)
def test_what_is_not_said_to_us_now_is_refused(
    forger: Forger, site: WebSite, changed: Mapping[str, Any], why: str
) -> None:
    page = come_back(forger, site, lambda claims: signed(claims | changed, KEY))
    assert why in page.text
    assert page.form("/sign-in").values["next"] == "/claims"


def test_what_another_key_signed_is_refused(forger: Forger, site: WebSite) -> None:
    as_ours = RSAKey.import_key({**ANOTHER.as_dict(private=True), "kid": str(KEY.kid)})
    shared = OctKey.generate_key(256, {"kid": str(KEY.kid)})
    for make, why in (
        (lambda claims: signed(claims, ANOTHER), "not signed by a key of the issuer"),
        (lambda claims: signed(claims, as_ours), "not signed by a key of the issuer"),
        (without_signature, "signed in a way that is not accepted"),
        (lambda claims: signed(claims, shared, "HS256"), "not accepted"),
        (lambda _: "no token", "it cannot be read"),
        (lambda _: "a.b.c", "it cannot be read"),
        (lambda _: "e30.e30.e30", "it cannot be read"),
    ):
        assert why in come_back(forger, site, make).text


def test_keys_are_fetched_again_once_for_a_key_that_is_not_known(
    forger: Forger, site: WebSite, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(published, "PAUSE", 0.0)
    come_back(forger, site, lambda claims: signed(claims, ANOTHER))
    assert forger.asked.count("/keys") == 2


@pytest.mark.parametrize(
    ("path", "said"),
    [
        ("/.well-known/openid-configuration", None),
        ("/.well-known/openid-configuration", b"<html>"),
        ("/.well-known/openid-configuration", b"[1]"),
        ("/.well-known/openid-configuration", {"issuer": "https://elsewhere.example"}),
        ("/.well-known/openid-configuration", b" " * 600_000),
        ("/keys", None),
        ("/keys", {"keys": 5}),
        ("/token", None),
        ("/token", b"[]"),
    ],
)
def test_an_answer_that_is_none_is_an_outage(
    forger: Forger, site: WebSite, path: str, said: object
) -> None:
    person = Visitor.at(pages_with(site.service, forger.registration()))
    forger.answers[path] = said
    if path.startswith("/.well-known"):
        page = person.open("/sign-in/issuer")
    else:
        state = person.begin().partition("state=")[2].partition("&")[0]
        forger.give(signed(claims_of(forger, site, "x"), KEY))
        forger.answers[path] = said
        page = person.come_back(f"/sign-in/return?code=c&state={state}")
    assert page.status == 503
    assert "does not answer just now" in page.text


def test_an_unsafe_address_is_not_gone_to(forger: Forger) -> None:
    for unsafe in ("javascript:alert(1)", "ftp://elsewhere.example", None):
        forger.publish(authorization_endpoint=unsafe)
        with pytest.raises(IssuerUnavailable):
            Issuer(forger.registration()).metadata.get()


def test_an_issuer_that_is_slow_is_not_waited_for(forger: Forger) -> None:
    with socket.create_server(("127.0.0.1", 0)) as silent:
        forger.address = f"http://127.0.0.1:{silent.getsockname()[1]}"
        issuer = Issuer(forger.registration(), patience=IssuerPatience(read=0.05))
        with pytest.raises(IssuerUnavailable):
            issuer.metadata.get()


def test_two_persons_in_one_answer_are_nobody(forger: Forger, site: WebSite) -> None:
    forger.publish(userinfo_endpoint=f"{forger.address}/me")
    forger.answers["/me"] = {"sub": "2", "preferred_username": "auditor"}
    page = come_back(
        forger,
        site,
        lambda claims: signed(claims | {"preferred_username": None}, KEY),
    )
    assert "speaks of two persons" in page.text
