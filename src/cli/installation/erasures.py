"""The list of erasures, kept outside backups and applied again after a restore (H6)."""

import json
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING, Annotated
from uuid import UUID

import typer

from cli.messages import FAILED, USAGE, print_message, refuse

if TYPE_CHECKING:
    from service import Service

app = typer.Typer(no_args_is_help=True)

REASON = "Erased before; a backup from before that was restored."


@app.callback()
def erasures() -> None:
    """List who was erased, to be kept elsewhere, or erase them again after a restore."""


@app.command("list")
def list_erasures(context: typer.Context) -> None:
    """Print every erasure, a JSON object a line: no name, nothing of anybody."""
    from cli.configuration import settings_of
    from cli.session import exit_on_refusal, open_session

    with exit_on_refusal(), open_session(settings_of(context)) as service:
        for line in list_erased(service):
            typer.echo(json.dumps(line))


@app.command()
def apply(
    context: typer.Context,
    file: Annotated[Path, typer.Argument(help="What `erasures list` printed.")],
    user: Annotated[str, typer.Option("--as", help="Who does it.")],
) -> None:
    """Erase again whoever is on the list and came back with a backup."""
    from aggregates.errors import Refusal
    from catalogue import amount
    from cli.configuration import settings_of
    from cli.session import CHANNEL, exit_on_refusal, get_user, open_session
    from commands.learners.learner_erasure import EraseLearner
    from projections.history import learner_streams
    from projections.uploads import uploads

    persons, learners = read_list(file)
    with exit_on_refusal(), open_session(settings_of(context)) as service:
        by = get_user(service, user).actor(CHANNEL)
        service.read_models.catch_up()
        connect = service.read_models.connection
        living = set(learners) - {
            e["learner"] for e in list_erased(service) if "learner" in e
        }
        refused = []
        for learner in sorted(living):
            try:
                service.send(
                    EraseLearner(
                        by=by,
                        at=service.clock(),
                        learner=learner,
                        reason=REASON,
                        rows=uploads.learner_row_finder(connect),
                        streams=learner_streams.finder(connect),
                        end_in_flight=True,
                    )
                )
            except Refusal as refusal:
                refused.append(f"{learner}: {refusal}")
        lost = set(service.store.lost_keys())
        again = [person for person in persons if person not in lost]
        for person in again:
            service.store.forget(person)
        service.read_models.catch_up()
    count = amount(len(living) - len(refused), "learner")
    print_message(
        f"Erased again: {count}. Keys that came back and are lost again, with the files"
        f" under them: {len(again)}. Next: learner-management rebuild"
    )
    if refused:
        refuse(FAILED, "Not recorded as erased, though nothing can be read:", *refused)


def list_erased(service: "Service") -> Iterator[dict[str, str]]:
    """List each learner who was erased, with the moment, and each person's key that is lost."""
    from events.learners.learner import LearnerCreated, LearnerErased

    after = 0
    while batch := service.store.log(after=after):
        for recorded in batch:
            if isinstance(recorded.event, LearnerErased):
                first = service.store.open(recorded.stream).history[0].event
                if isinstance(first, LearnerCreated):
                    moment = recorded.recorded_at.isoformat()
                    yield {"learner": first.learner, "erased_at": moment}
        after = batch[-1].position
    for person in service.store.lost_keys():
        yield {"person": str(person)}


def read_list(file: Path) -> tuple[list[UUID], list[str]]:
    """Read persons and learners of a list, or say what is wrong with it and end."""
    persons, learners = [], []
    try:
        for line in file.read_text().splitlines():
            said = json.loads(line)
            with suppress(KeyError):
                persons.append(UUID(said["person"]))
            with suppress(KeyError):
                learners.append(str(said["learner"]))
    except (OSError, TypeError, ValueError) as error:
        refuse(USAGE, f"{file} is no list of erasures: {error}")
    return persons, learners
