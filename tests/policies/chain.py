"""A long work of many short acts, in a process that can be killed in the middle.

Each centre that is opened has the next one opened after it, up to the last. The process
kills itself after opening a centre that is named, before anything can note that this was
done; for a negative number, before.
"""

import os
import signal
from datetime import UTC, datetime
from pathlib import Path

from audit import ledger as audit
from catalogue import load
from commands.centres.centre import OpenCentre
from commands.command import CommandContext
from events.centres.centre import CentreOpened
from policies.policy import Policy, send_once
from projections.database import open_database
from projections.read_models import ReadModels
from service import Service
from store import Recorded, open_store
from tests.clock import PATIENCE
from tests.projections.shown_centres import SHOWN_CENTRES

FIRST = 100
CATALOGUE = Path(__file__).parents[2] / "catalogue"


def main(database: str, keys: str, last: int, crashes: frozenset[int]) -> None:
    def act(recorded: Recorded, context: CommandContext, _: ReadModels) -> None:
        assert isinstance(recorded.event, CentreOpened)
        number = int(recorded.event.number) + 1
        if number <= last:
            die_if(-number in crashes)
            by, now = policy.actor(recorded), datetime.now(UTC)
            command = OpenCentre(by=by, at=now, number=f"{number}", name="Next")
            send_once(command, context)
            die_if(number in crashes)

    policy = Policy(name="chain", on=(CentreOpened,), act=act)
    service = Service(
        store=open_store(database, keys=Path(keys)),
        database=open_database(database),
        ledger=open_database(database, audit.NAME),
        catalogue=load(CATALOGUE),
        read_models=(SHOWN_CENTRES,),
        policies=(policy,),
    )
    with service:
        service.start()
        assert service.policies.wait_for(last - FIRST + 1, PATIENCE)
        assert service.read_models.wait_for(last - FIRST + 1, PATIENCE)


def die_if(now: bool) -> None:  # noqa: FBT001 - reads as it is meant
    if now:
        os.kill(os.getpid(), signal.SIGKILL)
