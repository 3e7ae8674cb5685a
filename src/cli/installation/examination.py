"""Examining an installation: each setting is tried."""

import os
import socket
from collections.abc import Iterator
from datetime import timedelta

import typer
from pydantic import TypeAdapter

from catalogue import InvalidCatalogue, load
from cli.configuration import FolderUnusable, broker_of, require_makeable, why_lost
from projections.database import LOST
from service import Service, open_service
from settings import SECRETS, Settings, unknown_variables, variable
from store import KeyFileUnusable, NotBegun

HIDDEN = "**********"


def what_is_wrong(settings: Settings) -> Iterator[tuple[str, str]]:
    """Try each setting; yield the variable and the fault of each that fails.

    That nothing is recorded yet is not a fault; it is yielded without a variable.
    """
    yield from unreachable_brokers(settings)
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
        where = settings.database, settings.catalogue, settings.keys
        with open_service(*where, begin=False) as service:
            yield from missing_events(service)
    except NotBegun as error:
        yield from not_begun(settings, error)
    except KeyFileUnusable as error:
        yield variable("keys"), str(error)
    except LOST as error:
        yield variable("database"), why_lost(error)
    with socket.socket() as tried:
        tried.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            tried.bind((settings.host, settings.port))
        except OSError as error:
            yield variable("port"), f"Nothing can listen there: {error.strerror}."


def unreachable_brokers(settings: Settings) -> Iterator[tuple[str, str]]:
    """Yield a fault if Kafka is set and does not let us in."""
    if broker := broker_of(settings):
        from downstream.topics import why_no_answer

        if why := why_no_answer(broker):
            yield variable("kafka"), why


def describe_row_security(address: str) -> str:
    """Say whether there is row-level security on a server, and how to have it."""
    from projections.row_security import is_on

    if is_on(address):
        return "Row-level security is on: the second line behind the lists' filters."
    return (
        "Row-level security is off: the lists' filters alone keep centres apart. To turn"
        " it on, stop every process and run: learner-management migrate --row-security"
    )


def not_begun(settings: Settings, error: NotBegun) -> Iterator[tuple[str, str]]:
    try:
        require_makeable(settings)
    except FolderUnusable as unusable:
        yield variable("database"), str(unusable)
    else:
        yield "", f"{error} The first learner-management serve makes what is missing."


def missing_events(service: Service) -> Iterator[tuple[str, str]]:
    """Yield a fault if a follower has read more events than exist."""
    for name, (place, head) in service.behind().items():
        if place > head:
            fault = (
                f"Events are missing: {name} has read up to {place}, and they end at"
                f" {head}. Put them back from a backup; if these are the backup, go on:"
                " read models are made anew."
            )
            yield variable("database"), fault
            return


def settings_table(
    context: typer.Context, settings: Settings | None, faults: dict[str, str]
) -> Iterator[dict[str, object]]:
    """Yield each setting; if the settings are unusable, as they were given."""
    options = context.obj or {}
    default = settings or Settings.model_construct()
    for name in Settings.model_fields:
        is_given, is_set = name in options, variable(name) in os.environ
        value = getattr(default, name)
        if settings is None and (is_given or is_set):
            value = options[name] if is_given else os.environ[variable(name)]
            value = HIDDEN if name in SECRETS else value
        yield {
            "setting": variable(name),
            "value": format_setting(value),
            "from": "option" if is_given else "environment" if is_set else "default",
            "wrong": faults.get(variable(name)),
        }
    for name, fault in unknown_variables(os.environ):
        yield {"setting": name, "value": "", "from": "environment", "wrong": fault}


def format_setting(value: object) -> str:
    """Write a value as it may be set: nothing for None, a duration as PT15M."""
    if value is None:
        return ""
    if isinstance(value, timedelta):
        return str(TypeAdapter(timedelta).dump_python(value, mode="json"))
    return str(value)
