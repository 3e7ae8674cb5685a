"""The command line: ``learner-management``."""

import gc
from pathlib import Path
from typing import Annotated, Any, ClassVar

import typer

from cli.lazy import LazyGroup


class LearnerManagement(LazyGroup):
    """Every command by name, in the order of the help: where it is, and its summary."""

    commands_by_name: ClassVar = {
        "serve": (
            "cli.installation.serve:serve",
            "Serve the API, with everything in one process, until Ctrl-C.",
        ),
        "demo": (
            "cli.demo.demo:demo",
            "Fill the demo's first centre: learners, orders, claims; print the demo's users.",
        ),
        "migrate": (
            "cli.installation.migrate:migrate",
            "Make the tables of a PostgreSQL database what this version needs.",
        ),
        "migrate-store": (
            "cli.installation.migrate_store:migrate_store",
            "Copy a SQLite store to the PostgreSQL database that is set, whole or not at all.",
        ),
        "backup": (
            "cli.installation.backup:backup",
            "Write all that lasts into a new folder, while the service runs.",
        ),
        "restore": (
            "cli.installation.backup:restore",
            "Put a backup where nothing is recorded yet.",
        ),
        "erasures": (
            "cli.installation.erasures:app",
            "List who was erased, to be kept elsewhere, or erase them again after a restore.",
        ),
        "call": (
            "cli.call:call",
            "Call the API of a running service with the token LEARNER_MANAGEMENT_TOKEN.",
        ),
        "check-catalogue": (
            "cli.eligibility.catalogue:check_catalogue",
            "Say everything that is wrong in a folder of qualifications, by file and key.",
        ),
        "eligibility": (
            "cli.eligibility.catalogue:eligibility",
            "Say whether a learner, or each of a file of requests, is eligible; why not.",
        ),
        "upload": (
            "cli.uploads.upload:upload",
            "Upload a file of learners and say what is wrong in it; or only say that.",
        ),
        "export": (
            "cli.history.exports:app",
            "Take learners, results, invoices or events out, whole.",
        ),
        "user": (
            "cli.users.user:app",
            "Add users, change their roles, give out tokens.",
        ),
        "replay": (
            "cli.history.replay:replay",
            "Fold one thing from its events, and print what it is, or how it became so.",
        ),
        "audit": (
            "cli.history.audit:app",
            "Prove that no event was altered, removed or inserted.",
        ),
        "doctor": (
            "cli.installation.operations:doctor",
            "Show each setting, where it came from and what is wrong with it.",
        ),
        "followers": (
            "cli.installation.operations:followers",
            "Show how far each read model and policy has come along the log.",
        ),
        "relay": (
            "cli.installation.relay:relay",
            "Publish facts to Kafka, in a process of its own, until Ctrl-C.",
        ),
        "inbox": (
            "cli.installation.relay:inbox",
            "Take reports from Kafka, in a process of its own, until Ctrl-C.",
        ),
        "dead-letters": (
            "cli.installation.dead_letters:app",
            "Show the reports from Kafka that could not be taken, or take them again.",
        ),
        "key": (
            "cli.installation.key:app",
            "Change the master key for another, or say what a copy of its file opens.",
        ),
        "rebuild": (
            "cli.installation.operations:rebuild",
            "Make read models anew from the facts, beside the live ones; then swap.",
        ),
        "openapi": (
            "cli.installation.operations:openapi",
            "Print the OpenAPI document of the API.",
        ),
    }


GARBAGE = 100_000
"""The threshold of ``gc``: collecting garbage during imports would only cost time."""

app = typer.Typer(
    name="learner-management",
    cls=LearnerManagement,
    no_args_is_help=True,
    rich_markup_mode=None,
    pretty_exceptions_enable=False,
    context_settings={"help_option_names": ["-h", "--help"]},
)


def print_version(asked: bool) -> None:
    """Print the version and exit if ``asked``, which is the option ``--version``."""
    if asked:
        from importlib import metadata

        typer.echo(f"learner-management {metadata.version('learner-management')}")
        raise typer.Exit


@app.callback()
def options(
    context: typer.Context,
    database: Annotated[
        str | None, typer.Option(help="sqlite:///folder or postgresql://…")
    ] = None,
    folder: Annotated[
        Path | None, typer.Option("--catalogue", help="The catalogue's folder.")
    ] = None,
    keys: Annotated[Path | None, typer.Option(help="The master key's file.")] = None,
    version: Annotated[  # noqa: ARG001 - its callback has printed it
        bool,
        typer.Option(
            "--version",
            callback=print_version,
            is_eager=True,
            help="Print the version and exit.",
        ),
    ] = False,
) -> None:
    """Learners, orders, claims and certificates of an awarding organisation's centres.

    Settings are environment variables, LEARNER_MANAGEMENT_…; `doctor` shows them.
    """
    given: dict[str, Any] = {"database": database, "catalogue": folder, "keys": keys}
    context.obj = {name: value for name, value in given.items() if value is not None}


def main() -> None:
    """Run the command that was asked for."""
    gc.set_threshold(GARBAGE)
    app()


if __name__ == "__main__":
    main()
