"""What can happen instead of a command's events: an important command was refused."""

from uuid import UUID

from events.event import Event, Personal


class CommandRefused(Event, topic="command.refused"):
    """A command was refused; ``subject`` is what it was about.

    ``command`` says in words what was asked. The subject's own stream names the key.
    """

    subject: str
    command: str
    code: str
    person_id: UUID
    message: Personal[str]


def as_stored(code: str) -> str:
    """Write a refusal's code as the event stores it: total-changed becomes TotalChanged."""
    return "".join(word.capitalize() for word in code.split("-"))
