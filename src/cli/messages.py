"""What the command line tells a person, on stderr, and how it ends."""

from typing import NoReturn

import typer

FAILED, USAGE, PROBLEMS, CONFLICT, UNAVAILABLE = 1, 2, 3, 4, 5


def print_message(*lines: str) -> None:
    """Tell a person something, on stderr."""
    for line in lines:
        typer.echo(line, err=True)


def refuse(code: int, *lines: str) -> NoReturn:
    """Say why not, and end with an exit code."""
    print_message(*lines)
    raise typer.Exit(code)
