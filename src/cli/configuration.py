"""The settings of one command, and the things they name."""

import os
from collections.abc import Container
from errno import EACCES, ENOTDIR
from pathlib import Path
from typing import TYPE_CHECKING

import typer

from downstream.broker import Broker
from settings import InvalidSettings, Settings, load, variable
from store import NotBegun, Unavailable
from store.unusable import no_answer

if TYPE_CHECKING:
    from access.oidc.access_tokens import AccessTokens
    from access.oidc.issuer import Issuer


class FolderUnusable(Exception):
    """A folder for data or keys cannot be made."""

    def __init__(self, folder: Path, code: int) -> None:
        why = os.strerror(code)
        super().__init__(f"The folder {folder} cannot be made: {why}. Name another.")


def settings_of(context: typer.Context, **overrides: object) -> Settings:
    """Read the settings; options of the command line win over the environment."""
    return load(**{**(context.obj or {}), **overrides})


def make_folders(settings: Settings) -> None:
    """Make the folders for data and keys, for their owner alone.

    Raises FolderUnusable, which says which folder, and why.
    """
    for folder in folders_of(settings):
        try:
            folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        except OSError as error:
            raise FolderUnusable(folder, error.errno or EACCES) from None


def require_makeable(settings: Settings) -> None:
    """Raise FolderUnusable if a folder could not be made; makes none."""
    for folder in folders_of(settings):
        above = next(each for each in (folder, *folder.parents) if each.exists())
        if not above.is_dir():
            raise FolderUnusable(folder, ENOTDIR)
        if not os.access(above, os.W_OK | os.X_OK):
            raise FolderUnusable(folder, EACCES)


def folders_of(settings: Settings) -> list[Path]:
    kind, _, place = settings.database.partition(":///")
    data = [Path(place)] if kind == "sqlite" else []
    return [folder.absolute() for folder in (*data, settings.keys.parent)]


def broker_of(settings: Settings) -> Broker | None:
    """Return the Kafka connection that is set; None if none is."""
    if settings.kafka is None:
        return None
    password = settings.kafka_password
    return Broker(
        servers=settings.kafka,
        security=settings.kafka_security,
        mechanism=settings.kafka_mechanism,
        user=settings.kafka_user,
        password=password.get_secret_value() if password else None,
        authority=settings.kafka_authority,
        certificate=settings.kafka_certificate,
        key=settings.kafka_key,
    )


def breached_of(settings: Settings) -> Container[str]:
    """Give the passwords that nobody may choose, as they are set. Raises InvalidSettings."""
    if settings.breached_passwords is None:
        return ()
    from access.breached import BreachedPasswords

    breached = BreachedPasswords(settings.breached_passwords)
    if why := breached.why_unusable():
        raise InvalidSettings({variable("breached_passwords"): why})
    return breached


def issuer_of(settings: Settings) -> "Issuer | None":
    """Return the issuer for signing in that is set; None if none is."""
    if settings.oidc_issuer is None:
        return None
    from access.oidc.issuer import Issuer
    from access.oidc.registration import IssuerRegistration

    secret = settings.oidc_client_secret
    return Issuer(
        IssuerRegistration(
            issuer=settings.oidc_issuer,
            client_id=settings.oidc_client_id or "",
            client_secret=secret.get_secret_value() if secret else "",
            redirect_uri=f"{settings.public_url}/sign-in/return",
            user_claim=settings.oidc_user_claim,
            audience=settings.oidc_audience,
        )
    )


def access_tokens_of(issuer: "Issuer | None") -> "AccessTokens | None":
    """Return the reader of the issuer's access tokens; None if the API accepts none."""
    if issuer is None or issuer.registration.audience is None:
        return None
    from access.oidc.access_tokens import AccessTokens

    return AccessTokens(issuer, audience=issuer.registration.audience)


def how_to_begin(error: NotBegun) -> tuple[str, str]:
    """Say what does not exist yet, and what to do."""
    return (
        f"{error} To begin: learner-management serve",
        f"If it is kept elsewhere, say where by {variable('database')} or --database.",
    )


def why_lost(error: Exception) -> str:
    """Say in a line what is wrong with a database."""
    if isinstance(error, Unavailable):
        return str(error)
    return no_answer(getattr(error, "orig", None) or error)
