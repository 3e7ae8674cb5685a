"""Learners: people known to a centre."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Self, TypeAlias, assert_never
from uuid import UUID

from aggregates.aggregate import Aggregate
from aggregates.errors import Malformed, NotFound, RuleBroken
from aggregates.learners.details import ERASED, Details
from aggregates.learners.image import Image
from aggregates.learners.transfer import IsThereAlready
from aggregates.learners.verification import Outcome, Verification
from aggregates.reason import require_reason
from events.learners.learner import (
    ImageKind,
    LearnerCreated,
    LearnerDetailsAmended,
    LearnerErased,
    LearnerIdentityAmended,
    LearnerImageSubmitted,
    LearnerTransferred,
    LearnerWithdrawn,
)
from events.learners.verification import UlnVerificationPostponed, UlnVerified

AMENDMENTS = 1
"""How often a centre may amend a learner's identity (L2)."""

Later: TypeAlias = (
    LearnerIdentityAmended
    | LearnerDetailsAmended
    | LearnerImageSubmitted
    | UlnVerified
    | UlnVerificationPostponed
    | LearnerTransferred
    | LearnerWithdrawn
    | LearnerErased
)
Event: TypeAlias = LearnerCreated | Later


class DetailIsWrong(Malformed):
    """One detail of the learner is wrong."""

    code = "detail-is-wrong"

    message = "{sentence}"


class DetailsAreWrong(Malformed):
    """The learner's details have these faults, all reported at once (L1)."""

    code = "details-are-wrong"

    message = "{sentences}"


class UlnIsHeld(RuleBroken):
    code = "uln-is-held"
    message = (
        "ULN {uln} belongs to learner {learner} of your centre already. Correct it, or"
        " leave it blank."
    )


class LooksLikeAnother(RuleBroken):
    code = "looks-like-another"
    message = (
        "Learner {learners} of your centre has the same name and date of birth. Use"
        " that learner, or say that this is a different person."
    )


class IdentityAmendmentUsed(RuleBroken):
    code = "identity-amendment-used"
    message = (
        "The name and date of birth of learner {learner} have been amended once, which"
        " is as often as a centre may. Ask an Account Specialist to amend them again."
    )


class LearnerIsErased(RuleBroken):
    code = "learner-is-erased"
    message = (
        "The personal data of {learner} were erased, so nothing more can be done for"
        " them. Leave them out."
    )


class LearnerIsWithdrawn(RuleBroken):
    code = "learner-is-withdrawn"
    message = (
        "Learner {learner} no longer exists: the upload of group {group}, which"
        " created the learner, was undone."
    )


class ImageErased(NotFound):
    code = "image-erased"
    message = (
        "The {kind} of learner {learner} was erased with all their personal data. It"
        " cannot be brought back."
    )


class ImageMissing(NotFound):
    code = "image-missing"
    message = "Learner {learner} has no {kind} yet. Submit one first."


@dataclass(frozen=True, kw_only=True)
class Learner(Aggregate):
    """A person known to a centre."""

    learner: str
    centre: str
    group: str | None
    person_id: UUID
    details: Details
    amendments: int = 0
    verification: Verification = field(default_factory=Verification)
    images: Mapping[ImageKind, LearnerImageSubmitted] = field(default_factory=dict)
    is_erased: bool = False
    is_withdrawn: bool = False

    @property
    def full_name(self) -> str:
        """Both names, or the learner ID if the learner is erased."""
        names = f"{self.details.given_name} {self.details.family_name}".strip()
        return names or self.learner

    @property
    def amendments_left(self) -> int:
        """How often the centre may still amend the identity (L2)."""
        return AMENDMENTS - self.amendments

    @staticmethod
    def create(
        *,
        learner: str,
        centre: str,
        group: str | None,
        person_id: UUID,
        details: Details,
        to_verify: bool = False,
    ) -> list[Event]:
        """Create the learner (U9, L1) with checked details.

        ``to_verify``: LRS will be asked about the ULN (U7).
        """
        return [
            LearnerCreated(
                learner=learner,
                centre=centre,
                group=group,
                person_id=person_id,
                given_name=details.given_name,
                family_name=details.family_name,
                date_of_birth=details.date_of_birth,
                gender=details.gender,
                uln=details.uln,
                centre_reference=details.centre_reference,
                email=details.email,
                postcode=details.postcode,
                to_verify=to_verify,
            )
        ]

    def amend(
        self,
        details: Details,
        *,
        is_further: bool,
        reason: str | None,
        is_lrs_on: bool = False,
    ) -> list[Later]:
        """Amend the learner's details (L2).

        ``is_further``: an Account Specialist amends, and must give a reason. A centre may
        amend the identity once; anyone may amend other details freely. If details that LRS
        compares change and LRS is on, it is asked again (U7).
        """
        self.require_not_erased()
        if details == self.details:
            return []
        if is_further:
            require_reason(
                reason,
                code="amendment-needs-reason",
                message="Say why learner {learner} is amended: an Account Specialist"
                " gives a reason.",
                learner=self.learner,
            )
        amended: list[Later] = []
        asks = is_lrs_on and details.uln is not None
        to_verify = asks if asks or self.verification.was_asked else None
        if details.identity != self.details.identity:
            if not is_further and self.amendments_left <= 0:
                raise IdentityAmendmentUsed(learner=self.learner)
            amended.append(
                LearnerIdentityAmended(
                    person_id=self.person_id,
                    given_name=details.given_name,
                    family_name=details.family_name,
                    date_of_birth=details.date_of_birth,
                    is_further=is_further,
                    reason=reason,
                    to_verify=to_verify,
                )
            )
        if details.others != self.details.others:
            told = (details.gender, details.uln)
            is_same = told == (self.details.gender, self.details.uln)
            amended.append(
                LearnerDetailsAmended(
                    person_id=self.person_id,
                    gender=details.gender,
                    uln=details.uln,
                    centre_reference=details.centre_reference,
                    email=details.email,
                    postcode=details.postcode,
                    reason=reason,
                    to_verify=None if is_same else to_verify,
                )
            )
        return amended

    def hear(self, outcome: Outcome) -> list[Later]:
        """Record the answer of LRS about the ULN, or that there is none (U7)."""
        return [*self.verification.hear(outcome, self.person_id)]

    def image(self, kind: ImageKind) -> LearnerImageSubmitted:
        """Return the photograph or signature. Raises ImageErased, ImageMissing."""
        if self.is_erased:
            raise ImageErased(learner=self.learner, kind=kind)
        if kind not in self.images:
            raise ImageMissing(learner=self.learner, kind=kind)
        return self.images[kind]

    def has_image(self, kind: ImageKind, image: Image) -> bool:
        """Whether this is already the learner's photograph or signature."""
        return kind in self.images and self.images[kind].sha256 == image.sha256

    def submit_image(self, kind: ImageKind, image: Image, *, file: str) -> list[Event]:
        """Add or replace a photograph or signature, at any time (L1).

        ``file`` is the sealed file's name. The date of submission is the event's.
        """
        self.require_not_erased()
        if self.has_image(kind, image):
            return []
        return [
            LearnerImageSubmitted(
                kind=kind,
                file=file,
                sha256=image.sha256,
                media_type=image.media_type,
                size=len(image.content),
                width=image.width,
                height=image.height,
            )
        ]

    def erase(self, reason: str, *, key: UUID) -> list[Event]:
        """Make everything about the learner unreadable (H6); again makes no event.

        ``key`` encrypts the reason.
        """
        require_reason(
            reason,
            code="erasure-needs-reason",
            message="Say why the data of learner {learner} are to be erased, without"
            " naming the learner: the reason stays.",
            learner=self.learner,
        )
        return [] if self.is_erased else [LearnerErased(person_id=key, reason=reason)]

    def transfer(self, centre: str, *, reason: str) -> list[Event]:
        """Move to another centre, with everything recorded (L6).

        The group that the learner came with stays behind.
        """
        self.require_not_erased()
        require_reason(
            reason,
            code="transfer-needs-reason",
            message="Say why learner {learner} is transferred: the reason is kept.",
            learner=self.learner,
        )
        if centre == self.centre:
            raise IsThereAlready(path=("centre",), learner=self.learner, centre=centre)
        return [
            LearnerTransferred(
                centre=centre, person_id=self.person_id, reason=reason.strip()
            )
        ]

    def withdraw(self) -> list[Event]:
        """Withdraw the learner because their upload is undone (U11)."""
        return [] if self.is_withdrawn else [LearnerWithdrawn()]

    def require_not_erased(self) -> None:
        """Raise LearnerIsErased, or LearnerIsWithdrawn if the upload was undone (H6, U11)."""
        if self.is_erased:
            raise LearnerIsErased(learner=self.learner)
        if self.is_withdrawn:
            raise LearnerIsWithdrawn(learner=self.learner, group=self.group)

    @classmethod
    def begin(cls, event: LearnerCreated) -> Self:
        return cls(
            learner=event.learner,
            centre=event.centre,
            group=event.group,
            person_id=event.person_id,
            details=Details(
                given_name=event.given_name,
                family_name=event.family_name,
                date_of_birth=event.date_of_birth,
                gender=event.gender,
                uln=event.uln,
                centre_reference=event.centre_reference,
                email=event.email,
                postcode=event.postcode,
            ),
            verification=Verification().restart(to_verify=event.to_verify),
        )

    def apply(self, event: Later) -> Self:
        now = self
        match event:
            case LearnerIdentityAmended():
                now = replace(
                    self,
                    details=replace(
                        self.details,
                        given_name=event.given_name,
                        family_name=event.family_name,
                        date_of_birth=event.date_of_birth,
                    ),
                    amendments=self.amendments + (not event.is_further),
                    verification=self.verification.restart(to_verify=event.to_verify),
                )
            case LearnerDetailsAmended():
                now = replace(
                    self,
                    details=replace(
                        self.details,
                        gender=event.gender,
                        uln=event.uln,
                        centre_reference=event.centre_reference,
                        email=event.email,
                        postcode=event.postcode,
                    ),
                    verification=self.verification.restart(to_verify=event.to_verify),
                )
            case UlnVerified() | UlnVerificationPostponed():
                now = replace(self, verification=self.verification.apply(event))
            case LearnerErased():
                now = replace(
                    self,
                    details=ERASED,
                    verification=Verification(),
                    images={},
                    is_erased=True,
                )
            case LearnerTransferred(centre=centre):
                now = replace(self, centre=centre, group=None)
            case LearnerWithdrawn():
                now = replace(self, verification=Verification(), is_withdrawn=True)
            case LearnerImageSubmitted():
                now = replace(self, images={**self.images, event.kind: event})
            case _:
                assert_never(event)
        return now
