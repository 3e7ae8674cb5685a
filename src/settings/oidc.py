"""The settings for signing in by an OpenID Connect issuer."""

from pathlib import Path
from typing import Annotated

from pydantic import Field, SecretStr

from settings.parts import Part, variable


class OidcSettings(Part):
    """The issuer by which people may sign in, and our identity there."""

    oidc_issuer: Annotated[
        str | None,
        Field(
            pattern=r"^(https://[^\s?#]+|http://(127\.0\.0\.1|localhost)(:[0-9]+)?(/[^\s?#]*)?)$",
            description="The OpenID Connect issuer that people may sign in by, exactly"
            " as it writes itself: https://login.example.org",
        ),
    ] = None
    oidc_client_id: Annotated[
        str | None, Field(min_length=1, description="Who we are to the issuer.")
    ] = None
    oidc_client_secret: Annotated[
        SecretStr | None, Field(min_length=1, description="Our secret at the issuer.")
    ] = None
    oidc_client_secret_file: Annotated[
        Path | None, Field(description="A file of that secret, in its place.")
    ] = None
    oidc_user_claim: Annotated[
        str,
        Field(
            min_length=1,
            description="The claim that is a user's name here, as preferred_username:"
            " one that people cannot change at the issuer themselves.",
        ),
    ] = "preferred_username"
    oidc_audience: Annotated[
        str | None,
        Field(
            min_length=1,
            description="What access tokens of the issuer are made out to, for the API"
            " to take them; not the client id.",
        ),
    ] = None

    def oidc_faults(self) -> dict[str, str]:
        """Return what is missing or unusable in the settings for the issuer, by variable."""
        issuer = variable("oidc_issuer")
        needed = ("oidc_client_id", "oidc_client_secret", "public_url")
        others = (*needed[:2], "oidc_audience")
        if self.oidc_issuer is None:
            unread = (name for name in others if getattr(self, name) is not None)
            return {
                variable(n): f"is of no use while {issuer} is not set." for n in unread
            }
        faults = {
            variable(name): f"is not set, and {issuer} is. {self.describe(name)}"
            for name in needed
            if not getattr(self, name)
        }
        if self.oidc_audience and self.oidc_audience == self.oidc_client_id:
            faults[variable("oidc_audience")] = (
                "is the client id: whoever is told by the issuer who somebody is could then"
                " act as them. Have the issuer make access tokens out to another name."
            )
        return faults
