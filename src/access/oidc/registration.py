"""What was agreed with the issuer."""

from dataclasses import dataclass, field


@dataclass(frozen=True, kw_only=True)
class IssuerRegistration:
    """How this service is registered with an OpenID Connect issuer.

    ``user_claim`` names the claim that holds a user's name here, which people must not
    be able to choose for themselves at the issuer. ``audience`` is what access tokens
    for the API are made out to; without it none are taken.
    """

    issuer: str
    client_id: str
    client_secret: str = field(repr=False)
    redirect_uri: str
    user_claim: str
    audience: str | None = None
