"""What can happen to a learner: a person known to a centre."""

from datetime import date
from enum import StrEnum
from uuid import UUID

from events.event import Event, Personal


class ImageKind(StrEnum):
    """What an image of a learner shows."""

    PHOTOGRAPH = "photograph"
    SIGNATURE = "signature"


class LearnerCreated(Event, topic="learner.created"):
    """A centre made a learner known, in a group or alone.

    ``to_verify`` tells that the ULN is to be verified by LRS.
    """

    learner: str
    centre: str
    group: str | None
    person_id: UUID
    given_name: Personal[str]
    family_name: Personal[str]
    date_of_birth: Personal[date]
    gender: Personal[str | None] = None
    uln: Personal[str | None] = None
    centre_reference: Personal[str | None] = None
    email: Personal[str | None] = None
    postcode: Personal[str | None] = None
    to_verify: bool = False


class LearnerIdentityAmended(Event, topic="learner.identity-amended"):
    """Who the learner is was put right: all three as they are now.

    ``is_further`` tells the awarding organisation's amendment from the centre's one;
    ``to_verify`` whether the ULN is now to be verified, None if that is as it was.
    """

    person_id: UUID
    given_name: Personal[str]
    family_name: Personal[str]
    date_of_birth: Personal[date]
    is_further: bool = False
    reason: Personal[str | None] = None
    to_verify: bool | None = None


class LearnerDetailsAmended(Event, topic="learner.details-amended"):
    """What else is known of the learner changed: all of it as it is now.

    ``to_verify`` is as when the identity is amended.
    """

    person_id: UUID
    gender: Personal[str | None]
    uln: Personal[str | None]
    centre_reference: Personal[str | None]
    email: Personal[str | None]
    postcode: Personal[str | None]
    reason: Personal[str | None] = None
    to_verify: bool | None = None


class LearnerWithdrawn(Event, topic="learner.withdrawn"):
    """The upload that the learner came with was undone: they are known no more."""


class LearnerTransferred(Event, topic="learner.transferred"):
    """The learner is another centre's from then on, with all that is theirs."""

    centre: str
    person_id: UUID
    reason: Personal[str]


class LearnerErased(Event, topic="learner.erased"):
    """All that said something of the learner was made unreadable, for ever.

    Why is kept under a key of its own, ``person_id``, for the learner's is lost.
    """

    person_id: UUID
    reason: Personal[str]


class LearnerImageSubmitted(Event, topic="learner.image-submitted"):
    """A photograph or signature was given, in place of the one before.

    ``file`` is the sealed file's name; the size is in bytes, width and height in pixels.
    """

    kind: ImageKind
    file: str
    sha256: str
    media_type: str
    size: int
    width: int
    height: int
