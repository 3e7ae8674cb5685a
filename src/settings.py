"""The settings, from environment variables. Only what starts a process reads them."""

import os
from collections.abc import Iterator, Mapping
from datetime import timedelta
from difflib import get_close_matches
from pathlib import Path
from typing import Annotated, Any

from pydantic import Field, SecretStr, ValidationError
from pydantic_settings import BaseSettings, SettingsConfigDict

PREFIX = "LEARNER_MANAGEMENT_"
CALLER_SETTINGS = ("url", "token")
"""Settings that the command ``call`` reads, and the service does not."""
HIGHEST_PORT = 65_535
LRS_OFF, LRS_SIMULATED = "off", "simulator"
LRS_PASSWORD_LENGTH = 16
NEEDED_BY_LRS = ("lrs_ukprn", "lrs_user", "lrs_password", "lrs_certificate", "lrs_key")

SECRETS = ("lrs_password", "kafka_password", "oidc_client_secret")
"""Settings that a file may hold, which another setting names."""

SASL = ("kafka_user", "kafka_password")
TLS = ("kafka_authority", "kafka_certificate", "kafka_key")


def default_catalogue() -> Path:
    """Find the catalogue if none is set: ``catalogue`` in the working directory.

    Else the one that is shipped: within an installed package, or beside ``src``.
    """
    here = Path("catalogue")
    code = Path(__file__).resolve().parent
    shipped = (code / "catalogue" / "shipped", code.parent / "catalogue")
    found = (
        folder for folder in (here, *shipped) if (folder / "qualifications").is_dir()
    )
    return next(found, here)


class InvalidSettings(Exception):
    """Settings that cannot be used; ``faults`` says by variable what is wrong with it."""

    def __init__(self, faults: dict[str, str]) -> None:
        super().__init__("\n".join(f"{name}: {text}" for name, text in faults.items()))
        self.faults = faults


class Settings(BaseSettings):
    """All settings of the service, with their defaults."""

    model_config = SettingsConfigDict(env_prefix=PREFIX, extra="ignore")

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
    kafka: Annotated[
        str | None,
        Field(
            pattern=r"^[^\s:,]+:[0-9]+(\s*,\s*[^\s:,]+:[0-9]+)*$",
            description="Apache Kafka brokers, host:port,host:port; nothing is"
            " published if there are none.",
        ),
    ] = None
    kafka_security: Annotated[
        str,
        Field(
            pattern=r"^(PLAINTEXT|SSL|SASL_PLAINTEXT|SASL_SSL)$",
            description="PLAINTEXT, SSL, SASL_PLAINTEXT or SASL_SSL.",
        ),
    ] = "PLAINTEXT"
    kafka_mechanism: Annotated[
        str,
        Field(
            pattern=r"^(PLAIN|SCRAM-SHA-256|SCRAM-SHA-512)$",
            description="PLAIN, SCRAM-SHA-256 or SCRAM-SHA-512.",
        ),
    ] = "SCRAM-SHA-512"
    kafka_user: Annotated[
        str | None, Field(min_length=1, description="Who we are to Kafka, by SASL.")
    ] = None
    kafka_password: Annotated[
        SecretStr | None, Field(min_length=1, description="The password of that user.")
    ] = None
    kafka_password_file: Annotated[
        Path | None, Field(description="A file of that password, in its place.")
    ] = None
    kafka_authority: Annotated[
        Path | None,
        Field(
            description="Who signs the brokers' certificates, as PEM, if not a public"
            " authority."
        ),
    ] = None
    kafka_certificate: Annotated[
        Path | None, Field(description="The certificate that we show Kafka, as PEM.")
    ] = None
    kafka_key: Annotated[
        Path | None, Field(description="The key of that certificate, as PEM.")
    ] = None


def origins(settings: Settings) -> tuple[str, ...]:
    """List the origins whose pages may ask."""
    return tuple(each.strip() for each in settings.cors_origins.split(",") if each)


def variable(name: str) -> str:
    """Name the environment variable of a setting."""
    return f"{PREFIX}{name.upper()}"


def unknown_variables(environment: Mapping[str, str]) -> Iterator[tuple[str, str]]:
    """Find each variable with our prefix that is no setting: its name, and what to do."""
    known = (*Settings.model_fields, *CALLER_SETTINGS)
    for name in sorted(environment):
        prefix, _, setting = name.upper().partition(PREFIX)
        if not prefix and setting and setting.lower() not in known:
            near = get_close_matches(setting.lower(), known, n=1)
            what = f"Did you mean {variable(near[0])}?" if near else "Remove it."
            yield name, f"is no setting, and nothing reads it. {what}"


def load(**overrides: Any) -> Settings:
    """Read the settings from the environment; ``overrides`` win, unless they are None.

    Raises InvalidSettings, which names each variable at fault.
    """
    given = {name: value for name, value in overrides.items() if value is not None}
    try:
        settings = Settings(**given)
    except ValidationError as error:
        raise InvalidSettings(
            {
                variable(str(fault["loc"][0])): f"{fault['input']!r} cannot be used."
                f" Give: {describe_setting(str(fault['loc'][0]))}"
                for fault in error.errors()
            }
        ) from None
    faults = _file_faults(settings)
    settings = with_secrets(settings) if not faults else settings
    faults |= _lrs_faults(settings) | _kafka_faults(settings) | _oidc_faults(settings)
    if faults:
        raise InvalidSettings(faults)
    return settings


def with_secrets(settings: Settings) -> Settings:
    """Fill in each secret that a file holds, without what ends its last line."""
    read = {
        name: SecretStr(file.read_text().strip("\r\n"))
        for name in SECRETS
        if (file := getattr(settings, f"{name}_file"))
    }
    return settings.model_copy(update=read)


def _file_faults(settings: Settings) -> dict[str, str]:
    """Say by variable what is wrong with the files of secrets."""
    faults = {}
    for name in SECRETS:
        file: Path | None = getattr(settings, f"{name}_file")
        if file is None:
            continue
        if getattr(settings, name) is not None:
            why = f"is of no use while {variable(name)} is set. Set one of them."
            faults[variable(f"{name}_file")] = why
        elif not (file.is_file() and os.access(file, os.R_OK) and file.stat().st_size):
            why = f"There is no file {file} that can be read and holds something."
            faults[variable(f"{name}_file")] = why
    return faults


def _oidc_faults(settings: Settings) -> dict[str, str]:
    """Say by variable what is missing, or of no use, for signing in by an issuer."""
    issuer = variable("oidc_issuer")
    needed = ("oidc_client_id", "oidc_client_secret", "public_url")
    others = (*needed[:2], "oidc_audience")
    if settings.oidc_issuer is None:
        unread = (name for name in others if getattr(settings, name) is not None)
        return {variable(n): f"is of no use while {issuer} is not set." for n in unread}
    faults = {
        variable(name): f"is not set, and {issuer} is. {describe_setting(name)}"
        for name in needed
        if not getattr(settings, name)
    }
    if settings.oidc_audience and settings.oidc_audience == settings.oidc_client_id:
        faults[variable("oidc_audience")] = (
            "is the client id: whoever is told by the issuer who somebody is could then"
            " act as them. Have the issuer make access tokens out to another name."
        )
    return faults


def _lrs_faults(settings: Settings) -> dict[str, str]:
    """Say by variable what is missing or wrong, if ``lrs`` is a real address."""
    if not settings.lrs.startswith("https://"):
        return {}
    faults = {
        variable(
            name
        ): f"is not set, and LRS is asked for real. {describe_setting(name)}"
        for name in NEEDED_BY_LRS
        if getattr(settings, name) is None
    }
    password = settings.lrs_password
    if password and len(password.get_secret_value()) != LRS_PASSWORD_LENGTH:
        name = "lrs_password"
        faults[variable(name)] = f"cannot be used. Give: {describe_setting(name)}"
    return faults


def _kafka_faults(settings: Settings) -> dict[str, str]:
    """Say by variable what is missing, or of no use, for how Kafka is spoken to."""
    security = settings.kafka_security
    given = {n for n in Settings.model_fields if getattr(settings, n) is not None}
    needed = SASL if security.startswith("SASL_") else ()
    faults = {
        name: f"is not set, and {variable('kafka_security')} is {security}."
        f" {describe_setting(name)}"
        for name in needed
        if name not in given
    }
    unread = (SASL if not needed else ()) + (() if security.endswith("SSL") else TLS)
    faults |= {
        name: f"is of no use while {variable('kafka_security')} is {security}."
        for name in unread
        if name in given
    }
    for name, other in (TLS[1:], TLS[:0:-1]):
        if name in given and other not in given:
            faults[other] = f"is not set, and {variable(name)} is. Set both, or none."
    for name in TLS:
        file = getattr(settings, name)
        if file is not None and not file.is_file():
            faults.setdefault(name, f"There is no file {file}.")
    return {variable(name): fault for name, fault in faults.items()}


def describe_setting(name: str) -> str:
    """Say what a setting may be, for people."""
    return Settings.model_fields[name].description or name
