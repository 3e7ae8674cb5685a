"""All settings together, read from environment variables."""

import os
from collections.abc import Iterator, Mapping
from difflib import get_close_matches
from pathlib import Path
from typing import Any

from pydantic import SecretStr, ValidationError

from settings.general import GeneralSettings
from settings.kafka import KafkaSettings
from settings.lrs import LrsSettings
from settings.oidc import OidcSettings
from settings.parts import PREFIX, variable

CALLER_SETTINGS = ("url", "token")
"""Variables that only the command ``call`` reads."""
SECRETS = ("lrs_password", "kafka_password", "oidc_client_secret")
"""Secret settings, which a file named by another setting can hold."""


class InvalidSettings(Exception):
    """The settings cannot be used; ``faults`` says what is wrong, by variable."""

    def __init__(self, faults: dict[str, str]) -> None:
        super().__init__("\n".join(f"{name}: {text}" for name, text in faults.items()))
        self.faults = faults


class Settings(KafkaSettings, LrsSettings, OidcSettings, GeneralSettings):
    """All settings of the service, with their defaults."""


def unknown_variables(environment: Mapping[str, str]) -> Iterator[tuple[str, str]]:
    """Find each variable with our prefix that is not a setting: its name, and what to do."""
    known = (*Settings.model_fields, *CALLER_SETTINGS)
    for name in sorted(environment):
        prefix, _, setting = name.upper().partition(PREFIX)
        if not prefix and setting and setting.lower() not in known:
            near = get_close_matches(setting.lower(), known, n=1)
            what = f"Did you mean {variable(near[0])}?" if near else "Remove it."
            yield name, f"is no setting, and nothing reads it. {what}"


def load(**overrides: Any) -> Settings:
    """Read the settings from the environment; ``overrides`` win, unless they are None.

    Raises InvalidSettings with each faulty variable.
    """
    given = {name: value for name, value in overrides.items() if value is not None}
    try:
        settings = Settings(**given)
    except ValidationError as error:
        raise InvalidSettings(
            {
                variable(str(fault["loc"][0])): f"{fault['input']!r} cannot be used."
                f" Give: {Settings.describe(str(fault['loc'][0]))}"
                for fault in error.errors()
            }
        ) from None
    faults = _file_faults(settings)
    settings = with_secrets(settings) if not faults else settings
    faults |= settings.lrs_faults() | settings.kafka_faults() | settings.oidc_faults()
    if faults:
        raise InvalidSettings(faults)
    return settings


def with_secrets(settings: Settings) -> Settings:
    """Fill in each secret from its file, without the newline at its end."""
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
