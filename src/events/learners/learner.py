"""What can happen to a learner: a person known to a centre."""

from datetime import date
from enum import StrEnum
from uuid import UUID

from events.event import Event, Personal


class ImageKind(StrEnum):
    """The kinds of a learner's images."""

    PHOTOGRAPH = "photograph"
    SIGNATURE = "signature"


class LearnerCreated(Event, topic="learner.created"):
    """A centre created a learner, in a group or alone.

    ``to_verify``: LRS will be asked about the ULN.
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
    """The learner's identity was amended; the fields hold all of it as it is now.

    ``is_further``: the awarding organisation amended it, not the centre. ``to_verify`` says
    whether the ULN must now be verified; None leaves that as it was.
    """

    person_id: UUID
    given_name: Personal[str]
    family_name: Personal[str]
    date_of_birth: Personal[date]
    is_further: bool = False
    reason: Personal[str | None] = None
    to_verify: bool | None = None


class LearnerDetailsAmended(Event, topic="learner.details-amended"):
    """The learner's other details changed; the fields hold all of them as they are now.

    ``to_verify`` is as in LearnerIdentityAmended.
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
    """The upload that created the learner was undone: the learner no longer exists."""


class LearnerTransferred(Event, topic="learner.transferred"):
    """The learner belongs to another centre from now on, with all their records."""

    centre: str
    person_id: UUID
    reason: Personal[str]


class LearnerErased(Event, topic="learner.erased"):
    """Everything about the learner was made unreadable for ever.

    The reason is encrypted under a key of its own, ``person_id``, because the learner's key
    is destroyed.
    """

    person_id: UUID
    reason: Personal[str]


class LearnerImageSubmitted(Event, topic="learner.image-submitted"):
    """A photograph or signature was submitted; it replaces any earlier one.

    ``file`` is the sealed file's name. The size is in bytes, width and height in pixels.
    """

    kind: ImageKind
    file: str
    sha256: str
    media_type: str
    size: int
    width: int
    height: int
