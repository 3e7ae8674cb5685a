"""Inputs and progress of the audit commands."""

import json
from collections.abc import Callable, Generator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from rich.console import Console
from rich.progress import Progress

from audit.head import Head
from audit.ledger import NotSealable
from cli.messages import PROBLEMS, USAGE, refuse


def unsealed_in_words(count: int) -> str:
    return f"; the ledger has not come to the last {count} yet" if count else ""


def heads_in(file: Path) -> list[Head]:
    """Read a sequence of tree heads, or say what is wrong with the file and exit."""
    try:
        heads = [Head.of(document) for document in documents(file.read_text())]
    except (OSError, RecursionError, ValueError) as error:
        refuse(USAGE, f"{file} holds no tree head: {error}")
    return heads or refuse(USAGE, f"{file} holds no tree head: it is empty.")


def documents(text: str) -> Generator[Any]:
    """Read a sequence of JSON documents. Raises ValueError."""
    decoder, text = json.JSONDecoder(), text.strip()
    while text:
        document, end = decoder.raw_decode(text)
        yield document
        text = text[end:].lstrip()


@contextmanager
def sealing() -> Generator[None]:
    """Exit with a message if no tree head can be signed."""
    try:
        yield
    except NotSealable as error:
        refuse(PROBLEMS, str(error))


@contextmanager
def progress_to(total: int, what: str) -> Generator[Callable[[int], None]]:
    """Show progress, on a terminal only; yields the function to call with the count."""
    console = Console(stderr=True)
    with Progress(console=console, disable=not console.is_terminal) as progress:
        task = progress.add_task(what, total=total)
        yield lambda count: progress.update(task, completed=count)
