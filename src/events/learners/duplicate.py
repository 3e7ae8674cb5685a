"""What can happen to a pair of learners who may be one person."""

from enum import StrEnum
from uuid import UUID

from events.event import Event, Personal


class Decision(StrEnum):
    """What somebody who looked at both says of them."""

    SAME = "same"
    DIFFERENT = "different"


class DuplicateDecided(Event, topic="duplicate.decided"):
    """Two learners were said to be one person, or two; ``centre`` if both are its own.

    The key is the pair's own stream.
    """

    first: str
    second: str
    centre: str | None
    decision: Decision
    person_id: UUID
    reason: Personal[str]
