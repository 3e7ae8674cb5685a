"""Looking after an installation: doctor, followers, rebuild, openapi."""

import json
import os
from collections.abc import Callable
from typing import Annotated

import typer

from cli.messages import PROBLEMS, USAGE, print_message, refuse
from cli.output import Format, show

SETTING_COLUMNS = ("setting", "value", "from", "wrong")
FOLLOWER_COLUMNS = ("follower", "position", "head", "behind")

FormatOf = Annotated[Format, typer.Option("--format", help="How to print it.")]


def doctor(context: typer.Context, form: FormatOf = Format.TABLE) -> None:
    """Show each setting, where it came from and what is wrong with it."""
    from cli.configuration import settings_of
    from cli.installation import lrs
    from cli.installation.examination import (
        describe_row_security,
        settings_table,
        what_is_wrong,
    )
    from service import now
    from settings import InvalidSettings, unknown_variables

    said, settings = [], None
    try:
        settings = settings_of(context)
        lrs_is, wrong_with_lrs = lrs.check_lrs(settings, now())
        faults = dict(what_is_wrong(settings)) | wrong_with_lrs
        said = [each for each in (lrs_is, faults.pop("", "")) if each]
        if settings.database.startswith("postgres") and not faults:
            said.append(describe_row_security(settings.database))
    except InvalidSettings as error:
        faults = error.faults
    faults |= dict(unknown_variables(os.environ))
    show(list(settings_table(context, settings, faults)), SETTING_COLUMNS, form)
    print_message(*said)
    if faults:
        refuse(PROBLEMS, *(f"{name}: {fault}" for name, fault in faults.items()))
    print_message("All is well. Next: learner-management serve")


def followers(context: typer.Context, form: FormatOf = Format.TABLE) -> None:
    """Show how far each read model and policy has come along the log."""
    from cli.configuration import settings_of
    from cli.session import exit_on_refusal, open_session

    with exit_on_refusal(), open_session(settings_of(context)) as service:
        rows = [
            {"follower": name, "position": at, "head": head, "behind": head - at}
            for name, (at, head) in service.behind().items()
        ]
        if service.relay:
            told = service.relay.behind()
            at, behind = told["position"], told["behind"]
            rows += [
                {
                    "follower": service.relay.name,
                    "position": at,
                    "head": at + behind,
                    "behind": behind,
                }
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
    from rich.console import Console
    from rich.progress import Progress, TaskID

    from catalogue import amount
    from cli.configuration import settings_of
    from cli.session import exit_on_refusal, open_session

    with exit_on_refusal(), open_session(settings_of(context)) as service:
        models = service.read_models
        if read_model and read_model not in models.names:
            names = ", ".join(models.names)
            refuse(USAGE, f"There is no read model {read_model}. There are: {names}.")
        wrong: dict[str, int] = {}
        console = Console(stderr=True)
        with Progress(console=console, disable=not console.is_terminal) as progress:
            chosen = [read_model] if read_model else [*models.names]

            def follow(task: TaskID) -> Callable[[int, int], None]:
                return lambda at, head: progress.update(task, completed=at, total=head)

            if not check:
                task = progress.add_task(read_model or "read models")
                models.rebuild_together(chosen, follow(task))
            for name in chosen if check else ():
                task = progress.add_task(name)
                if differences := models.check(name, follow(task)):
                    wrong[name] = len(differences)
        if wrong:
            lines = (
                f"{n}: {amount(c, 'row differs', 'rows differ')}."
                for n, c in wrong.items()
            )
            refuse(PROBLEMS, *lines, "Next: learner-management rebuild")
        print_message(
            "All rows are what the facts make of them." if check else "Rebuilt."
        )


def openapi() -> None:
    """Print the OpenAPI document of the API."""
    from api.app import openapi_document

    typer.echo(json.dumps(openapi_document(), indent=2, ensure_ascii=False))
