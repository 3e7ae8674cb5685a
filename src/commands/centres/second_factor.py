"""Commands on second factors."""

from dataclasses import dataclass
from typing import ClassVar

from aggregates.centres.second_factor import SecondFactorIsOn
from commands.centres.user import open_user, require_may_manage
from commands.command import Command, CommandContext, CommandResult, handles
from events.centres.second_factor import SecondFactorTurnedOn
from repositories.aggregate_types import SECOND_FACTOR
from repositories.repository import find


@dataclass(frozen=True, kw_only=True)
class TurnOnSecondFactor(Command):
    """Ask the sender for a code, too, whenever they sign in by password.

    ``step`` is the half minute of the code that proved that their app has the secret.
    """

    title: ClassVar = "turn on a second factor"

    secret: str
    recovery_hashes: tuple[str, ...]
    step: int


@dataclass(frozen=True, kw_only=True)
class TurnOffSecondFactor(Command):
    """Let a user, oneself or a colleague, sign in by password alone."""

    title: ClassVar = "turn off a second factor"

    name: str
    reason: str | None = None


@handles(TurnOnSecondFactor)
def turn_on_second_factor(
    command: TurnOnSecondFactor, context: CommandContext
) -> CommandResult:
    _, user = open_user(context, command.by.user, command.by)
    stream, present = find(SECOND_FACTOR, user.name, store=context.store)
    if present is not None and present.is_on:
        raise SecondFactorIsOn
    turned_on = SecondFactorTurnedOn(
        user=user.name,
        person_id=user.key,
        secret=command.secret,
        recovery_hashes=command.recovery_hashes,
        step=command.step,
    )
    change = stream.change([turned_on], owner=command.by.centre)
    return context.record(command, change)


@handles(TurnOffSecondFactor)
def turn_off_second_factor(
    command: TurnOffSecondFactor, context: CommandContext
) -> CommandResult:
    _, user = open_user(context, command.name, command.by)
    require_may_manage(
        user, command.by, what="reset the second factor", reason=command.reason
    )
    stream, present = find(SECOND_FACTOR, user.name, store=context.store)
    events = present.turn_off(command.reason) if present else []
    return context.record(command, stream.change(events))
