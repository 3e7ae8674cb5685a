"""Throttling of sign-ins: wrong passwords are events, counted by quarter of an hour.

Each quarter of an hour has streams of its own, so that however long somebody tries, no
stream grows past the limit; past it, tries are refused without a look at the password.
"""

from contextlib import suppress
from datetime import datetime

from aggregates.errors import Refusal
from catalogue import amount
from commands.command import CommandContext
from events.centres.sign_in import SignInRefused
from events.identifier import stream_of
from store import Actor, Conflict, Stream

QUARTER = 15 * 60
FROM_ONE_ADDRESS_FOR_ONE_NAME = 5
FOR_ONE_NAME = 50
FROM_ONE_ADDRESS = 50
TRIES = 8


class TooManyTries(Refusal):
    """Wrong passwords came too often (d): 5 by one address for one name, 50 in all."""

    code = "too-many-tries"

    message = "Too many wrong passwords were given. Wait {minutes} and try again."

    def __init__(self, *, seconds: int) -> None:
        super().__init__(minutes=amount(-(-seconds // 60), "minute"))
        self.seconds = seconds


def require_few_tries(
    context: CommandContext, *, name: str, address: str, at: datetime
) -> None:
    """Raise TooManyTries if wrong passwords came too often in this quarter."""
    of_name, of_address = _streams(context, name, address, at)
    key = context.store.make_key(address)
    same = sum(
        isinstance(event, SignInRefused) and event.address == key
        for event in of_name.events
    )
    if (
        same >= FROM_ONE_ADDRESS_FOR_ONE_NAME
        or len(of_name.events) >= FOR_ONE_NAME
        or len(of_address.events) >= FROM_ONE_ADDRESS
    ):
        raise TooManyTries(seconds=QUARTER - int(at.timestamp()) % QUARTER)


def count_try(
    context: CommandContext, *, name: str, address: str, at: datetime
) -> None:
    """Record a wrong try."""
    event = SignInRefused(address=context.store.make_key(address))
    by = Actor(user="nobody", role="", centre=None, channel="api")
    for _ in range(TRIES):
        streams = _streams(context, name, address, at)
        try:
            context.store.append(*(s.change([event]) for s in streams), by=by)
        except Conflict:
            continue
        return


def count_if_few(
    context: CommandContext, *, name: str, address: str, at: datetime
) -> None:
    """Record a refused sign-in, unless there are as many as are recorded already."""
    with suppress(TooManyTries):
        require_few_tries(context, name=name, address=address, at=at)
        count_try(context, name=name, address=address, at=at)


def _streams(
    context: CommandContext, name: str, address: str, at: datetime
) -> tuple[Stream, Stream]:
    quarter = int(at.timestamp()) // QUARTER
    keyed = context.store.make_key
    of_name = stream_of(f"sign-ins:{keyed(name.strip().lower())}:{quarter}")
    of_address = stream_of(f"sign-ins-from:{keyed(address)}:{quarter}")
    streams = context.store.open_many([of_name, of_address])
    return streams[of_name], streams[of_address]
