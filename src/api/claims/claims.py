"""Claims over HTTP: put together in four stages, submitted, withdrawn."""

from collections.abc import Sequence
from http import HTTPStatus
from typing import Annotated

from fastapi import Depends, Header, Request, Response
from pydantic import AwareDatetime, ConfigDict, Field

from aggregates.claims.award import AwardTwice
from aggregates.claims.claim_losses import AWARD_PARTS
from aggregates.claims.claim_status import ClaimStatus
from api.claims.claim_view import AwardResponse, ClaimResponse, claim_response
from api.http.dependencies import (
    CurrentUser,
    PagingSince,
    Reads,
    ServiceOf,
    if_match,
    scope,
)
from api.http.idempotency import IdempotentRequestOf
from api.http.references import (
    CentreName,
    Claimed,
    ConfirmLoss,
    Filter,
    LearnerName,
    Name,
    ProductName,
)
from api.http.request_context import (
    ConditionalContextOf,
    RequestContext,
    RequestContextOf,
)
from api.http.responses import ListResponse, list_response
from api.http.routing.router import Router
from api.http.schemas import RequestBody, ResponseBody, with_example
from api.orders.product_filters import Qualifications
from commands.claims.claim import (
    BeginClaim,
    ChooseClaimLearners,
    ChooseClaimQualification,
    ChooseClaimUnits,
    DeleteClaim,
    SaveClaimGrades,
)
from commands.claims.claim_submission import SubmitClaim, WithdrawClaim
from events.claims.claim import Award
from projections.claims import claims
from queries.claims.claims import claim_details
from queries.titles import title_of
from repositories.aggregate_types import CLAIM
from repositories.repository import Versions

router = Router(prefix="/claims", tags=["claims"])

MOST_LEARNERS = 1000
"""The most learners in one claim (d)."""

UnitReference = Annotated[Name, Field(examples=["L/506/1788"])]
Units = Annotated[list[UnitReference], Field(max_length=500)]
Learners = Annotated[list[LearnerName], Field(max_length=MOST_LEARNERS)]


class LearnersAward(AwardResponse, RequestBody, title="LearnerAward"):
    """The award claimed for one learner; it replaces the earlier one."""

    learner: LearnerName


Awards = Annotated[list[LearnersAward], Field(max_length=MOST_LEARNERS)]


class NewClaim(RequestBody, title="NewClaim"):
    """A claim, with any stages that are already known."""

    model_config = with_example(
        {
            "qualification": "Q-0005001227",
            "units": ["L/506/1788"],
            "learners": ["L-0000000017T"],
            "awards": [
                {
                    "learner": "L-0000000017T",
                    "award_type": "Interim",
                    "award_date": "2026-11-20",
                    "grades": {"L/506/1788": "P"},
                }
            ],
        }
    )

    qualification: ProductName | None = None
    units: Units | None = None
    learners: Learners | None = None
    awards: Awards | None = None


class QualificationRequest(RequestBody, title="ClaimQualificationChoice"):
    qualification: ProductName
    confirm_loss: ConfirmLoss = False


class UnitsRequest(RequestBody, title="ClaimUnitsChoice"):
    units: Units
    confirm_loss: ConfirmLoss = False


class ClaimLearnersRequest(RequestBody, title="ClaimLearnersChoice"):
    learners: Learners
    confirm_loss: ConfirmLoss = False


class GradesRequest(RequestBody, title="ClaimGrades"):
    """Awards of the learners named; those of the others stay as they are.

    A part of an award that was typed before and is left out now, such as its date, would be
    lost. ``grades`` holds all of a learner's grades, so the grade of a unit that it leaves
    out would be lost too. A loss must be confirmed first.
    """

    awards: Awards
    confirm_loss: ConfirmLoss = False


class ClaimWithdrawal(RequestBody, title="ClaimWithdrawal"):
    """Why the claim is withdrawn, and for whom: one learner, or everybody."""

    reason: str = Field(max_length=1000, examples=["Claimed for the wrong group."])
    learner: LearnerName | None = None


class ClaimSummary(ResponseBody, title="ClaimSummary"):
    """A claim in a list; ``learners`` does not count those withdrawn."""

    model_config = ConfigDict(from_attributes=True)

    claim: str = Field(examples=["AC-0000000042"])
    centre: str = Field(examples=["48213"])
    centre_name: CentreName = None
    qualification: str | None = Field(examples=["Q-0005001227"])
    title: str | None = Field(
        default=None, examples=["Level 2 Diploma in Team Leading"]
    )
    status: ClaimStatus = Field(validation_alias="standing")
    units: int
    learners: int
    submitted: int
    unsubmitted: int
    processed: int
    begun_at: AwareDatetime
    begun_by: str
    changed_at: AwareDatetime
    updated_at: AwareDatetime = Field(validation_alias="changed_at")


def looked_at(
    given: Annotated[
        str | None,
        Header(
            alias="If-Match",
            description="The ETag of the claim as you saw it, if it must be that.",
            examples=["*"],
        ),
    ] = None,
) -> Versions:
    """Return the version that was seen; None if any will do."""
    return None if given is None else if_match(given)


LookedAt = Annotated[Versions, Depends(looked_at)]


@router.get("", operation_id="listClaims")
def list_claims(
    request: Request,
    response: Response,
    user: CurrentUser,
    service: ServiceOf,
    reads: Reads,
    part: PagingSince,
    qualification: Qualifications,
    status: ClaimStatus | None = None,
    reference: Filter = None,
    learner: Filter = None,
) -> ListResponse[ClaimSummary]:
    """List the centre's claims, newest first; ``reference`` finds by its last digits."""
    found = claims.search_claims(
        reads,
        centre=scope(user),
        standing=status,
        qualification=qualification,
        reference=reference,
        learner=learner,
        updated_since=part.updated_since,
        limit=part.limit,
        cursor=part.cursor,
    )

    def claim_summary(row: claims.ListedClaim) -> ClaimSummary:
        named = ClaimSummary.model_validate(row)
        named.title = title_of(service.catalogue, row.qualification)
        return named

    return list_response(request, response, found, claim_summary)


@router.post("", operation_id="createClaim", status_code=HTTPStatus.CREATED)
def begin_claim(body: NewClaim, context: RequestContextOf) -> ClaimResponse:
    """Begin a claim, empty or with any of its stages (M1)."""
    return context.answer_created(
        BeginClaim(
            **context.command_metadata,
            qualification=body.qualification,
            units=None if body.units is None else tuple(body.units),
            learners=None if body.learners is None else tuple(body.learners),
            awards=None if body.awards is None else awards(body.awards),
        ),
        respond_with_claim,
        "/claims",
    )


@router.get("/{claim}", operation_id="getClaim")
def get_claim(claim: Claimed, context: RequestContextOf) -> ClaimResponse:
    """Show a claim: stages, learners, grades and present eligibility."""
    return respond_with_claim(context, claim)


@router.put("/{claim}/qualification", operation_id="setClaimQualification")
def choose_qualification(
    claim: Claimed, body: QualificationRequest, context: ConditionalContextOf
) -> ClaimResponse:
    """Stage 1: choose the qualification; what does not fit it is removed (M1, M2)."""
    return context.answer(
        ChooseClaimQualification(
            **context.command_metadata,
            claim=claim,
            qualification=body.qualification,
            confirm_loss=body.confirm_loss,
        ),
        respond_with_claim,
        claim,
    )


@router.put("/{claim}/units", operation_id="setClaimUnits")
def choose_units(
    claim: Claimed, body: UnitsRequest, context: ConditionalContextOf
) -> ClaimResponse:
    """Stage 2: choose the internally assessed units that can be graded (M3)."""
    return context.answer(
        ChooseClaimUnits(
            **context.command_metadata,
            claim=claim,
            units=tuple(body.units),
            confirm_loss=body.confirm_loss,
        ),
        respond_with_claim,
        claim,
    )


@router.put("/{claim}/learners", operation_id="setClaimLearners")
def choose_learners(
    claim: Claimed, body: ClaimLearnersRequest, context: ConditionalContextOf
) -> ClaimResponse:
    """Stage 3: choose the learners; those who stay keep their grades (M4)."""
    return context.answer(
        ChooseClaimLearners(
            **context.command_metadata,
            claim=claim,
            learners=tuple(body.learners),
            confirm_loss=body.confirm_loss,
        ),
        respond_with_claim,
        claim,
    )


@router.put("/{claim}/grades", operation_id="setClaimGrades")
def save_grades(
    claim: Claimed, body: GradesRequest, context: ConditionalContextOf
) -> ClaimResponse:
    """Stage 4: save award types, dates and grades of the learners named (M5, M6)."""
    return context.answer(
        SaveClaimGrades(
            **context.command_metadata,
            claim=claim,
            awards=awards(body.awards),
            left_out={
                each.learner: AWARD_PARTS.keys() - each.model_fields_set
                for each in body.awards
            },
            confirm_loss=body.confirm_loss,
        ),
        respond_with_claim,
        claim,
    )


@router.delete(
    "/{claim}", operation_id="deleteClaim", status_code=HTTPStatus.NO_CONTENT
)
def delete_claim(claim: Claimed, context: ConditionalContextOf) -> None:
    """Delete a claim in which nobody was submitted."""
    context.send(DeleteClaim(**context.command_metadata, claim=claim))


@router.post("/{claim}/submit", operation_id="submitClaim")
def submit_claim(
    claim: Claimed, context: IdempotentRequestOf, expect: LookedAt
) -> ClaimResponse:
    """Submit every eligible learner; the others stay, with reasons (M10)."""
    return context.answer(
        SubmitClaim(by=context.by, at=context.at, expect=expect, claim=claim),
        respond_with_claim,
        claim,
    )


@router.post("/{claim}/withdraw", operation_id="withdrawClaim")
def withdraw_claim(
    claim: Claimed,
    body: ClaimWithdrawal,
    context: IdempotentRequestOf,
    expect: LookedAt,
) -> ClaimResponse:
    """Withdraw a submitted claim before it is processed, whole or for one learner (M16)."""
    return context.answer(
        WithdrawClaim(
            by=context.by,
            at=context.at,
            expect=expect,
            claim=claim,
            reason=body.reason,
            learner=body.learner,
        ),
        respond_with_claim,
        claim,
    )


def awards(given: Sequence[LearnersAward]) -> dict[str, Award]:
    """Read awards by learner. Raises AwardTwice if a learner has two."""
    seen: set[str] = set()
    for number, award in enumerate(given):
        if award.learner in seen:
            raise AwardTwice(path=("awards", number), learner=award.learner)
        seen.add(award.learner)
    return {
        award.learner: Award(
            award_type=award.award_type,
            award_date=award.award_date,
            grades=award.grades,
        )
        for award in given
    }


def respond_with_claim(context: RequestContext, name: str) -> ClaimResponse:
    stream, claim = context.load_tagged(CLAIM, name)
    commands = context.command_context
    found = claim_details(commands, stream, claim, context.today)
    return claim_response(commands.catalogue, found)
