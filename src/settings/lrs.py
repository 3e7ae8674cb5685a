"""The settings for asking the Learning Records Service."""

from pathlib import Path
from typing import Annotated

from pydantic import Field, SecretStr

from settings.parts import Part, variable

LRS_OFF, LRS_SIMULATED = "off", "simulator"
LRS_PASSWORD_LENGTH = 16
NEEDED_BY_LRS = ("lrs_ukprn", "lrs_user", "lrs_password", "lrs_certificate", "lrs_key")


class LrsSettings(Part):
    """The address of the Learning Records Service, and our identity there."""

    lrs: Annotated[
        str,
        Field(
            pattern=r"^(off|simulator(:.+)?|https://.+)$",
            description="The Learning Records Service: its https:// address, or"
            " simulator, or simulator:FILE of what it knows, or off.",
        ),
    ] = LRS_SIMULATED
    lrs_ukprn: Annotated[
        str | None,
        Field(pattern=r"^[0-9]{8}$", description="Our UKPRN: eight digits."),
    ] = None
    lrs_user: Annotated[
        str | None,
        Field(min_length=1, max_length=35, description="Who asks LRS: a user's name."),
    ] = None
    lrs_password: Annotated[
        SecretStr | None,
        Field(description="The organisation's password at LRS: sixteen characters."),
    ] = None
    lrs_password_file: Annotated[
        Path | None, Field(description="A file of that password, in its place.")
    ] = None
    lrs_certificate: Annotated[
        Path | None, Field(description="The certificate that we show LRS, as PEM.")
    ] = None
    lrs_key: Annotated[
        Path | None, Field(description="The key of that certificate, as PEM.")
    ] = None
    lrs_authority: Annotated[
        Path | None,
        Field(
            description="Who signs LRS's own certificate, if not a public authority."
        ),
    ] = None

    def lrs_faults(self) -> dict[str, str]:
        """Return what is missing or wrong, by variable, if ``lrs`` is a real address."""
        if not self.lrs.startswith("https://"):
            return {}
        faults = {
            variable(
                name
            ): f"is not set, and LRS is asked for real. {self.describe(name)}"
            for name in NEEDED_BY_LRS
            if getattr(self, name) is None
        }
        password = self.lrs_password
        if password and len(password.get_secret_value()) != LRS_PASSWORD_LENGTH:
            name = "lrs_password"
            faults[variable(name)] = f"cannot be used. Give: {self.describe(name)}"
        return faults
