"""A claim as its pages have it: read once, its summary in view on each."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from starlette.responses import Response

from aggregates.claims.claim import Claim
from aggregates.claims.claim_status import ClaimStatus
from aggregates.claims.claim_summary import warnings
from aggregates.loss import WorkWouldBeLost
from catalogue import amount
from commands.claims.claim import BeginClaim
from commands.command import CommandMetadata
from queries.claims.claims import ClaimDetails, LearnerOnClaim, claim_details
from queries.titles import title_of
from repositories.aggregate_types import CLAIM
from store import Conflict, Stream
from web.http.context import PageContext
from web.http.faults import loss_in_words
from web.http.inputs import read_version

CLAIMS = "/claims"
STAGES: Mapping[str, tuple[str, str]] = {
    "qualification": ("qualification", "Qualification"),
    "units": ("units", "Units"),
    "learners": ("learners", "Learners"),
    "grades": ("grades", "Grades and award types"),
}
"""The page of each stage, and what it is called."""


@dataclass(frozen=True, kw_only=True)
class OpenedClaim:
    """A claim that somebody looks at."""

    context: PageContext
    stream: Stream
    claim: Claim

    @cached_property
    def details(self) -> ClaimDetails:
        """The claim with every learner assessed afresh."""
        context = self.context
        return claim_details(
            context.command_context, self.stream, self.claim, context.today
        )

    @property
    def address(self) -> str:
        return f"{CLAIMS}/{self.claim.claim}"

    @property
    def qualification_title(self) -> str:
        """What is claimed for; empty until it is chosen."""
        reference = self.claim.qualification
        return title_of(self.context.service.catalogue, reference) or reference or ""

    @property
    def heading(self) -> str:
        return self.qualification_title or f"Claim {self.claim.claim}"

    @property
    def waiting(self) -> Sequence[LearnerOnClaim]:
        """The learners that submitting would assess."""
        return [each for each in self.details.learners if each.place.is_open]

    @property
    def eligible(self) -> Sequence[LearnerOnClaim]:
        """Those of them who would be submitted."""
        return [each for each in self.waiting if each.granted_award]

    def with_status(self, *statuses: ClaimStatus) -> Sequence[LearnerOnClaim]:
        """Give the learners whose place on the claim has one of these statuses."""
        return [e for e in self.details.learners if e.place.standing in statuses]

    @property
    def summary(self) -> Sequence[tuple[str, str, str, str]]:
        """Say what each stage has: its title, that, what it lacks, and its address."""
        claim, offered = self.claim, self.details.units_offered
        units = f"{len(claim.units)} of {amount(offered, 'unit')}"
        ready = f"{len(self.eligible)} of {len(self.waiting)} ready to submit"
        is_ready = len(self.eligible) == len(self.waiting)
        unready = {} if is_ready else {"grades": "Not everybody is eligible yet."}
        has = {
            "qualification": self.qualification_title or "Not chosen yet",
            "units": units if claim.qualification else "Not chosen yet",
            "learners": amount(len(claim.learners), "learner"),
            "grades": ready if self.waiting else "Nobody waits",
        }
        return [
            (
                STAGES[stage.name][1],
                has[stage.name],
                stage.missing or unready.get(stage.name, ""),
                f"{self.address}/{STAGES[stage.name][0]}",
            )
            for stage in self.details.stages
        ]

    @property
    def metadata(self) -> CommandMetadata:
        """Give what a command carries: the version that the form was shown at."""
        shown_at = read_version(self.context.form.text("version"))
        return self.context.command_metadata(expect=shown_at)

    def page(
        self,
        template: str,
        *,
        title: str,
        refused: Exception | None = None,
        **values: Any,
    ) -> Response:
        """Write a page of the claim."""
        crumbs = [("Claims", CLAIMS)]
        if title != self.heading:
            crumbs.append((f"Claim {self.claim.claim}", self.address))
        typed = self.context.form.text("version")
        return self.context.page(
            template,
            title=title,
            crumbs=crumbs,
            refused=loss_in_words(refused),
            opened=self,
            claim=self.claim,
            version=self.stream.version
            if isinstance(refused, Conflict) or not typed
            else typed,
            is_loss=isinstance(refused, WorkWouldBeLost),
            may_change=self.context.may(BeginClaim),
            warnings=warnings(self.claim),
            **values,
        )


def open_claim(context: PageContext, name: str) -> OpenedClaim:
    """Open a claim as it is now. Raises NotFound."""
    stream, claim = context.load(CLAIM, name)
    return OpenedClaim(context=context, stream=stream, claim=claim)
