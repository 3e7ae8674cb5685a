"""The command line's messages, on stderr, and its exit codes."""

from typing import NoReturn

import typer

FAILED, USAGE, PROBLEMS, CONFLICT, UNAVAILABLE = 1, 2, 3, 4, 5


def print_message(*lines: str) -> None:
    """Print a message on stderr."""
    for line in lines:
        typer.echo(line, err=True)


def refuse(code: int, *lines: str) -> NoReturn:
    """Say why not, and exit with a code."""
    print_message(*lines)
    raise typer.Exit(code)
