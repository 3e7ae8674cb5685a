"""Access tokens of the issuer, by which programs call the API (RFC 9068)."""

from datetime import datetime

from authlib.oauth2.claims import JWTClaims

from access.accounts import SignedInUser
from access.oidc.issuer import (
    LEEWAY,
    UNREADABLE,
    Issuer,
    describe_fault,
    require_user,
    user_name_in,
)
from access.oidc.refusals import AccessTokenRefused, UserOfIssuerUnknown
from commands.command import CommandContext


class AccessTokens:
    """Says whose an access token is that the issuer made out to ``audience``."""

    def __init__(self, issuer: Issuer, *, audience: str) -> None:
        self._issuer = issuer
        self._required = {
            "iss": {"essential": True, "value": issuer.registration.issuer},
            "aud": {"essential": True, "value": audience},
            **{name: {"essential": True} for name in ("sub", "exp", "iat")},
        }

    def is_one(self, token: str) -> bool:
        """Tell whether it is written as a signed token is, unlike our own."""
        return token.count(".") == 2  # noqa: PLR2004 - header, claims, signature

    def holder(self, context: CommandContext, token: str, at: datetime) -> SignedInUser:
        """Find the local user, whose role and centre hold.

        Raises AccessTokenRefused with what is wrong, or IssuerUnavailable.
        """
        try:
            read = self._issuer.decode(token)
            claims = JWTClaims(read.claims, read.header, self._required)
            claims.validate(int(at.timestamp()), LEEWAY)
        except UNREADABLE as error:
            raise AccessTokenRefused(why=describe_fault(error)) from None
        claim = self._issuer.registration.user_claim
        name = user_name_in(claims, claim)
        if name is None:
            raise AccessTokenRefused(why=f"it does not say whose it is ({claim})")
        try:
            return require_user(context, name)
        except UserOfIssuerUnknown:
            why = "there is no such user here, or they are disabled"
            raise AccessTokenRefused(why=why) from None
