"""The command line: ``learner-management``."""

from pathlib import Path
from typing import Annotated, Any

import typer

from cli import audit, call, catalogue, exports, operations, serve, upload, user

app = typer.Typer(
    name="learner-management",
    no_args_is_help=True,
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


app.command()(serve.serve)
app.command()(call.call)
app.command("check-catalogue")(catalogue.check_catalogue)
app.command()(catalogue.eligibility)
app.add_typer(exports.app, name="export")
app.command()(upload.upload)
app.add_typer(user.app, name="user")
app.add_typer(audit.app, name="audit")
app.command()(upload.upload)
app.command()(operations.doctor)
app.command()(operations.followers)
app.command()(operations.rebuild)
app.command()(operations.openapi)


def main() -> None:
    """Run the command that was asked for."""
    app()


if __name__ == "__main__":
    main()
