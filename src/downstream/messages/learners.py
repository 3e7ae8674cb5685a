"""The public messages about learners: they say that something changed, not what it is now."""

from downstream.messages.message import Message, tells
from events.learners import learner


@tells(learner.LearnerCreated, subject="learner")
class LearnerCreatedMessage(Message, frozen=True, kw_only=True):
    """A centre created a learner, in a group or alone."""

    learner: str
    group: str | None


@tells(learner.LearnerIdentityAmended, subject="learner")
class LearnerIdentityAmendedMessage(Message, frozen=True, kw_only=True):
    """The learner's identity was amended; the API gives the present one."""

    learner: str


@tells(learner.LearnerDetailsAmended, subject="learner")
class LearnerDetailsAmendedMessage(Message, frozen=True, kw_only=True):
    """The learner's other details changed; the API gives the present ones."""

    learner: str


@tells(learner.LearnerWithdrawn, subject="learner")
class LearnerWithdrawnMessage(Message, frozen=True, kw_only=True):
    """The upload that created the learner was undone: the learner no longer exists."""

    learner: str


@tells(learner.LearnerTransferred, subject="learner")
class LearnerTransferredMessage(Message, frozen=True, kw_only=True):
    """The learner belongs to this centre from now on, with all their records."""

    learner: str


@tells(learner.LearnerErased, subject="learner")
class LearnerErasedMessage(Message, frozen=True, kw_only=True):
    """Everything about the learner was erased: erase it in your system, too."""

    learner: str
