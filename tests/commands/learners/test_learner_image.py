"""Photographs and signatures: what is recorded, and what is kept."""

import sqlite3
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from commands.learners.learner_image import SubmitLearnerImage, read_image
from events.learners.learner import ImageKind, LearnerImageSubmitted
from files.image import plain_image
from store import EventStore
from tests.clock import Clock
from tests.commands.upload_centre import ADMINISTRATOR, MACHINE, UploadCentre
from tests.image_examples import picture, written

SIZES = range(1, 7)
IMAGES = {size: written(picture(size=(size, size)), "PNG") for size in SIZES}


def test_images_submitted_at_once_are_all_kept_and_the_last_is_shown(
    store: EventStore, clock: Clock, tmp_path: Path
) -> None:
    """L1, H2: whoever was slower has replaced the other's, and no file is left over."""
    upload_centre = UploadCentre(store=store, now=clock)
    learner = upload_centre.create()

    def submit(size: int) -> None:
        command = SubmitLearnerImage(
            by=ADMINISTRATOR,
            at=clock(),
            learner=learner,
            kind=ImageKind.PHOTOGRAPH,
            content=IMAGES[size],
        )
        upload_centre.send(command)

    with ThreadPoolExecutor(4) as pool:
        list(pool.map(submit, SIZES))
    stream, shown, content = read_image(
        upload_centre.context, learner, ImageKind.PHOTOGRAPH, MACHINE
    )
    submitted = [e for e in stream.events if isinstance(e, LearnerImageSubmitted)]
    assert sorted(event.width for event in submitted) == list(SIZES)
    assert shown == submitted[-1]
    for event in submitted:
        assert store.file(event.file) == plain_image(IMAGES[event.width]).content
    assert content == store.file(shown.file)
    with sqlite3.connect(tmp_path / "data" / "events.db") as database:
        assert database.execute("SELECT count(*) FROM files").fetchone() == (6,)
