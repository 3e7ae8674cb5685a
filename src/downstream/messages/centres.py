"""The public messages about centres, and about the groups of learners that they upload."""

from downstream.messages.message import Message, tells
from events.centres import centre
from events.uploads import upload


@tells(centre.CentreOpened, subject="centre")
class CentreOpenedMessage(Message, frozen=True, kw_only=True):
    """A centre joined the awarding organisation."""


@tells(centre.ApprovalGranted, subject="centre")
class ApprovalGrantedMessage(Message, frozen=True, kw_only=True):
    """The centre may order a product."""

    product: str


@tells(centre.ApprovalWithdrawn, subject="centre")
class ApprovalWithdrawnMessage(Message, frozen=True, kw_only=True):
    """The centre may no longer order a product."""

    product: str


@tells(upload.UploadReceived, subject="group")
class UploadReceivedMessage(Message, frozen=True, kw_only=True):
    """A file with ``rows`` learners was uploaded for a group."""

    group: str
    rows: int


@tells(upload.UploadSubmitted, subject="group")
class UploadSubmittedMessage(Message, frozen=True, kw_only=True):
    """Learners are being created from the group's records."""

    group: str


@tells(upload.LearnersAdded, subject="group")
class LearnersAddedMessage(Message, frozen=True, kw_only=True):
    """These learners belong to the group from now on."""

    group: str
    learners: tuple[str, ...]


@tells(upload.UploadCompleted, subject="group")
class UploadCompletedMessage(Message, frozen=True, kw_only=True):
    """Every record that was ready is a learner."""

    group: str


@tells(upload.UploadUndone, subject="group")
class UploadUndoneMessage(Message, frozen=True, kw_only=True):
    """The upload was undone; all its learners will be withdrawn."""

    group: str
