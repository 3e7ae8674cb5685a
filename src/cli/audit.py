"""Proving that nothing was changed behind the service's back: verify, head, bundle."""

import json
from collections.abc import Callable, Generator
from contextlib import contextmanager
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console
from rich.progress import Progress

from audit.bundle import NothingSealed, write_bundle
from audit.head import Head
from audit.verification import verify as verify_events
from cli.opening import opened, settings_of, told
from cli.talk import FAILED, PROBLEMS, USAGE, refuse, talk

app = typer.Typer(help="Prove that no event was altered, removed or inserted.")


@app.command()
def verify(
    context: typer.Context,
    head: Annotated[
        Path | None, typer.Option(help="A tree head that was kept elsewhere.")
    ] = None,
) -> None:
    """Compare every event with the ledger; name the first that is wrong, if any is."""
    witness = None if head is None else head_in(head)
    with told(), opened(settings_of(context)) as service:
        total = service.store.head()
        with progress_to(total, "events") as update:
            found = verify_events(service.ledger, witness=witness, progress=update)
    typer.echo(
        json.dumps(
            {
                "events": found.events,
                "unsealed": found.unsealed,
                "sealed": found.head.size if found.head else 0,
                "root": found.head.root.hex() if found.head else None,
                "finding": vars(found.finding) if found.finding else None,
            }
        )
    )
    if found.finding is not None:
        refuse(PROBLEMS, found.finding.message)
    talk("Every event is as it was recorded.")


@app.command("head")
def head_(context: typer.Context) -> None:
    """Print the signed tree head, to be kept elsewhere for `audit verify --head`."""
    with told(), opened(settings_of(context)) as service:
        service.ledger.catch_up()
        signed = service.ledger.head()
        if signed is None:
            refuse(FAILED, "Nothing has been recorded yet, so there is no tree head.")
        typer.echo(json.dumps(signed.document(service.store.public_key), indent=2))


@app.command()
def bundle(
    context: typer.Context,
    file: Annotated[Path, typer.Argument(help="The zip to write; a new one.")],
) -> None:
    """Write every event into a zip that an auditor can verify offline."""
    with told(), opened(settings_of(context)) as service:
        service.ledger.catch_up()
        try:
            with progress_to(service.store.head(), "events") as update:
                count = write_bundle(service.ledger, file, update)
        except NothingSealed:
            refuse(FAILED, "Nothing has been recorded yet, so there is no bundle.")
        except OSError as error:
            refuse(FAILED, f"{file} cannot be written: {error.strerror}.")
        key = service.store.public_key.hex()
    talk(f"{count} events are in {file}. Check them, anywhere, with Python alone:")
    talk(f"  unzip {file} verify_bundle.py")
    talk(f"  python verify_bundle.py {file} --key {key}")


def head_in(file: Path) -> Head:
    """Read a tree head, or say what is wrong with the file and end."""
    try:
        return Head.of(json.loads(file.read_text()))
    except (OSError, ValueError) as error:
        refuse(USAGE, f"{file} holds no tree head: {error}")


@contextmanager
def progress_to(total: int, what: str) -> Generator[Callable[[int], None]]:
    """Show how far it is, on a terminal only; give what is to be told the count."""
    console = Console(stderr=True)
    with Progress(console=console, disable=not console.is_terminal) as progress:
        task = progress.add_task(what, total=total)
        yield lambda count: progress.update(task, completed=count)
