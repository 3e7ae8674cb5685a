"""The interface of a verifier, and the faults that keep LRS from answering."""

from typing import ClassVar, Protocol

from aggregates.learners.details import Details
from aggregates.learners.verification import PostponedReason, VerificationAnswer


class LrsFault(Exception):
    """LRS gave no answer; ``why`` is the kind of reason."""

    why: ClassVar[PostponedReason]


class Unreachable(LrsFault):
    """LRS does not answer in time, or something on the way reports a failure."""

    why = PostponedReason.UNREACHABLE


class OutOfHours(LrsFault):
    """LRS is closed at this hour (WSEC0004)."""

    why = PostponedReason.OUT_OF_HOURS


class RequestRefused(LrsFault):
    """LRS refuses these details (WSEC0001); it may accept another learner's."""

    why = PostponedReason.REQUEST_REFUSED


class OrganisationRefused(LrsFault):
    """LRS refuses our organisation: UKPRN, password, rights (WSEC0003, 0005, 0006)."""

    why = PostponedReason.ORGANISATION_REFUSED


class NotUnderstood(LrsFault):
    """The response is not an answer of LRS."""

    why = PostponedReason.NOT_UNDERSTOOD


class Verifier(Protocol):
    """Verifies one learner who has a ULN."""

    def verify(self, details: Details) -> VerificationAnswer:
        """Ask LRS. Raises an LrsFault if it does not answer."""
        ...
