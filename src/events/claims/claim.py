"""What can happen to a claim: a request for certificates on one qualification."""

from dataclasses import dataclass, field
from datetime import date
from uuid import UUID

from events.event import Event, Personal


@dataclass(frozen=True, kw_only=True)
class Award:
    """The award claimed for one learner; what has not been given yet is None or empty."""

    award_type: str | None = None
    award_date: date | None = None
    grades: dict[str, str] = field(default_factory=dict)


@dataclass(frozen=True, kw_only=True)
class Granted:
    """The award that a learner was found eligible for, with all units to date."""

    registration: str
    award_type: str
    award_date: date
    grades: dict[str, str]
    overall_grade: str | None
    rules_version: int
    warnings: tuple[str, ...] = ()


@dataclass(frozen=True, kw_only=True)
class WithheldReason:
    """One reason why a learner could not be submitted, in a plain sentence."""

    code: str
    message: str
    pathway: str | None = None
    units: tuple[str, ...] = ()


@dataclass(frozen=True, kw_only=True)
class Withheld:
    """The award that a learner could not be submitted for, and why; None if not given yet."""

    registration: str
    award_type: str | None
    award_date: date | None
    grades: dict[str, str]
    rules_version: int
    reasons: tuple[WithheldReason, ...]


class ClaimBegun(Event, topic="claim.begun"):
    """A centre began to put a claim together."""

    claim: str
    centre: str


class ClaimQualificationChosen(Event, topic="claim.qualification-chosen"):
    """The claim is for this qualification."""

    qualification: str


class ClaimUnitsChosen(Event, topic="claim.units-chosen"):
    """These units may be graded in the claim; grades of other units are dropped."""

    units: tuple[str, ...]


class ClaimLearnersChosen(Event, topic="claim.learners-chosen"):
    """The claim is for these learners; each is named with a registration."""

    learners: dict[str, str]


class ClaimGradesSaved(Event, topic="claim.grades-saved"):
    """The awards of these learners were saved; they replace the earlier ones."""

    awards: dict[str, Award]


class ClaimSubmitted(Event, topic="claim.submitted"):
    """Each waiting learner was assessed: submitted if eligible, otherwise withheld."""

    granted: dict[str, Granted]
    withheld: dict[str, Withheld]


class ClaimWithdrawn(Event, topic="claim.withdrawn"):
    """The claim was withdrawn for these learners; ``whole`` closes it for good."""

    person_id: UUID
    learners: tuple[str, ...]
    whole: bool
    reason: Personal[str]


class ClaimProcessed(Event, topic="claim.processed"):
    """A certificate, by its number, was issued for each of these learners."""

    certificates: dict[str, str]


class ClaimDeleted(Event, topic="claim.deleted"):
    """A claim in which nobody had been submitted was deleted."""
