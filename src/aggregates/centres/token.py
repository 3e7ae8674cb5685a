"""Tokens: the bearer tokens with which users call the API."""

from dataclasses import dataclass, replace
from datetime import datetime
from typing import Self, TypeAlias, assert_never

from aggregates.aggregate import Aggregate
from events.centres.token import TokenIssued, TokenRevoked

TokenEvent: TypeAlias = TokenIssued | TokenRevoked


@dataclass(frozen=True, kw_only=True)
class Token(Aggregate):
    """A token of a user, valid until it expires or is revoked."""

    id: str
    user: str
    digest: str
    expires_at: datetime | None
    is_revoked: bool = False

    @classmethod
    def begin(cls, event: TokenIssued) -> Self:
        return cls(
            id=event.token,
            user=event.user,
            digest=event.digest,
            expires_at=event.expires_at,
        )

    def apply(self, event: TokenEvent) -> Self:
        match event:
            case TokenRevoked():
                return replace(self, is_revoked=True)
            case TokenIssued():
                raise ValueError(f"The token {self.id} was issued twice.")
            case _:
                assert_never(event)

    def is_good(self, now: datetime) -> bool:
        """Whether the token is valid at this moment."""
        return not self.is_revoked and (
            self.expires_at is None or now < self.expires_at
        )

    def revoke(self) -> list[TokenRevoked]:
        """Revoke the token."""
        return [] if self.is_revoked else [TokenRevoked()]
