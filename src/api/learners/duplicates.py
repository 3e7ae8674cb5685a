"""Duplicates over HTTP: pairs who may be one person, side by side, and decisions on them."""

from typing import Annotated

from fastapi import Path, Request, Response
from pydantic import AwareDatetime, Field

from aggregates.learners.duplicate import MatchReason
from api.http.dependencies import (
    CurrentUser,
    PagingSince,
    Reads,
    centre_of,
    opened_service,
    scope,
)
from api.http.references import LearnerRef, learner_refs, name_centres
from api.http.request_context import RequestContextOf
from api.http.responses import ListResponse, list_response
from api.http.routing.router import Router
from api.http.schemas import RequestBody, ResponseBody
from api.learners.learners import Called, LearnerSummary, learner_listed
from commands.learners.duplicate import DecideDuplicate
from events.learners.duplicate import Decision
from projections.learners import duplicates
from projections.learners.duplicates import Pair
from projections.uploads import uploads

router = Router(prefix="/duplicates", tags=["learners"])

Other = Annotated[str, Path(max_length=40, examples=["L-0000000042Y"])]


class DuplicateResponse(ResponseBody, title="DuplicatePair"):
    """Two learners who may be one person, with the fields in which they differ."""

    first: LearnerSummary
    second: LearnerSummary
    why: MatchReason
    differing: list[str] = Field(examples=[["given_name", "uln"]])
    updated_at: AwareDatetime


class DecisionRequest(RequestBody, title="DuplicateDecision"):
    """Whether they are one person, and why. Do not name them: the reason stays."""

    decision: Decision
    reason: str = Field(max_length=1000, examples=["Both passports seen."])


class DecisionResponse(ResponseBody, title="DecidedPair"):
    learner: str = Field(examples=["L-0000000017T"])
    other: str = Field(examples=["L-0000000042Y"])
    people: list[LearnerRef] = Field(description="The two, by name.")
    decision: Decision


@router.get("", operation_id="listDuplicates")
def list_duplicates(
    request: Request,
    response: Response,
    user: CurrentUser,
    reads: Reads,
    part: PagingSince,
) -> ListResponse[DuplicateResponse]:
    """List undecided pairs who may be one person, by date of birth.

    At one centre: the same date of birth and similar names, swapped ones too. For the
    awarding organisation also across centres, where ULN, or name and date of birth, are the
    same. A page may be short or empty and still have a next one.
    """
    found = duplicates.search_duplicates(
        reads,
        centre=scope(user),
        updated_since=part.updated_since,
        limit=part.limit,
        cursor=part.cursor,
    )
    both = (learner for pair in found.rows for learner in (pair.first, pair.second))
    groups = uploads.names_of(reads, (each.group for each in both if each.group))

    def duplicate_response(pair: Pair) -> DuplicateResponse:
        first = learner_listed(pair.first, groups)
        second = learner_listed(pair.second, groups)
        name_centres(opened_service(request).context, [first, second])
        return DuplicateResponse(
            first=first,
            second=second,
            why=pair.why,
            differing=pair.differing,
            updated_at=pair.updated_at,
        )

    return list_response(request, response, found, duplicate_response)


@router.post("/{learner}/{other}", operation_id="decideDuplicate")
def decide(
    learner: Called, other: Other, body: DecisionRequest, context: RequestContextOf
) -> DecisionResponse:
    """Decide whether two learners are one person: nothing is merged, and nobody deleted.

    Pairs that are different people are not listed again; learners who are one person name
    each other. A later decision may differ.
    """
    command = DecideDuplicate(
        **context.command_metadata,
        learner=learner,
        other=other,
        decision=body.decision,
        reason=body.reason,
    )
    context.send(command)
    people = learner_refs(
        context.command_context, [learner, other], seen_by=centre_of(context.by)
    )
    return DecisionResponse(
        learner=learner, other=other, people=people, decision=body.decision
    )
