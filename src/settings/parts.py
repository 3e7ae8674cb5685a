"""The base class of each part of the settings."""

from pydantic_settings import BaseSettings, SettingsConfigDict

PREFIX = "LEARNER_MANAGEMENT_"


class Part(BaseSettings):
    """Some of the settings; each is an environment variable named after its field."""

    model_config = SettingsConfigDict(env_prefix=PREFIX, extra="ignore")

    @classmethod
    def describe(cls, name: str) -> str:
        """Describe a setting for people."""
        return cls.model_fields[name].description or name


def variable(name: str) -> str:
    """Return the environment variable of a setting."""
    return f"{PREFIX}{name.upper()}"
