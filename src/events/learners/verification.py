"""What the Learning Records Service says of the ULN of a record, or of a learner."""

from uuid import UUID

from events.event import Event, Personal


class UlnVerified(Event, topic="uln.verified"):
    """LRS answered: its code, the flags of what does not match, and the master ULN.

    It is an anomaly that is recorded here as well as a match: the code says which.
    """

    person_id: UUID
    code: str
    flags: tuple[str, ...] = ()
    master_uln: Personal[str | None] = None


class UlnVerificationPostponed(Event, topic="uln.verification-postponed"):
    """LRS was asked and did not answer, for so many times now; it is asked again."""

    why: str
    tries: int
