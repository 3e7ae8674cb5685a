"""The settings of one command: reading them, and what they name that cannot be used."""

from pathlib import Path

import typer

from settings import Settings, load
from store import Unavailable
from store.unusable import no_answer


class FolderUnusable(Exception):
    """A folder that something is to be kept in cannot be made."""


def settings_of(context: typer.Context, **overrides: object) -> Settings:
    """Read the settings; what the command line says wins over the environment."""
    return load(**{**(context.obj or {}), **overrides})


def make_folders(settings: Settings) -> None:
    """Make the folders that data and keys are kept in, for their owner alone.

    Raises FolderUnusable, which says which cannot be made, and why.
    """
    kind, _, place = settings.database.partition(":///")
    data = [Path(place)] if kind == "sqlite" else []
    for folder in (*data, settings.keys.parent):
        try:
            folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        except OSError as error:
            raise FolderUnusable(
                f"The folder {folder} cannot be made: {error.strerror}. Name another."
            ) from None


def why_lost(error: Exception) -> str:
    """Say in a line what is the matter with the database, of facts or of read models."""
    if isinstance(error, Unavailable):
        return str(error)
    return no_answer(getattr(error, "orig", None) or error)
