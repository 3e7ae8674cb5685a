"""Centres over HTTP, and the products they are approved to order."""

from http import HTTPStatus
from typing import Annotated

from fastapi import Path, Request, Response
from pydantic import AwareDatetime, ConfigDict, Field

from api.http.dependencies import CurrentUser, PagingSince, Reads, scope
from api.http.references import ProductRef
from api.http.request_context import (
    ConditionalContextOf,
    RequestContext,
    RequestContextOf,
)
from api.http.responses import ListResponse, list_response
from api.http.routing.router import Router
from api.http.schemas import RequestBody, ResponseBody
from commands.centres.centre import GrantApproval, OpenCentre, WithdrawApproval
from projections.centres import centres
from queries.titles import title_of
from repositories.aggregate_types import CENTRE

router = Router(prefix="/centres", tags=["centres"])

Number = Annotated[str, Path(max_length=20, examples=["48213"])]
Product = Annotated[str, Path(max_length=20, examples=["Q-0005001227"])]
Reason = Annotated[
    str | None, Field(max_length=1000, examples=["Approved at the visit in May."])
]


class NewCentre(RequestBody, title="NewCentre"):
    """A college or training provider that joins the awarding organisation."""

    number: str = Field(max_length=20, examples=["61842"])
    name: str = Field(max_length=200, examples=["Meadow College"])
    reason: Reason = None


class NewApproval(RequestBody, title="NewApproval"):
    """A product that the centre may order from now on."""

    product: str = Field(max_length=20, examples=["Q-0005001227"])
    reason: Reason = None


class ApprovalWithdrawal(RequestBody, title="ApprovalWithdrawal"):
    """Why the centre may no longer order the product."""

    reason: Reason = None


class CentreResponse(ResponseBody, title="CentreSummary"):
    model_config = ConfigDict(from_attributes=True)

    number: str = Field(examples=["48213"])
    name: str = Field(examples=["Riverside Training"])
    updated_at: AwareDatetime


class CentreWithApprovals(CentreResponse, title="Centre"):
    approvals: list[str] = Field(examples=[["Q-0005001227", "Q-0009000001"]])
    approved_products: list[ProductRef] = Field(description="The same, by title.")


@router.get("", operation_id="listCentres")
def list_centres(
    request: Request,
    response: Response,
    user: CurrentUser,
    reads: Reads,
    page: PagingSince,
) -> ListResponse[CentreResponse]:
    """List the centres by number: one's own, or all for the awarding organisation."""
    found = centres.search_centres(
        reads,
        centre=scope(user),
        updated_since=page.updated_since,
        limit=page.limit,
        cursor=page.cursor,
    )
    return list_response(request, response, found, CentreResponse.model_validate)


@router.post("", operation_id="createCentre", status_code=HTTPStatus.CREATED)
def open_centre(body: NewCentre, context: RequestContextOf) -> CentreWithApprovals:
    """Open a centre at the awarding organisation."""
    context.send(
        OpenCentre(
            **context.command_metadata,
            number=body.number,
            name=body.name,
            reason=body.reason,
        )
    )
    context.set_location(f"/centres/{body.number}")
    return respond_with_centre(context, body.number)


@router.get("/{number}", operation_id="getCentre")
def get_centre(number: Number, context: RequestContextOf) -> CentreWithApprovals:
    """Show a centre and the products it may order."""
    return respond_with_centre(context, number)


@router.get("/{number}/approvals", operation_id="listCentreApprovals")
def approvals(number: Number, context: RequestContextOf) -> list[str]:
    """List the products that the centre may order."""
    return respond_with_centre(context, number).approvals


@router.post(
    "/{number}/approvals",
    operation_id="grantCentreApproval",
    status_code=HTTPStatus.CREATED,
)
def grant(
    number: Number, body: NewApproval, context: RequestContextOf
) -> CentreWithApprovals:
    """Let the centre order a product."""
    return context.answer(
        GrantApproval(
            **context.command_metadata,
            centre=number,
            product=body.product,
            reason=body.reason,
        ),
        respond_with_centre,
        number,
    )


@router.delete("/{number}/approvals/{product}", operation_id="withdrawCentreApproval")
def withdraw_approval(
    number: Number,
    product: Product,
    body: ApprovalWithdrawal,
    context: ConditionalContextOf,
) -> CentreWithApprovals:
    """Withdraw the approval for a product; confirmed orders stay."""
    return context.answer(
        WithdrawApproval(
            **context.command_metadata,
            centre=number,
            product=product,
            reason=body.reason,
        ),
        respond_with_centre,
        number,
    )


def respond_with_centre(context: RequestContext, number: str) -> CentreWithApprovals:
    stream, centre = context.load_tagged(CENTRE, number)
    return CentreWithApprovals(
        number=centre.number,
        name=centre.name,
        updated_at=stream.history[-1].recorded_at,
        approvals=sorted(centre.approvals),
        approved_products=[
            ProductRef(
                reference=each, title=title_of(context.command_context.catalogue, each)
            )
            for each in sorted(centre.approvals)
        ],
    )
