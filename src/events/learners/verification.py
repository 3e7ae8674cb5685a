"""The answers of the Learning Records Service about the ULN of a record or a learner."""

from uuid import UUID

from events.event import Event, Personal


class UlnVerified(Event, topic="uln.verified"):
    """LRS answered with a code, the flags of what does not match, and the master ULN.

    The event records a match or an anomaly; the code says which.
    """

    person_id: UUID
    code: str
    flags: tuple[str, ...] = ()
    master_uln: Personal[str | None] = None


class UlnVerificationPostponed(Event, topic="uln.verification-postponed"):
    """LRS did not answer, for the ``tries``-th time; it will be asked again."""

    why: str
    tries: int
