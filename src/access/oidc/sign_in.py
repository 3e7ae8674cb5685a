"""Signing in by the authorization code flow, with PKCE (RFC 6749, 7636, 9207)."""

import base64
import binascii
import hmac
import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from datetime import datetime, timedelta
from secrets import token_urlsafe
from typing import Any

import structlog
from authlib.integrations.base_client import OAuthError
from authlib.integrations.httpx_client import OAuth2Client
from authlib.oidc.core.claims import CodeIDToken

from access import throttle
from access.accounts import SignedInUser
from access.oidc.issuer import (
    LEEWAY,
    UNREADABLE,
    Issuer,
    describe_fault,
    require_user,
    unavailable_if_failed,
    user_name_in,
)
from access.oidc.refusals import (
    IdentityRefused,
    SignInStale,
    SignInUnfinished,
    UserOfIssuerUnknown,
)
from commands.command import CommandContext
from store import EventStore

LASTS = timedelta(minutes=10)
"""How long somebody may take at the issuer (d)."""

log = structlog.get_logger("oidc")


@dataclass(frozen=True, kw_only=True)
class SignInRequest:
    """A sign-in that was begun; the browser keeps it, under a MAC, until it ends.

    ``wanted`` is the page to go on to; ``begun`` the moment in seconds. ``proves`` is
    who is signed in already, and proves that it is still they.
    """

    state: str
    nonce: str
    verifier: str
    wanted: str
    begun: int
    proves: str = ""

    def pack(self, store: EventStore) -> str:
        """Write it for a cookie."""
        content = json.dumps(asdict(self)).encode()
        payload = base64.urlsafe_b64encode(content).decode()
        return f"{payload}.{_mac(store, payload)}"

    @classmethod
    def unpack(
        cls, cookie: str, store: EventStore, at: datetime
    ) -> "SignInRequest | None":
        """Read what ``pack`` wrote; None if it is not ours, or too old."""
        payload, _, mac = cookie.partition(".")
        if not hmac.compare_digest(mac.encode(), _mac(store, payload).encode()):
            return None
        try:
            request = cls(**json.loads(base64.urlsafe_b64decode(payload)))
        except (binascii.Error, ValueError, TypeError):
            return None
        age = at.timestamp() - request.begun
        return request if age <= LASTS.total_seconds() else None


def _mac(store: EventStore, payload: str) -> str:
    return store.make_key(f"sign-in request {payload}")


def begin(
    issuer: Issuer, *, wanted: str, at: datetime, anew: bool = False, proves: str = ""
) -> tuple[str, SignInRequest]:
    """Give the address at the issuer to send somebody to, and what is to be kept.

    ``anew`` has the issuer ask who they are, though somebody be signed in there; so does
    ``proves``, the user who is to prove that it is they, and the issuer then says when it
    asked. Raises IssuerUnavailable.
    """
    request = SignInRequest(
        state=token_urlsafe(32),
        nonce=token_urlsafe(32),
        verifier=token_urlsafe(48),
        wanted=wanted,
        begun=int(at.timestamp()),
        proves=proves,
    )
    by_mail = issuer.registration.user_claim == "email"
    with issuer.client() as client:
        address, _ = client.create_authorization_url(
            issuer.metadata.get()["authorization_endpoint"],
            state=request.state,
            code_verifier=request.verifier,
            nonce=request.nonce,
            **({"prompt": "login"} if anew or proves else {}),
            **({"max_age": "0"} if proves else {}),
            scope="openid profile email" if by_mail else "openid profile",
        )
    return str(address), request


def finish(
    context: CommandContext,
    issuer: Issuer,
    request: SignInRequest | None,
    answer: Mapping[str, str],
    *,
    address: str,
    at: datetime,
) -> SignedInUser:
    """Let somebody in who comes back from the issuer with its answer.

    ``address`` is the client's. Whom this service does not know is recorded as other
    refused sign-ins are. Raises a SignInRefusal or IssuerUnavailable.
    """
    if request is None or not hmac.compare_digest(
        answer.get("state", "").encode(), request.state.encode()
    ):
        raise SignInStale
    try:
        name = _find_name(issuer, request, answer, at)
    except IdentityRefused as refused:
        log.warning("identity refused", why=refused.values["why"])
        raise
    if request.proves and name != request.proves:
        raise IdentityRefused(why=f"it knows you as {name}, not as {request.proves}")
    try:
        return require_user(context, name)
    except UserOfIssuerUnknown:
        throttle.count_if_few(context, name=name, address=address, at=at)
        raise


def _find_name(
    issuer: Issuer, request: SignInRequest, answer: Mapping[str, str], at: datetime
) -> str:
    metadata, registration = issuer.metadata.get(), issuer.registration
    says_who = metadata.get("authorization_response_iss_parameter_supported") is True
    if (
        answer.get("iss", None if says_who else registration.issuer)
        != registration.issuer
    ):
        raise IdentityRefused(why="it does not come from that service")
    if not answer.get("code"):
        raise SignInUnfinished
    with issuer.client() as client:
        tokens = _exchange(issuer, client, request, answer["code"])
        claims = _read_identity(issuer, tokens, request, at)
        claim = registration.user_claim
        name = user_name_in(claims, claim)
        if name is None and (more := metadata.get("userinfo_endpoint")):
            said = issuer.get_json(client, more)
            if said.get("sub") != claims["sub"]:
                raise IdentityRefused(why="it speaks of two persons")
            name = user_name_in(said, claim)
    if name is None:
        raise IdentityRefused(why=f"it does not say who you are ({claim})")
    return name


def _exchange(
    issuer: Issuer, client: OAuth2Client, request: SignInRequest, code: str
) -> Mapping[str, Any]:
    """Give the code for tokens. Raises SignInStale if it is used, old or no code."""
    metadata = issuer.metadata.get()
    ways = metadata.get("token_endpoint_auth_methods_supported", [])
    if ways and "client_secret_basic" not in ways:
        client.token_endpoint_auth_method = "client_secret_post"  # noqa: S105 - a method
    try:
        with unavailable_if_failed():
            tokens: Mapping[str, Any] = client.fetch_token(
                metadata["token_endpoint"], code=code, code_verifier=request.verifier
            )
    except OAuthError as refused:
        log.warning("issuer refuses the code", error=refused.error)
        if refused.error == "invalid_grant":
            raise SignInStale from None
        raise IdentityRefused(why="it does not know this service") from None
    return tokens


def _read_identity(
    issuer: Issuer, tokens: Mapping[str, Any], request: SignInRequest, at: datetime
) -> Mapping[str, Any]:
    """Read the ID token, and have all that it must say be right."""
    registration = issuer.registration
    try:
        token = issuer.decode(str(tokens["id_token"]))
        claims = CodeIDToken(
            token.claims,
            token.header,
            {
                "iss": {"essential": True, "value": registration.issuer},
                "aud": {"essential": True, "value": registration.client_id},
            },
            {
                "nonce": request.nonce,
                "client_id": registration.client_id,
                "access_token": tokens.get("access_token"),
            },
        )
        claims.validate(int(at.timestamp()), LEEWAY)
    except UNREADABLE as error:
        raise IdentityRefused(why=describe_fault(error)) from None
    read: Mapping[str, Any] = claims
    if request.proves and not asked_since(read.get("auth_time"), request.begun):
        raise IdentityRefused(why="it did not ask you anew who you are")
    return read


def asked_since(auth_time: object, begun: int) -> bool:
    """Tell whether the issuer asked who somebody is after a sign-in was begun."""
    is_number = isinstance(auth_time, int | float)
    return is_number and float(str(auth_time)) >= begun - LEEWAY
