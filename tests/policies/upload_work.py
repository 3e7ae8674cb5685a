"""An upload from file to learners, in a process that can be killed at any moment.

Uploads the group if nobody has, some of it verified by LRS, submits it when it is
checked and ends when its learners are there. Kills itself so many seconds after it has
begun, or never if that is 0.
"""

import os
import signal
import time
from datetime import UTC, datetime
from pathlib import Path
from threading import Timer

from aggregates.uploads.upload import Upload
from aggregates.uploads.upload_progress import UploadStatus
from aggregates.uploads.upload_refusals import GroupNameTaken
from audit import ledger as audit
from catalogue import load
from commands.uploads import upload as uploading
from commands.uploads import verification
from commands.uploads.upload import SubmitLearnerGroup, UploadLearnerGroup
from lrs import BatchVerifier, Simulator
from lrs.simulator import Fixture, Others
from policies.uploads import ADD_LEARNERS, CHECK_UPLOADS
from policies.verification import VERIFY_ULNS
from projections.database import open_database
from projections.learners import learner_verifications, learners
from projections.uploads import uploads
from repositories.aggregate_types import GROUP
from repositories.repository import load_known
from service import Service
from store import open_store
from tests.clock import PATIENCE
from tests.commands.upload_centre import ADMINISTRATOR
from tests.learner_examples import cells, csv_file, made_ulns

CATALOGUE = Path(__file__).parents[2] / "catalogue"
VALID, INVALID = 300, 3
ULNS = made_ulns(100)
UNKNOWN = made_ulns(103)[100:]
BATCH = 10
NAME = "Autumn"


def file() -> bytes:
    """Make a file of many learners, some with a ULN, and a few that are not right."""
    ulns = dict(enumerate(ULNS))
    rows = [cells(given_name=f"N{n}", uln=ulns.get(n, "")) for n in range(VALID)]
    wrong = [cells(family_name="", uln="")] * INVALID
    return csv_file(*rows, *wrong, *(cells(uln=uln) for uln in UNKNOWN))


def run(service: Service) -> None:
    """Do what a person does, as far as it has not been done."""
    by, now = ADMINISTRATOR, datetime.now(UTC)
    upload = UploadLearnerGroup(
        by=by, at=now, name=NAME, file_name="learners.csv", content=file()
    )
    try:
        group = service.send(upload).created_id
    except GroupNameTaken as taken:
        group = str(taken.values["group"])
    while (shown := state(service, group)).status is not UploadStatus.DONE:
        if shown.status is UploadStatus.CHECKED:
            service.send(SubmitLearnerGroup(by=by, at=now, group=group))
        time.sleep(0.005)
    assert service.read_models.wait_for(service.store.head(), PATIENCE)


def state(service: Service, group: str) -> Upload:
    return load_known(GROUP, group, store=service.store)[1]


def die() -> None:
    os.kill(os.getpid(), signal.SIGKILL)


def main(database: str, keys: str, seconds: float) -> None:
    uploading.BATCH = verification.AT_A_TIME = BATCH
    knows = Fixture(others=Others.MATCH, missing=frozenset(UNKNOWN))
    service = Service(
        store=open_store(database, keys=Path(keys)),
        database=open_database(database),
        ledger=open_database(database, audit.NAME),
        catalogue=load(CATALOGUE),
        read_models=(
            learners.READ_MODEL,
            uploads.READ_MODEL,
            learner_verifications.READ_MODEL,
        ),
        policies=(CHECK_UPLOADS, ADD_LEARNERS, VERIFY_ULNS),
        verify=BatchVerifier(Simulator(fixture=knows)),
    )
    with service:
        if seconds:
            timer = Timer(seconds, die)
            timer.daemon = True
            timer.start()
        service.start()
        run(service)
