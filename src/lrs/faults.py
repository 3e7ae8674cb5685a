"""The port: what verifies one learner, and what can keep it from answering."""

from typing import ClassVar, Protocol

from aggregates.learners.details import Details
from aggregates.learners.verification import PostponedReason, VerificationAnswer


class LrsFault(Exception):
    """LRS gave no answer; ``why`` says what kind of thing is in the way."""

    why: ClassVar[PostponedReason]


class Unreachable(LrsFault):
    """Nobody answers, or not in time, or something between says that it cannot."""

    why = PostponedReason.UNREACHABLE


class OutOfHours(LrsFault):
    """LRS is closed at this hour (WSEC0004)."""

    why = PostponedReason.OUT_OF_HOURS


class RequestRefused(LrsFault):
    """LRS does not take these details (WSEC0001); another learner's it may."""

    why = PostponedReason.REQUEST_REFUSED


class OrganisationRefused(LrsFault):
    """LRS does not serve us: UKPRN, password, rights (WSEC0003, 0005, 0006)."""

    why = PostponedReason.ORGANISATION_REFUSED


class NotUnderstood(LrsFault):
    """What came back is not an answer of LRS."""

    why = PostponedReason.NOT_UNDERSTOOD


class Verifier(Protocol):
    """Verifies one learner who has a ULN."""

    def verify(self, details: Details) -> VerificationAnswer:
        """Ask LRS; raises an LrsFault if it does not answer."""
        ...
