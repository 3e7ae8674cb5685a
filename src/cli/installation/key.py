"""Replacing the master key while the service runs, and checking a copy of its file."""

from collections.abc import Generator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from cli.messages import PROBLEMS, print_message, refuse

if TYPE_CHECKING:
    from store.rotation import Follow, Rotation

STILL_OPEN = (
    "A copy of the file from before opens nothing of anybody in the database any more.",
    "It still opens backups that were made until now: keep them no longer than you must.",
    "It still makes the digests that say whether a ULN is known, and signatures of events.",
    "See all of it: learner-management key check --file COPY",
)
File = Annotated[
    Path | None, typer.Option("--file", help="A copy of the file, to say this of.")
]

app = typer.Typer(no_args_is_help=True)


@app.callback()
def key() -> None:
    """Change the master key for another, or say what a copy of its file opens."""


@app.command()
def check(context: typer.Context, file: File = None) -> None:
    """Say how many persons' keys a file opens; 3 if not all, or by a key of before."""
    from catalogue import amount

    with open_keys(context, file) as (rotation, follow):
        opened = dict(rotation.count(follow))
        in_use, has_in_use = rotation.in_use, rotation.has_in_use
        is_prepared = rotation.is_prepared
    current, none = opened.pop(in_use, 0), opened.pop("", 0)
    older = sum(opened.values())
    every = amount(current + older + none, "person's key", "persons' keys")
    print_message(
        f"Of {every} it opens {current + older}: {current} by the key in use,"
        f" {older} by keys of before."
    )
    if not has_in_use:
        refuse(PROBLEMS, "It is an older copy: it has not the key that is in use.")
    if older or none:
        refuse(PROBLEMS, "Next: learner-management key rotate")
    if is_prepared:
        print_message("It has a key for the next: learner-management key rotate")


@app.command()
def rotate(
    context: typer.Context,
    prepare: Annotated[
        bool,
        typer.Option(
            "--prepare",
            help="Only add the key to the file, to be copied to other machines first.",
        ),
    ] = False,
) -> None:
    """Put every person's key under a new master key; go on with what was not finished."""
    with open_keys(context, None) as (rotation, follow):
        if prepare:
            rotation.prepare()
            print_message(
                "The file has a new key, which is not used yet. Copy it to every machine,"
                " and keep a copy safe. Next: learner-management key rotate"
            )
            return
        done = rotation.rotate(follow)
    print_message(f"Persons' keys put under the new key: {done}.", *STILL_OPEN)


@contextmanager
def open_keys(
    context: typer.Context, file: Path | None
) -> Generator[tuple["Rotation", "Follow"]]:
    """Open the keys that are set; show progress on a terminal."""
    from rich.console import Console
    from rich.progress import Progress

    from cli.configuration import settings_of
    from cli.session import exit_on_refusal
    from store import open_rotation

    console = Console(stderr=True)
    with exit_on_refusal():
        settings = settings_of(context)
        with (
            open_rotation(settings.database, file or settings.keys) as rotation,
            Progress(console=console, disable=not console.is_terminal) as progress,
        ):
            task = progress.add_task("persons' keys", total=None)
            yield rotation, lambda count: progress.update(task, completed=count)
