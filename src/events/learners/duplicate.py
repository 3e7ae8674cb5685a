"""What can happen to a pair of learners who may be one person."""

from enum import StrEnum
from uuid import UUID

from events.event import Event, Personal


class Decision(StrEnum):
    """The decisions on a pair of learners."""

    SAME = "same"
    DIFFERENT = "different"


class DuplicateDecided(Event, topic="duplicate.decided"):
    """Two learners were said to be one person, or two.

    ``centre`` is set if both belong to it. The key of the reason is named by the pair's
    stream.
    """

    first: str
    second: str
    centre: str | None
    decision: Decision
    person_id: UUID
    reason: Personal[str]
