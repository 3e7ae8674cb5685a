"""The command line: ``learner-management``."""

from pathlib import Path
from typing import Annotated, Any, ClassVar

import typer

from cli.lazy import LazyGroup


class LearnerManagement(LazyGroup):
    """Every command, and where it is, in the order of the help."""

    where: ClassVar = {
        "serve": "cli.serve:serve",
        "demo": "cli.demo_centre:demo",
        "call": "cli.call:call",
        "check-catalogue": "cli.catalogue:check_catalogue",
        "eligibility": "cli.catalogue:eligibility",
        "upload": "cli.upload:upload",
        "export": "cli.exports:app",
        "user": "cli.user:app",
        "replay": "cli.replay:replay",
        "audit": "cli.audit:app",
        "doctor": "cli.operations:doctor",
        "followers": "cli.operations:followers",
        "rebuild": "cli.operations:rebuild",
        "openapi": "cli.openapi:openapi",
    }


app = typer.Typer(
    name="learner-management",
    cls=LearnerManagement,
    no_args_is_help=True,
    rich_markup_mode="markdown",
    pretty_exceptions_enable=False,
    context_settings={"help_option_names": ["-h", "--help"]},
)


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
) -> None:
    """Learners, orders, claims and certificates of an awarding organisation's centres.

    Settings are environment variables, LEARNER_MANAGEMENT_…; `doctor` shows them.
    """
    given: dict[str, Any] = {"database": database, "catalogue": folder, "keys": keys}
    context.obj = {name: value for name, value in given.items() if value is not None}


def main() -> None:
    """Run the command that was asked for."""
    app()


if __name__ == "__main__":
    main()
