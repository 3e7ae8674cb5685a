"""Serving: everything in one process, until it is told to end."""

from typing import Annotated

import typer

from cli.messages import print_message


def serve(
    context: typer.Context,
    *,
    port: Annotated[int | None, typer.Option(help="The port to listen at.")] = None,
    host: Annotated[str | None, typer.Option(help="The address to listen at.")] = None,
    demo: Annotated[bool, typer.Option(help="Make demo users, and say them.")] = False,
    filled: Annotated[
        bool,
        typer.Option(help="Fill the demo's first centre at the first start as well."),
    ] = False,
    print_secrets: Annotated[
        bool,
        typer.Option(
            help="Print the demo's passwords and a token; not where a log is kept."
        ),
    ] = True,
) -> None:
    """Serve the API, with everything in one process, until Ctrl-C."""
    from cli.configuration import settings_of
    from cli.installation import serving
    from cli.session import exit_on_refusal

    with exit_on_refusal():
        settings = settings_of(context, port=port, host=host)
        with serving.listening(settings) as listener:
            print_message(*serving.warnings(settings, demo=demo or filled))
            serving.log_as_json()
            serving.serve_at(
                listener,
                settings,
                demo=demo or filled,
                filled=filled,
                print_secrets=print_secrets,
            )
    print_message("Ended.")
