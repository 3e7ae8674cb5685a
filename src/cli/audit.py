"""Proving that nothing was changed behind the service's back: verify, head, bundle."""

import json
from collections.abc import Callable, Generator
from contextlib import contextmanager
from hashlib import sha256
from pathlib import Path
from typing import Annotated, Any

import typer
from rich.console import Console
from rich.progress import Progress

from audit.bundle import SCRIPT, NothingSealed, write_bundle
from audit.head import Head
from audit.ledger import NotSealable
from audit.verification import verify as verify_events
from catalogue import amount
from cli.configuration import settings_of
from cli.opening import opened, told
from cli.talk import FAILED, PROBLEMS, USAGE, refuse, talk

app = typer.Typer(help="Prove that no event was altered, removed or inserted.")


@app.command()
def verify(
    context: typer.Context,
    head: Annotated[
        list[Path] | None,
        typer.Option(help="Tree heads kept elsewhere; a file of one or more."),
    ] = None,
) -> None:
    """Compare every event with the ledger; name the first that is wrong, if any is."""
    kept = [each for file in head or () for each in heads_in(file)]
    with told(), opened(settings_of(context), to_record=False) as service:
        total = service.store.head()
        with progress_to(total, "events") as update:
            found = verify_events(service.ledger, kept=kept, progress=update)
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
    talk(f"Every event is as it was recorded{unsealed_in_words(found.unsealed)}.")


@app.command("head")
def head_(context: typer.Context) -> None:
    """Print the signed tree head, to be kept elsewhere for `audit verify --head`."""
    with told(), opened(settings_of(context), to_record=False) as service, sealing():
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
    with told(), opened(settings_of(context), to_record=False) as service, sealing():
        service.ledger.catch_up()
        try:
            with progress_to(service.store.head(), "events") as update:
                count = write_bundle(service.ledger, file, update)
        except NothingSealed:
            refuse(FAILED, "Nothing has been recorded yet, so there is no bundle.")
        except OSError as error:
            refuse(FAILED, f"{file} cannot be written: {error.strerror}.")
        key = service.store.public_key.hex()
    written = amount(count, "event is", "events are")
    talk(f"{written} in {file}. Check them, anywhere, with Python alone:")
    talk(f"  unzip {file} verify_bundle.py")
    talk(f"  python -I verify_bundle.py {file} --key {key}")
    talk(f"The script's SHA-256 is {sha256(SCRIPT.read_bytes()).hexdigest()}")


def unsealed_in_words(count: int) -> str:
    return f"; the ledger has not come to the last {count} yet" if count else ""


def heads_in(file: Path) -> list[Head]:
    """Read tree heads, one after another, or say what is wrong with the file and end."""
    try:
        heads = [Head.of(document) for document in documents(file.read_text())]
    except (OSError, ValueError) as error:
        refuse(USAGE, f"{file} holds no tree head: {error}")
    return heads or refuse(USAGE, f"{file} holds no tree head: it is empty.")


def documents(text: str) -> Generator[Any]:
    """Read JSON documents that follow one another; raises ValueError."""
    decoder, text = json.JSONDecoder(), text.strip()
    while text:
        document, end = decoder.raw_decode(text)
        yield document
        text = text[end:].lstrip()


@contextmanager
def sealing() -> Generator[None]:
    """Say what is in the way of a tree head, and end."""
    try:
        yield
    except NotSealable as error:
        refuse(PROBLEMS, str(error))


@contextmanager
def progress_to(total: int, what: str) -> Generator[Callable[[int], None]]:
    """Show how far it is, on a terminal only; give what is to be told the count."""
    console = Console(stderr=True)
    with Progress(console=console, disable=not console.is_terminal) as progress:
        task = progress.add_task(what, total=total)
        yield lambda count: progress.update(task, completed=count)
