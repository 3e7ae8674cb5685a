"""Examining an installation: each setting, tried out."""

import os
import socket
from collections.abc import Iterator

import typer

from catalogue import InvalidCatalogue, load
from cli.configuration import FolderUnusable, make_folders, why_lost
from projections.database import LOST
from service import Service, open_service
from settings import Settings, unknown_variables, variable
from store import KeyFileUnusable


def what_is_wrong(settings: Settings) -> Iterator[tuple[str, str]]:
    """Try each setting out; give the variable and the fault of each that fails."""
    try:
        load(settings.catalogue)
    except InvalidCatalogue as error:
        how = f"learner-management check-catalogue {settings.catalogue}"
        yield (
            variable("catalogue"),
            f"Problems found: {len(error.problems)}. See: {how}",
        )
        return
    try:
        make_folders(settings)
        where = settings.database, settings.catalogue, settings.keys
        with open_service(*where) as service:
            yield from missing_events(service)
    except KeyFileUnusable as error:
        yield variable("keys"), str(error)
    except FolderUnusable as error:
        yield variable("database"), str(error)
    except LOST as error:
        yield variable("database"), why_lost(error)
    with socket.socket() as tried:
        tried.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            tried.bind((settings.host, settings.port))
        except OSError as error:
            yield variable("port"), f"Nothing can listen there: {error.strerror}."


def missing_events(service: Service) -> Iterator[tuple[str, str]]:
    """Say so if somebody has read more events than there are."""
    for name, (place, head) in service.behind().items():
        if place > head:
            fault = (
                f"Events are missing: {name} has read up to {place}, and they end at"
                f" {head}. Put them back from a backup; if these are the backup, go on:"
                " read models are made anew."
            )
            yield variable("database"), fault
            return


def settings_shown(
    context: typer.Context, settings: Settings, faults: dict[str, str]
) -> Iterator[dict[str, object]]:
    for name in Settings.model_fields:
        is_given = name in (context.obj or {})
        is_set = variable(name) in os.environ
        yield {
            "setting": variable(name),
            "value": str(getattr(settings, name)),
            "from": "option" if is_given else "environment" if is_set else "default",
            "wrong": faults.get(variable(name)),
        }
    for name, fault in unknown_variables(os.environ):
        yield {"setting": name, "value": "", "from": "environment", "wrong": fault}
