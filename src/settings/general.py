"""The settings of every installation."""

from datetime import timedelta
from pathlib import Path
from typing import Annotated

from pydantic import Field

from settings.parts import Part

HIGHEST_PORT = 65_535


def default_catalogue() -> Path:
    """Find the catalogue if none is set: ``catalogue`` in the working directory.

    Else the one that is shipped: within an installed package, or beside ``src``.
    """
    here = Path("catalogue")
    code = Path(__file__).resolve().parents[1]
    shipped = (code / "catalogue" / "shipped", code.parent / "catalogue")
    found = (
        folder for folder in (here, *shipped) if (folder / "qualifications").is_dir()
    )
    return next(found, here)


class GeneralSettings(Part):
    """Where records, files and the catalogue are, who may connect, and how often."""

    database: Annotated[
        str,
        Field(
            pattern=r"^(sqlite:///.+|postgres(ql)?://.+)$",
            description="sqlite:///folder, or postgresql://…",
        ),
    ] = "sqlite:///var"
    catalogue: Annotated[
        Path,
        Field(description="The folder of qualifications, products and centres."),
    ] = Field(default_factory=default_catalogue)
    keys: Annotated[
        Path, Field(description="The file of the master key; made if it is missing.")
    ] = Path("var/master.key")
    host: Annotated[str, Field(description="The address to listen at.")] = "127.0.0.1"
    port: Annotated[
        int,
        Field(ge=0, le=HIGHEST_PORT, description="The port to listen at, up to 65535."),
    ] = 8000
    processing_delay: Annotated[
        timedelta,
        Field(
            ge=timedelta(0),
            description="How long a submitted claim can be withdrawn, as PT15M.",
        ),
    ] = timedelta(minutes=15)
    retention: Annotated[
        int,
        Field(
            ge=0,
            le=100,
            description="How many years after their last award a learner's personal"
            " data are kept, up to 100: before, they cannot be erased.",
        ),
    ] = 0
    decision_seconds: Annotated[
        float,
        Field(
            gt=0,
            le=60,
            description="How many seconds deciding on eligibility may take, up to 60, as 2.",
        ),
    ] = 2.0
    rate: Annotated[
        str,
        Field(
            pattern=r"^[1-9][0-9]*/(second|minute|hour|day)$",
            description="How often one user may ask: 6000/minute.",
        ),
    ] = "6000/minute"
    cors_origins: Annotated[
        str,
        Field(
            pattern=r"^(https?://[^/\s,*]+(\s*,\s*https?://[^/\s,*]+)*)?$",
            description="Whose pages may ask: https://app.example.org, https://…",
        ),
    ] = ""
    public_url: Annotated[
        str,
        Field(
            pattern=r"^(https?://[^/\s]+)?$",
            description="The address that people open pages at, if it is not the host they"
            " ask: https://learners.example.org",
        ),
    ] = ""
    second_factor: Annotated[
        str,
        Field(
            pattern=r"^(optional|required)$",
            description="required: whoever signs in by password gives a code too;"
            " optional: if they turned that on.",
        ),
    ] = "optional"
    breached_passwords: Annotated[
        Path | None,
        Field(
            description="A file of the SHA-1 of passwords that were stolen elsewhere,"
            " ordered by hash: nobody may choose one of them."
        ),
    ] = None

    def origins(self) -> tuple[str, ...]:
        """List the origins whose pages may ask."""
        return tuple(each.strip() for each in self.cors_origins.split(",") if each)
