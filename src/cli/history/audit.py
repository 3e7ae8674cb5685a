"""Proving that the events are unchanged: verify, head, bundle."""

import json
from hashlib import sha256
from pathlib import Path
from typing import Annotated

import typer

from cli.messages import FAILED, PROBLEMS, print_message, refuse

app = typer.Typer(help="Prove that no event was altered, removed or inserted.")


@app.command("verify")
def verify(
    context: typer.Context,
    head: Annotated[
        list[Path] | None,
        typer.Option(help="Tree heads kept elsewhere; a file of one or more."),
    ] = None,
) -> None:
    """Compare every event with the ledger; name the first that is wrong, if any is."""
    from audit.verification import verify as verify_events
    from cli.configuration import settings_of
    from cli.history.proof import heads_in, progress_to, unsealed_in_words
    from cli.session import exit_on_refusal, open_session

    kept = [each for file in head or () for each in heads_in(file)]
    with exit_on_refusal(), open_session(settings_of(context)) as service:
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
    print_message(
        f"Every event is as it was recorded{unsealed_in_words(found.unsealed)}."
    )


@app.command("head")
def head_(context: typer.Context) -> None:
    """Print the signed tree head, to be kept elsewhere for `audit verify --head`."""
    from cli.configuration import settings_of
    from cli.history.proof import sealing
    from cli.session import exit_on_refusal, open_session

    with exit_on_refusal(), open_session(settings_of(context)) as service, sealing():
        service.ledger.catch_up()
        signed = service.ledger.head()
        if signed is None:
            refuse(FAILED, "Nothing has been recorded yet, so there is no tree head.")
        typer.echo(json.dumps(signed.document(service.store.public_key), indent=2))


@app.command("bundle")
def bundle(
    context: typer.Context,
    file: Annotated[Path, typer.Argument(help="The zip to write; a new one.")],
) -> None:
    """Write every event into a zip that an auditor can verify offline."""
    from audit.bundle import SCRIPT, NothingSealed, write_bundle
    from catalogue import amount
    from cli.configuration import settings_of
    from cli.history.proof import progress_to, sealing
    from cli.session import exit_on_refusal, open_session

    with exit_on_refusal(), open_session(settings_of(context)) as service, sealing():
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
    print_message(f"{written} in {file}. Check them, anywhere, with Python alone:")
    print_message(f"  unzip {file} verify_bundle.py")
    print_message(f"  python -I verify_bundle.py {file} --key {key}")
    print_message(f"The script's SHA-256 is {sha256(SCRIPT.read_bytes()).hexdigest()}")
