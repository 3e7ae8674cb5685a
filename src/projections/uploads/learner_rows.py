"""The rows of files that are one learner, as the read model of uploads knows them."""

from collections.abc import Callable, Sequence
from contextlib import AbstractContextManager
from uuid import UUID

from sqlalchemy import Connection, select

from projections.uploads.upload_rows import RECORDS


def finder(
    connect: Callable[[], AbstractContextManager[Connection]],
) -> Callable[[str], Sequence[UUID]]:
    """Make what commands find the streams of a learner's rows by, in every file (H6)."""

    def find(learner: str) -> Sequence[UUID]:
        its = select(RECORDS.c.stream).where(RECORDS.c.learner == learner)
        with connect() as connection:
            return [UUID(stream) for stream in connection.scalars(its)]

    return find
