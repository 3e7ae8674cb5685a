"""The public messages about learners: they say that something changed, not what it is now."""

from downstream.messages.message import Message, tells
from events.learners import learner


@tells(learner.LearnerCreated, subject="learner")
class LearnerCreatedMessage(Message, frozen=True, kw_only=True):
    """A centre made a learner known, in a group or alone."""

    learner: str
    group: str | None


@tells(learner.LearnerIdentityAmended, subject="learner")
class LearnerIdentityAmendedMessage(Message, frozen=True, kw_only=True):
    """Who the learner is was put right: ask the API for it."""

    learner: str


@tells(learner.LearnerDetailsAmended, subject="learner")
class LearnerDetailsAmendedMessage(Message, frozen=True, kw_only=True):
    """What else is known of the learner changed: ask the API for it."""

    learner: str


@tells(learner.LearnerWithdrawn, subject="learner")
class LearnerWithdrawnMessage(Message, frozen=True, kw_only=True):
    """The upload that the learner came with was undone: they are known no more."""

    learner: str


@tells(learner.LearnerTransferred, subject="learner")
class LearnerTransferredMessage(Message, frozen=True, kw_only=True):
    """The learner is this centre's from now on, with all that is theirs."""

    learner: str


@tells(learner.LearnerErased, subject="learner")
class LearnerErasedMessage(Message, frozen=True, kw_only=True):
    """All that said something of the learner was erased: erase it, too."""

    learner: str
