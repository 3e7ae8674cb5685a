"""The public messages about registrations: one learner on one product at one centre."""

from datetime import date
from decimal import Decimal

from downstream.messages.message import Message, tells
from events.registrations import registration


@tells(registration.RegistrationMade, subject="registration")
class RegistrationMadeMessage(Message, frozen=True, kw_only=True):
    """A confirmed order registered a learner on a product; ``price`` is in pounds.

    On an apprenticeship, ``parts`` are the registrations on its qualifications; each of
    them names this registration as its ``parent``.
    """

    registration: str
    learner: str
    product: str
    pathway: str | None
    order: str
    price: Decimal
    course_starts: date
    course_ends: date
    parent: str | None
    parts: tuple[str, ...]


@tells(registration.AwardClaimed, subject="registration")
class AwardClaimedMessage(Message, frozen=True, kw_only=True):
    """An eligible claim was submitted; Full and Fallback complete the registration."""

    registration: str
    learner: str
    claim: str
    award_type: str
    award_date: date


@tells(registration.AwardWithdrawn, subject="registration")
class AwardWithdrawnMessage(Message, frozen=True, kw_only=True):
    """The submitted claim was withdrawn before it was processed."""

    registration: str
    learner: str
    claim: str


@tells(registration.AwardRevoked, subject="registration")
class AwardRevokedMessage(Message, frozen=True, kw_only=True):
    """The certificate of the award was revoked."""

    registration: str
    learner: str
    claim: str


@tells(registration.PartCompleted, subject="registration")
class PartCompletedMessage(Message, frozen=True, kw_only=True):
    """A registration on one of the apprenticeship's qualifications was completed."""

    registration: str
    learner: str
    part: str


@tells(registration.PartReopened, subject="registration")
class PartReopenedMessage(Message, frozen=True, kw_only=True):
    """A registration on one of the apprenticeship's qualifications is Active again."""

    registration: str
    learner: str
    part: str


@tells(registration.HolderErased, subject="registration")
class HolderErasedMessage(Message, frozen=True, kw_only=True):
    """The learner's personal data were erased: no more certificates are issued."""

    registration: str
    learner: str


@tells(registration.RegistrationTransferred, subject="registration")
class RegistrationTransferredMessage(Message, frozen=True, kw_only=True):
    """The learner was transferred to this centre, and the registration with them."""

    registration: str
    learner: str


@tells(registration.PathwayChanged, subject="registration")
class PathwayChangedMessage(Message, frozen=True, kw_only=True):
    """The awarding organisation moved the learner to another pathway."""

    registration: str
    learner: str
    pathway: str


@tells(registration.RegistrationReopened, subject="registration")
class RegistrationReopenedMessage(Message, frozen=True, kw_only=True):
    """The awarding organisation made a completed registration Active again."""

    registration: str
    learner: str


@tells(registration.RegistrationCancelled, subject="registration")
class RegistrationCancelledMessage(Message, frozen=True, kw_only=True):
    """The registration was cancelled; ``charge_stands`` if it had been invoiced."""

    registration: str
    learner: str
    charge_stands: bool
