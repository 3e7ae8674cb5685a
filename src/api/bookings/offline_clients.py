"""Offline clients over HTTP: a centre's programs for sitting tests offline."""

from datetime import datetime
from http import HTTPStatus
from typing import Annotated

from fastapi import Path, Request, Response
from pydantic import AwareDatetime, Field

from aggregates.bookings.offline_client import OfflineClient
from api.http.dependencies import CurrentUser, Now, PagingSince, Reads, scope
from api.http.references import CentreName, Filter, with_centre_name
from api.http.request_context import RequestContext, RequestContextOf
from api.http.responses import ListResponse, list_response
from api.http.routing.router import Router
from api.http.schemas import RequestBody, ResponseBody, with_example
from commands.bookings.offline_client import RegisterOfflineClient, ReportOfflineClient
from projections.bookings import offline_clients
from projections.bookings.offline_clients import OfflineClientRow
from repositories.aggregate_types import OFFLINE_CLIENT

router = Router(prefix="/offline-clients", tags=["offline clients"])

Version = Annotated[str, Field(max_length=40, examples=["2.1.0"])]
PublicKey = Annotated[
    str,
    Field(
        max_length=100,
        description="The client's own X25519 public key: 32 bytes as base64.",
        examples=["hSDwCYkwp1R0i33ctD73Wg2/Og0mOBr066SpjqqbTmo="],
    ),
]


class NewClient(RequestBody, title="NewOfflineClient"):
    """A program that the centre has installed."""

    name: str = Field(max_length=100, examples=["Laptop 7"])
    version: Version
    public_key: PublicKey


class Report(RequestBody, title="OfflineClientReport"):
    """A program's report; its public key is sent once, if it has registered none."""

    model_config = with_example({"version": "2.1.0"})

    version: Version
    public_key: PublicKey | None = None


class ClientResponse(ResponseBody, title="OfflineClient"):
    """A program, and why it cannot be used for tests, if so (B13)."""

    client: str = Field(examples=["0f3c2d1b5a69788796a50f3c2d1b5a69"])
    centre: str
    centre_name: CentreName = None
    name: str
    version: str
    seen: AwareDatetime
    public_key: PublicKey | None
    why_not_fit: str | None
    updated_at: AwareDatetime


@router.get("", operation_id="listOfflineClients")
def list_offline_clients(
    request: Request,
    response: Response,
    user: CurrentUser,
    reads: Reads,
    page: PagingSince,
    now: Now,
    centre: Filter = None,
) -> ListResponse[ClientResponse]:
    """List the offline clients by name, each with whether it can be used (B13)."""
    found = offline_clients.search_offline_clients(
        reads,
        centre=scope(user, centre),
        updated_since=page.updated_since,
        limit=page.limit,
        cursor=page.cursor,
    )

    def row_shown(row: OfflineClientRow) -> ClientResponse:
        return client_response(row.client, row.updated_at, now=now)

    return list_response(request, response, found, row_shown)


@router.post("", operation_id="createOfflineClient", status_code=HTTPStatus.CREATED)
def register(body: NewClient, context: RequestContextOf) -> ClientResponse:
    """Register a program for sitting tests (B13).

    Packages are sealed for its public key; the private key never leaves it.
    """
    command = RegisterOfflineClient(**context.command_metadata, **body.model_dump())
    done = context.send(command)
    return respond_with_offline_client(context, done.created_id)


@router.post("/{client}/reports", operation_id="reportOfflineClient")
def report_offline_client(
    client: Annotated[str, Path(max_length=100)],
    body: Report,
    context: RequestContextOf,
) -> ClientResponse:
    """Report that the program is in use, its version, and its public key (B13)."""
    return context.answer(
        ReportOfflineClient(
            **context.command_metadata, client=client, **body.model_dump()
        ),
        respond_with_offline_client,
        client,
    )


def client_response(
    client: OfflineClient, updated_at: datetime, *, now: datetime
) -> ClientResponse:
    return ClientResponse(
        **vars(client), why_not_fit=client.why_not_fit(now), updated_at=updated_at
    )


def respond_with_offline_client(context: RequestContext, name: str) -> ClientResponse:
    stream, client = context.load_tagged(OFFLINE_CLIENT, name)
    return with_centre_name(
        context.command_context,
        client_response(client, stream.history[-1].recorded_at, now=context.at),
    )
