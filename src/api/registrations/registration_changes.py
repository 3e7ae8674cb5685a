"""Changing a registration over HTTP: cancel, reopen, change pathway."""

from typing import Annotated, TypedDict

from fastapi import Query
from pydantic import ConfigDict, Field

from aggregates.registrations.invoice_line import InvoiceStatus
from aggregates.registrations.registration import Registration
from aggregates.registrations.registration_state import Status
from api.claims.eligibility import EligibilityAnswer, Judged, answer_response
from api.http.idempotency import IdempotentRequestOf
from api.http.references import UnitTitles
from api.http.request_context import RequestContextOf
from api.http.routing.router import Router
from api.http.schemas import RequestBody, ResponseBody
from api.registrations.registrations import (
    Called,
    RegistrationResponse,
    respond_with_registration,
)
from catalogue import assess
from catalogue.eligibility.answer import shape
from commands.claims.claim import rules_of
from commands.command import CommandContext
from commands.registrations.cancellation import (
    CancelRegistration,
    ChangePathway,
    ReopenRegistration,
)
from queries.learners.learners import open_learners
from queries.registrations.cancellation import cancellation_of
from queries.titles import pathway_title, title_of, unit_titles
from repositories.aggregate_types import REGISTRATION

router = Router(prefix="/registrations", tags=["registrations"])

Reason = Annotated[str, Field(max_length=1000, examples=["Registered by mistake."])]


class ReasonRequest(RequestBody, title="RegistrationChangeReason"):
    reason: Reason


class PathwayChangeRequest(ReasonRequest, title="PathwayChange"):
    pathway: str = Field(max_length=20, examples=["FOOD"])


class ConditionResponse(ResponseBody, title="CancellationCondition"):
    """A condition for cancelling: met, or with what stands in the way (C2)."""

    model_config = ConfigDict(from_attributes=True)

    name: str = Field(examples=["no-claim"])
    sentence: str = Field(
        description="That it is met, or what stands in the way and what to do first."
    )
    is_met: bool
    in_the_way: list[str] = Field(examples=[["AC-0000000042"]])


class CancellationResponse(ResponseBody, title="Cancellation"):
    """Whether a registration can be cancelled, and the charge for that (C2, C3)."""

    registration: str
    learner: str = Field(examples=["L-0000000017T"])
    given_name: str
    family_name: str
    product: str = Field(examples=["Q-0005001227"])
    title: str | None = Field(examples=["Level 2 Diploma in Team Leading"])
    status: Status
    can_be_cancelled: bool
    conditions: list[ConditionResponse]
    invoice_status: InvoiceStatus
    charge_stands: bool
    charge: str
    refund_request: str | None = Field(
        description="What to send to support for a refund of what stays charged (C5)."
    )


class PathwayEffect(ResponseBody, title="PathwayEffect"):
    """What another pathway would change, by everything the learner has achieved so far."""

    registration: str
    learner: str = Field(examples=["L-0000000017T"])
    given_name: str
    family_name: str
    product: str = Field(examples=["Q-0005001568"])
    title: str | None
    pathway: str | None
    pathway_title: str | None
    other_pathway: str
    other_pathway_title: str | None
    grades: dict[str, str]
    unit_titles: UnitTitles
    now: EligibilityAnswer
    then: EligibilityAnswer


@router.get("/{registration}/cancellation", operation_id="getRegistrationCancellation")
def cancellation(
    registration: Called, context: RequestContextOf
) -> CancellationResponse:
    """Show the conditions for cancelling, and the charge (C2, C3)."""
    _, state = context.load_tagged(REGISTRATION, registration)
    found = cancellation_of(context.command_context, state)
    return CancellationResponse(
        registration=registration,
        **about(context.command_context, state),
        status=state.status,
        can_be_cancelled=found.can_be_cancelled,
        conditions=[ConditionResponse.model_validate(c) for c in found.conditions],
        invoice_status=found.line.status,
        charge_stands=found.charge_stands,
        charge=found.charge,
        refund_request=found.refund_request,
    )


@router.post("/{registration}/cancel", operation_id="cancelRegistration")
def cancel_registration(
    registration: Called, body: ReasonRequest, context: IdempotentRequestOf
) -> RegistrationResponse:
    """Cancel a registration that has led to nothing; it stays visible (C1)."""
    return context.answer(
        CancelRegistration(
            **context.command_metadata, registration=registration, reason=body.reason
        ),
        respond_with_registration,
        registration,
    )


@router.post("/{registration}/reopen", operation_id="reopenRegistration")
def reopen_registration(
    registration: Called, body: ReasonRequest, context: RequestContextOf
) -> RegistrationResponse:
    """Make a completed registration Active again; its awards stay (M14)."""
    return context.answer(
        ReopenRegistration(
            **context.command_metadata, registration=registration, reason=body.reason
        ),
        respond_with_registration,
        registration,
    )


@router.get("/{registration}/pathway", operation_id="getRegistrationPathwayEffect")
def pathway_effect(
    registration: Called,
    context: RequestContextOf,
    pathway: Annotated[str, Query(max_length=20, examples=["FOOD"])],
) -> PathwayEffect:
    """Show what another pathway would change, before it is chosen (M11)."""
    _, state = context.load_tagged(REGISTRATION, registration)
    state.require_single("have another pathway")
    rules = rules_of(context.command_context, state)
    state.require_pathway(pathway, rules)
    grades = state.every_grade
    found = [
        answer_response(
            context.command_context.catalogue,
            state.product,
            Judged(found=shape(assess(rules, grades, pathway=code))),
        )
        for code in (state.pathway, pathway)
    ]
    return PathwayEffect(
        registration=registration,
        **about(context.command_context, state),
        unit_titles=unit_titles(context.command_context.catalogue, state.product),
        pathway=state.pathway,
        pathway_title=pathway_title(
            context.command_context.catalogue, state.product, state.pathway
        ),
        other_pathway=pathway,
        other_pathway_title=pathway_title(
            context.command_context.catalogue, state.product, pathway
        ),
        grades=grades,
        now=found[0],
        then=found[1],
    )


@router.post("/{registration}/pathway", operation_id="changeRegistrationPathway")
def change_pathway(
    registration: Called, body: PathwayChangeRequest, context: RequestContextOf
) -> RegistrationResponse:
    """Move the learner to another pathway (M11)."""
    return context.answer(
        ChangePathway(
            **context.command_metadata,
            registration=registration,
            pathway=body.pathway,
            reason=body.reason,
        ),
        respond_with_registration,
        registration,
    )


class About(TypedDict):
    """The learner of a registration, and its product."""

    learner: str
    given_name: str
    family_name: str
    product: str
    title: str | None


def about(context: CommandContext, registration: Registration) -> About:
    people = open_learners(context, [registration.learner], seen_by=registration.centre)
    details = people[registration.learner].details
    return About(
        learner=registration.learner,
        given_name=details.given_name,
        family_name=details.family_name,
        product=registration.product,
        title=title_of(context.catalogue, registration.product),
    )
