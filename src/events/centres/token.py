"""What can happen to a token, with which a user calls the API."""

from datetime import datetime

from events.event import Event


class TokenIssued(Event, topic="token.issued"):
    """The user may call the API with this token; only its digest is kept."""

    token: str
    user: str
    digest: str
    label: str
    expires_at: datetime | None


class TokenRevoked(Event, topic="token.revoked"):
    """The token is no longer valid."""
