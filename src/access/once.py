"""A command that is sent again under its key has no further effect."""

from hmac import compare_digest

from access.policy import send
from aggregates.errors import Refusal
from commands.command import Command, CommandContext, CommandResult
from repositories.repository import identify
from store import AlreadyDone, Conflict, Held, Once


class KeyUsedBefore(Exception):
    """The key was used for something else that was asked."""


def send_once(command: Command, context: CommandContext, once: Once) -> CommandResult:
    """Send the command unless it was done before under this key, as ``command.by.once``.

    Refusals are not kept: what was refused may be sent again under the same key. Raises
    KeyUsedBefore, or what the command is refused with.
    """

    def find_reservation() -> Held | None:
        return context.store.find_reservations(once.scope, [once.key]).get(once.key)

    def earlier_result(held: Held) -> CommandResult:
        if not compare_digest(held.digest or "", once.digest or ""):
            raise KeyUsedBefore
        created_id = identify(context.store.open(held.stream))
        return CommandResult(position=held.position, created_id=created_id)

    if held := find_reservation():
        return earlier_result(held)
    try:
        return send(command, context)
    except AlreadyDone as error:
        return earlier_result(error.held)
    except (Refusal, Conflict):
        if held := find_reservation():  # the same, at the same moment, was quicker
            return earlier_result(held)
        raise
