"""Uploads are checked and become learners by themselves, whatever happens meanwhile."""

import random
import signal
from collections import Counter
from contextlib import closing
from pathlib import Path

import pytest

from aggregates.uploads.upload import Upload
from aggregates.uploads.upload_progress import UploadStatus
from events.learners.learner import LearnerCreated
from events.learners.verification import UlnVerified
from events.uploads.upload import RecordRead
from projections.database import open_database
from projections.learners import learner_search
from projections.uploads import uploads
from store import EventStore, FileGone
from tests import processes
from tests.api.running import running
from tests.clock import PATIENCE, Clock
from tests.commands.upload_centre import ADMINISTRATOR, UploadCentre
from tests.learner_examples import CENTRE, DETAILS, cells, csv_file
from tests.policies import upload_work
from tests.policies.upload_work import INVALID, NAME, ULNS, UNKNOWN, VALID

KILLS = 4


def test_an_upload_is_checked_against_who_is_known_and_added_when_submitted(
    database_url: str, keys: Path, clock: Clock
) -> None:
    """U5, U6, U9: on both databases, likenesses in the read model included."""
    with running(database_url, keys, clock) as service:
        upload_centre = UploadCentre(store=service.store, now=clock)
        upload_centre.create(cells(uln=""))
        assert service.read_models.wait_for(service.store.head(), PATIENCE)
        group = upload_centre.upload(csv_file(cells(), cells(given_name="Zoë", uln="")))
        wait = service.policies.wait_for
        assert wait(service.store.head(), PATIENCE)
        assert [*upload_centre.states(group).values()] == ["to-confirm", "valid"]
        upload_centre.submit(group)
        while upload_centre.shown(group).status is not UploadStatus.DONE:
            assert wait(service.store.head(), PATIENCE)
        assert service.read_models.wait_for(service.store.head(), PATIENCE)
        with service.read_models.connection() as connection:
            find = learner_search.alike(connection, CENTRE, [DETAILS.likeness])
            assert len(find[DETAILS.likeness]) == 1
            rows = uploads.search_uploads(
                connection, centre=CENTRE, name="aut", limit=2
            ).rows
        assert [(row.group, row.progress, row.learners) for row in rows] == [
            (group, 100, 1)
        ]


@pytest.mark.parametrize("seed", [1])
def test_an_upload_killed_again_and_again_adds_each_learner_once(
    any_store: EventStore,
    database_url: str,
    keys: Path,
    seed: int,
) -> None:
    """U7, U9: no learner twice, none missing, whatever moment the process is killed at.

    Nor is any record verified twice, or not at all.
    """
    survive(database_url, keys, seed=seed, kills=KILLS)
    assert_whole(any_store, database_url)


@pytest.mark.prove
@pytest.mark.parametrize("seed", range(2, 7))
def test_no_moment_to_be_killed_at_loses_or_doubles_a_learner(
    any_store: EventStore, database_url: str, keys: Path, seed: int
) -> None:
    """U7, U9: at fifty more moments on each database."""
    survive(database_url, keys, seed=seed, kills=10)
    assert_whole(any_store, database_url)


def survive(database: str, keys: Path, *, seed: int, kills: int) -> None:
    """Run the work, killed so often at moments of the seed's choosing, to its end."""
    chosen = random.Random(seed)  # noqa: S311 - moments to be killed at, no secret
    for seconds in [*(chosen.uniform(0.02, 0.25) for _ in range(kills)), 0]:
        ended = processes.run(upload_work.main, database, str(keys), seconds)
        assert ended in ({-signal.SIGKILL, 0} if seconds else {0})


def assert_whole(store: EventStore, database: str) -> None:
    """Look at the facts and the rows: every valid row is one learner of the group."""
    made = Counter(
        recorded.event.given_name
        for recorded in store.log(after=0, limit=100_000)
        if isinstance(recorded.event, LearnerCreated)
    )
    assert made == Counter(f"N{n}" for n in range(VALID))
    key = store.make_key(NAME.casefold())
    scope = f"group-name:{ADMINISTRATOR.user}"
    (held,) = store.find_reservations(scope, [key]).values()
    upload = Upload.replay(store.open(held.stream).events)
    assert len(set(upload.learners)) == len(upload.learners) == VALID
    wrong = INVALID + len(UNKNOWN)
    assert (upload.invalid, len(upload.left)) == (wrong, wrong)
    assert answers(store) == {"WSVRC001": len(ULNS), "WSVRC006": len(UNKNOWN)}
    with pytest.raises(FileGone):
        store.file(upload.received.file)
    with closing(open_database(database)) as shown, shown.reading() as connection:
        row = uploads.search_uploads(connection, centre=CENTRE, limit=1).rows[0]
        counts = uploads.counts(connection, row.group)
    assert (row.progress, row.learners) == (100, VALID)
    assert counts == {"learner": VALID, "invalid": wrong}


def answers(store: EventStore) -> Counter[str]:
    """Count what LRS said of records, each of which has heard it once at most."""
    log = store.log(after=0, limit=100_000)
    records = {r.stream for r in log if isinstance(r.event, RecordRead)}
    heard = [
        (r.stream, r.event.code)
        for r in log
        if isinstance(r.event, UlnVerified) and r.stream in records
    ]
    assert len(dict(heard)) == len(heard)
    return Counter(code for _, code in heard)
