"""Looking after an installation: doctor, followers, rebuild."""

import os
import socket
from collections.abc import Iterator
from functools import partial
from typing import Annotated

import typer
from rich.console import Console
from rich.progress import Progress, TaskID

from catalogue import InvalidCatalogue, amount, load
from cli import lrs
from cli.configuration import FolderUnusable, make_folders, settings_of, why_lost
from cli.opening import opened, told
from cli.output import Format, show
from cli.talk import PROBLEMS, USAGE, refuse, talk
from projections.database import LOST
from service import Service, now, open_service
from settings import InvalidSettings, Settings, unknown_variables, variable
from store import KeyFileUnusable

SETTING_COLUMNS = ("setting", "value", "from", "wrong")
FOLLOWER_COLUMNS = ("follower", "position", "head", "behind")

FormatOf = Annotated[Format, typer.Option("--format", help="How to print it.")]


def doctor(context: typer.Context, form: FormatOf = Format.TABLE) -> None:
    """Show each setting, where it came from and what is wrong with it."""
    lrs_is = ""
    try:
        settings = settings_of(context)
        lrs_is, wrong_with_lrs = lrs.examined(settings, now())
        faults = dict(what_is_wrong(settings)) | wrong_with_lrs
    except InvalidSettings as error:
        settings, faults = Settings.model_construct(), error.faults
    faults |= dict(unknown_variables(os.environ))
    show(list(settings_shown(context, settings, faults)), SETTING_COLUMNS, form)
    talk(*([lrs_is] if lrs_is else []))
    if faults:
        refuse(PROBLEMS, *(f"{name}: {fault}" for name, fault in faults.items()))
    talk("All is well. Next: learner-management serve")


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


def followers(context: typer.Context, form: FormatOf = Format.TABLE) -> None:
    """Show how far each read model and policy has come along the log."""
    with told(), opened(settings_of(context)) as service:
        rows = [
            {"follower": name, "position": at, "head": head, "behind": head - at}
            for name, (at, head) in service.behind().items()
        ]
    show(rows, FOLLOWER_COLUMNS, form)


def rebuild(
    context: typer.Context,
    read_model: Annotated[str, typer.Argument(help="All, if none is named.")] = "",
    check: Annotated[
        bool, typer.Option("--check", help="Compare only; change nothing.")
    ] = False,
) -> None:
    """Make read models anew from the facts, beside the live ones; then swap."""
    with told(), opened(settings_of(context)) as service:
        models = service.read_models
        if read_model and read_model not in models.names:
            names = ", ".join(models.names)
            refuse(USAGE, f"There is no read model {read_model}. There are: {names}.")
        wrong: dict[str, int] = {}
        console = Console(stderr=True)
        with Progress(console=console, disable=not console.is_terminal) as progress:
            for name in [read_model] if read_model else models.names:
                task = progress.add_task(name)
                update = partial(_update, progress, task)
                if not check:
                    models.rebuild(name, update)
                elif differences := models.check(name, update):
                    wrong[name] = len(differences)
        if wrong:
            lines = (
                f"{n}: {amount(c, 'row differs', 'rows differ')}."
                for n, c in wrong.items()
            )
            refuse(PROBLEMS, *lines, "Next: learner-management rebuild")
        talk("All rows are what the facts make of them." if check else "Rebuilt.")


def _update(progress: Progress, task: TaskID, position: int, head: int) -> None:
    progress.update(task, completed=position, total=head)
