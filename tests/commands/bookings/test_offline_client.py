"""Programs that are registered at the same moment, on both databases."""

from functools import partial

from aggregates.bookings.offline_client import OfflineClientKnown
from commands.bookings.offline_client import RegisterOfflineClient
from commands.command import CommandContext, CommandResult, handle
from events.bookings.offline_client import OfflineClientRegistered
from store import EventStore
from tests.claim_examples import CATALOGUE
from tests.clock import Clock
from tests.commands.claims.test_claim_races import at_once
from tests.commands.upload_centre import ADMINISTRATOR
from tests.offline_client import Program

PEOPLE = 6


def test_of_one_key_registered_at_once_one_client_is_made(
    any_store: EventStore, clock: Clock
) -> None:
    """B13: the others are told which it is."""
    command = RegisterOfflineClient(
        by=ADMINISTRATOR,
        at=clock(),
        name="Laptop 7",
        version="2.1",
        public_key=Program().public_key,
    )
    context = CommandContext(store=any_store, catalogue=CATALOGUE)
    answers = at_once([partial(handle, command, context)] * PEOPLE)
    (done,) = (answer for answer in answers if isinstance(answer, CommandResult))
    refused = [answer for answer in answers if isinstance(answer, OfflineClientKnown)]
    assert [each.values["client"] for each in refused] == [done.created_id] * (
        PEOPLE - 1
    )
    log = [each.event for each in any_store.log(after=0)]
    assert len([each for each in log if isinstance(each, OfflineClientRegistered)]) == 1
