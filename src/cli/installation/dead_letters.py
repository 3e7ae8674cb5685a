"""Dead letters: reports from Kafka that could not be handled."""

from collections.abc import Generator
from contextlib import contextmanager
from dataclasses import asdict
from typing import TYPE_CHECKING, Annotated

import typer

from cli.messages import PROBLEMS, UNAVAILABLE, USAGE, print_message, refuse
from cli.output import Format, show

if TYPE_CHECKING:
    from downstream.inbox import Inbox

COLUMNS = ("number", "topic", "id", "source", "subject", "reason")

app = typer.Typer(no_args_is_help=True)


@app.callback()
def dead_letters() -> None:
    """Show the reports from Kafka that could not be taken, or take them again."""


@app.command("list")
def list_them(
    context: typer.Context,
    form: Annotated[
        Format, typer.Option("--format", help="How to print it.")
    ] = Format.TABLE,
) -> None:
    """List those that were not taken yet, each with the reason."""
    with open_inbox(context) as inbox:
        letters = inbox.describe_dead_letters()
    show([asdict(each) for each in letters], COLUMNS, form)


@app.command()
def replay(context: typer.Context) -> None:
    """Take all of them again, once what was in the way is mended."""
    with open_inbox(context) as inbox:
        taken, refused = inbox.replay()
    print_message(f"Taken: {taken}. Not taken: {refused}.")
    if refused:
        refuse(PROBLEMS, "See why: learner-management dead-letters list")


@contextmanager
def open_inbox(context: typer.Context) -> Generator["Inbox"]:
    """Open the inbox that is set, or say why not."""
    from kafka.errors import KafkaError

    from cli.configuration import settings_of
    from cli.session import exit_on_refusal, open_session
    from settings import variable

    with exit_on_refusal(), open_session(settings_of(context)) as service:
        if service.inbox is None:
            refuse(USAGE, f"No broker is named. Set {variable('kafka')}: host:port")
        try:
            yield service.inbox
        except KafkaError as error:
            refuse(UNAVAILABLE, f"Kafka does not answer: {error}.")
