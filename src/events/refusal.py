"""What can happen instead of what was asked: a command that matters was refused."""

from uuid import UUID

from events.event import Event, Personal


class CommandRefused(Event, topic="command.refused"):
    """Somebody asked for what they may not have; the key is the subject's own stream.

    ``command`` says in words what was asked, ``subject`` of what.
    """

    subject: str
    command: str
    code: str
    person_id: UUID
    message: Personal[str]


def as_stored(code: str) -> str:
    """Write the code of a refusal as the event has it: total-changed is TotalChanged."""
    return "".join(word.capitalize() for word in code.split("-"))
