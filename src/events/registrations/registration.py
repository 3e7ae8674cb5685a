"""What can happen to a registration: one learner on one product at one centre."""

from datetime import date
from decimal import Decimal
from uuid import UUID

from events.event import Event, Personal


class RegistrationMade(Event, topic="registration.made"):
    """A confirmed order registered a learner on a product, under the rules of that day.

    On an apprenticeship, ``parts`` are the registrations on its qualifications. Each of
    these names this registration as its ``parent``, and the ``apprenticeship``.
    """

    registration: str
    learner: str
    centre: str
    product: str
    pathway: str | None
    rules_version: int
    order: str
    price: Decimal
    purchase_order: str | None
    course_starts: date
    course_ends: date
    parent: str | None = None
    apprenticeship: str | None = None
    parts: tuple[str, ...] = ()


class OutcomesRecorded(Event, topic="registration.outcomes-recorded"):
    """A claim states which grades the learner achieved, in place of what it stated before."""

    claim: str
    grades: dict[str, str]


class OutcomesTakenBack(Event, topic="registration.outcomes-taken-back"):
    """A claim no longer states any grades of the learner."""

    claim: str


class AwardClaimed(Event, topic="registration.award-claimed"):
    """An eligible claim was submitted; Full and Fallback complete the registration."""

    claim: str
    award_type: str
    award_date: date
    grades: dict[str, str]
    overall_grade: str | None
    rules_version: int


class AwardWithdrawn(Event, topic="registration.award-withdrawn"):
    """The submitted claim was withdrawn before it was processed."""

    claim: str


class AwardRevoked(Event, topic="registration.award-revoked"):
    """The certificate of the award was revoked: its grades no longer count."""

    claim: str


class PartCompleted(Event, topic="registration.part-completed"):
    """A registration on one of the apprenticeship's qualifications was completed."""

    part: str


class PartReopened(Event, topic="registration.part-reopened"):
    """A registration on one of the apprenticeship's qualifications is Active again."""

    part: str


class HolderErased(Event, topic="registration.holder-erased"):
    """The learner's personal data were erased: no more certificates are issued."""


class RegistrationTransferred(Event, topic="registration.transferred"):
    """The learner was transferred, and the registration with them."""

    centre: str


class PathwayChanged(Event, topic="registration.pathway-changed"):
    """The awarding organisation moved the learner to another pathway."""

    pathway: str
    person_id: UUID
    reason: Personal[str]


class RegistrationReopened(Event, topic="registration.reopened"):
    """The awarding organisation made a completed registration Active again."""

    person_id: UUID
    reason: Personal[str]


class RegistrationCancelled(Event, topic="registration.cancelled"):
    """The registration was cancelled; ``charge_stands`` if it had been invoiced."""

    registration: str
    invoice_status: str
    charge_stands: bool
    person_id: UUID
    reason: Personal[str]
