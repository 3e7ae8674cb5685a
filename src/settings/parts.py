"""What every part of the settings has: the names of its variables, what they may be."""

from pydantic_settings import BaseSettings, SettingsConfigDict

PREFIX = "LEARNER_MANAGEMENT_"


class Part(BaseSettings):
    """Some of the settings, each an environment variable named after it."""

    model_config = SettingsConfigDict(env_prefix=PREFIX, extra="ignore")

    @classmethod
    def describe(cls, name: str) -> str:
        """Say what a setting may be, for people."""
        return cls.model_fields[name].description or name


def variable(name: str) -> str:
    """Name the environment variable of a setting."""
    return f"{PREFIX}{name.upper()}"
