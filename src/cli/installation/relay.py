"""The relay and the inbox, each in a process of its own."""

import signal
from threading import Event
from typing import Annotated

import typer

from cli.messages import USAGE, print_message, refuse


def relay(
    context: typer.Context,
    accept_topics_from: Annotated[
        int | None,
        typer.Option(
            min=0,
            metavar="POSITION",
            help="Go on with the topics as they are now, after this position; then end.",
        ),
    ] = None,
) -> None:
    """Publish facts to Kafka, in a process of its own, until Ctrl-C."""
    from cli.configuration import settings_of
    from cli.installation.serving import log_as_json
    from cli.session import exit_on_refusal, open_session
    from settings import variable

    with exit_on_refusal(), open_session(settings_of(context)) as service:
        if service.relay is None:
            refuse(USAGE, f"No broker is named. Set {variable('kafka')}: host:port")
        if accept_topics_from is not None:
            service.relay.accept_topics(accept_topics_from)
            print_message(f"The relay goes on after {accept_topics_from}.")
            return
        log_as_json()
        service.relay.start()
        wait_for_end("The relay publishes. Ctrl-C ends it.")
    print_message("Ended.")


def inbox(context: typer.Context) -> None:
    """Take reports from Kafka, in a process of its own, until Ctrl-C."""
    from cli.configuration import settings_of
    from cli.installation.serving import log_as_json
    from cli.session import exit_on_refusal, open_session
    from settings import variable

    with exit_on_refusal(), open_session(settings_of(context)) as service:
        if service.inbox is None:
            refuse(USAGE, f"No broker is named. Set {variable('kafka')}: host:port")
        log_as_json()
        service.inbox.start()
        wait_for_end("The inbox takes reports. Ctrl-C ends it.")
    print_message("Ended.")


def wait_for_end(said: str) -> None:
    """Say that it works, and wait for the signal to end."""
    ended = Event()
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, lambda *_: ended.set())
    typer.echo(said)
    ended.wait()
