"""Credentials: the security schemes of the OpenAPI document."""

from fastapi import Request
from fastapi.openapi.models import APIKey, APIKeyIn, HTTPBearer
from fastapi.security.base import SecurityBase


class BearerToken(SecurityBase):
    """The token of an ``Authorization: Bearer`` header (RFC 6750)."""

    scheme_name = "token"
    model = HTTPBearer(
        description="A personal token: POST /api/v1/tokens gives one. Or, where the"
        " service is set so, an access token (JWT) of its OpenID Connect issuer."
    )

    def __call__(self, request: Request) -> str | None:
        """Return the token; None if there is none, or another scheme."""
        scheme, _, token = request.headers.get("authorization", "").partition(" ")
        return token.strip() or None if scheme.lower() == "bearer" else None


class TicketParameter(SecurityBase):
    """A ticket as a query parameter; only routes of event streams accept it."""

    scheme_name = "ticket"
    model = APIKey.model_validate(
        {
            "in": APIKeyIn.query,
            "name": "ticket",
            "description": "For a browser's EventSource: POST /api/v1/me/stream-tickets"
            " gives one.",
        }
    )

    def __call__(self) -> None:
        """Only declare it: ``current_user`` reads it if no token is sent."""


bearer_token = BearerToken()
stream_ticket = TicketParameter()
