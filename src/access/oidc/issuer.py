"""The issuer: what it publishes, asked over HTTP, and whether a token is its own."""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cached_property
from ssl import SSLContext
from time import monotonic
from typing import Any
from urllib.parse import quote_plus, urlencode

import httpx2
from authlib.integrations.base_client import OAuthError
from authlib.integrations.httpx_client import OAuth2Client
from authlib.oauth2.auth import ClientAuth, encode_client_secret_basic
from joserfc import jwt
from joserfc.errors import (
    BadSignatureError,
    ClaimError,
    ExpiredTokenError,
    InvalidKeyIdError,
    JoseError,
    MissingClaimError,
    UnsupportedAlgorithmError,
)
from joserfc.jwk import JWKRegistry, Key, KeySet

from access.accounts import SignedInUser, find_user
from access.oidc.published import Published
from access.oidc.refusals import IssuerUnavailable, UserOfIssuerUnknown
from access.oidc.registration import IssuerRegistration
from aggregates.centres.user import fold_user_name
from commands.command import CommandContext

ALGORITHMS = (
    *("RS256", "RS384", "RS512", "PS256", "PS384", "PS512"),
    *("ES256", "ES384", "ES512", "Ed25519", "EdDSA"),
)
"""How tokens may be signed: with a private key that the issuer alone has."""

LEEWAY = 60
"""How many seconds the issuer's clock may be wrong by (d)."""

LARGEST_ANSWER = 512 * 1024
UNREADABLE = (JoseError, ValueError, TypeError, KeyError)
"""What joserfc raises of a token that is none."""


@dataclass(frozen=True, kw_only=True)
class IssuerPatience:
    """Timeouts in seconds: to connect, between two reads, and for one answer (d)."""

    connect: float = 3.0
    read: float = 5.0
    whole: float = 8.0


class _Bounded(httpx2.SyncByteStream):
    """The body of an answer, up to a size and a moment."""

    def __init__(self, stream: httpx2.SyncByteStream, until: float) -> None:
        self._stream, self._until = stream, until

    def __iter__(self) -> Iterator[bytes]:
        read = 0
        for part in self._stream:
            read += len(part)
            if read > LARGEST_ANSWER or monotonic() > self._until:
                raise httpx2.ReadError("The answer is too large or too slow.")
            yield part

    def close(self) -> None:
        self._stream.close()


class Issuer:
    """An OpenID Connect issuer that this service is registered with; safe for threads."""

    def __init__(
        self,
        registration: IssuerRegistration,
        *,
        patience: IssuerPatience | None = None,
    ) -> None:
        self.registration = registration
        self._patience = patience or IssuerPatience()
        self.metadata = Published(self._fetch_metadata)
        self.keys = Published(self._fetch_keys)

    @cached_property
    def _trust(self) -> SSLContext:
        return httpx2.create_ssl_context()

    def client(self) -> OAuth2Client:
        """Make a client for one exchange: it holds the token that it gets."""
        client = OAuth2Client(
            client_id=self.registration.client_id,
            client_secret=self.registration.client_secret,
            redirect_uri=self.registration.redirect_uri,
            code_challenge_method="S256",
            verify=self._trust,
            timeout=httpx2.Timeout(self._patience.read, connect=self._patience.connect),
            follow_redirects=False,
            event_hooks={"response": [self._limit_body]},
        )
        client.register_client_auth_method(("client_secret_basic", encode_basic))
        return client

    def get_json(self, client: OAuth2Client, url: str, **how: Any) -> dict[str, Any]:
        """Ask for a JSON object. Raises IssuerUnavailable."""
        try:
            with unavailable_if_failed():
                answer = client.request("GET", url, **how)
                answer.raise_for_status()
                return dict(answer.json())
        except OAuthError as error:
            raise IssuerUnavailable from error

    def end_session_address(self) -> str | None:
        """Give where people sign out at the issuer, and come back to our page after it.

        None if it has no such page, or does not answer (RP-Initiated Logout 1.0).
        """
        try:
            end = str(self.metadata.get().get("end_session_endpoint", ""))
        except IssuerUnavailable:
            return None
        scheme = self.registration.issuer.partition("://")[0]
        if not end.startswith((f"{scheme}://", "https://")):
            return None
        asked = {
            "client_id": self.registration.client_id,
            "post_logout_redirect_uri": self.registration.redirect_uri.removesuffix(
                "/return"
            ),
        }
        return f"{end}{'&' if '?' in end else '?'}{urlencode(asked)}"

    def decode(self, token: str) -> jwt.Token:
        """Read a token that the issuer signed; its keys are fetched again for a new one.

        Raises one of UNREADABLE, or IssuerUnavailable.
        """
        try:
            return jwt.decode(token, self.keys.get(), ALGORITHMS)
        except InvalidKeyIdError:
            return jwt.decode(token, self.keys.get(newer=True), ALGORITHMS)

    def _limit_body(self, response: httpx2.Response) -> None:
        assert isinstance(response.stream, httpx2.SyncByteStream)  # noqa: S101 - a client that waits
        until = monotonic() + self._patience.whole
        response.stream = _Bounded(response.stream, until)

    def _fetch_metadata(self) -> Mapping[str, Any]:
        url = f"{self.registration.issuer.rstrip('/')}/.well-known/openid-configuration"
        with self.client() as client:
            given = self.get_json(client, url, withhold_token=True)
        with unavailable_if_failed():
            require_own_metadata(given, self.registration.issuer)
        return given

    def _fetch_keys(self) -> KeySet:
        url = self.metadata.get()["jwks_uri"]
        with self.client() as client:
            given = self.get_json(client, url, withhold_token=True)
        with unavailable_if_failed():
            return KeySet([*importable_keys(given["keys"])])


def encode_basic(
    client: ClientAuth, method: str, uri: str, headers: Any, body: Any
) -> tuple[str, Any, Any]:
    """Write client_secret_basic with both parts encoded (RFC 6749, 2.3.1)."""
    encoded = ClientAuth(quote_plus(client.client_id), quote_plus(client.client_secret))
    written: tuple[str, Any, Any] = encode_client_secret_basic(
        encoded, method, uri, headers, body
    )
    return written


def require_own_metadata(given: Mapping[str, Any], issuer: str) -> None:
    """Raise ValueError unless it is that issuer's, and its addresses are as safe."""
    if given.get("issuer") != issuer:
        raise ValueError(f"It says that it is {given.get('issuer')}, not {issuer}.")
    scheme = issuer.partition("://")[0]
    for name in ("authorization_endpoint", "token_endpoint", "jwks_uri"):
        if not str(given.get(name)).startswith((f"{scheme}://", "https://")):
            raise ValueError(f"Its {name} is {given.get(name)}.")


def importable_keys(given: list[Any]) -> Iterator[Key]:
    """Read the keys that are of a kind we know."""
    for each in given:
        try:
            yield JWKRegistry.import_key(each)
        except UNREADABLE:
            continue


@contextmanager
def unavailable_if_failed() -> Iterator[None]:
    """Raise IssuerUnavailable for all that can be wrong with an answer over HTTP."""
    try:
        yield
    except (httpx2.HTTPError, httpx2.StreamError, *UNREADABLE) as error:
        raise IssuerUnavailable from error


def describe_fault(error: Exception) -> str:
    """Say what is wrong with a token, as the end of a sentence."""
    match error:
        case ExpiredTokenError():
            return "it has expired"
        case MissingClaimError():
            return f"it does not say {error.claim}"
        case ClaimError():
            return f"its {error.claim} is not the one expected"
        case BadSignatureError() | InvalidKeyIdError():
            return "it is not signed by a key of the issuer"
        case UnsupportedAlgorithmError():
            return "it is signed in a way that is not accepted"
        case _:
            return "it cannot be read"


def user_name_in(claims: Mapping[str, Any], claim: str) -> str | None:
    """Give the name of a user that the claims hold, as users are named here.

    An address of e-mail counts once the issuer has verified it.
    """
    given = claims.get(claim)
    if claim == "email" and claims.get("email_verified") is not True:
        return None
    return fold_user_name(given) or None if isinstance(given, str) else None


def require_user(context: CommandContext, name: str) -> SignedInUser:
    """Find the local user, whose role and centre hold. Raises UserOfIssuerUnknown."""
    user = find_user(context, name)
    if user is None:
        raise UserOfIssuerUnknown(name=name)
    return SignedInUser.of(user)
