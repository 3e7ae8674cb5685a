"""Invoice lines over HTTP: a feed of charges and credits, and reported statuses."""

from collections.abc import Callable, Iterator, Mapping
from typing import Annotated, Any

from fastapi import Path, Query, Request, Response
from pydantic import AwareDatetime, Field
from sqlalchemy import Connection

from access.policy import require_may
from aggregates.errors import Refusal
from aggregates.orders.offer import product_on
from aggregates.registrations.invoice_line import InvoiceStatus
from aggregates.uk_time import LONDON
from api.http.dependencies import (
    POSITION_LIMIT,
    CurrentUser,
    PagingSince,
    Reads,
    ServiceOf,
    scope,
)
from api.http.references import LearnerRef, learner_refs_by_id
from api.http.request_context import RequestContext, RequestContextOf
from api.http.responses import ListResponse, list_response
from api.http.routing.router import Router
from api.http.schemas import RequestBody, ResponseBody
from api.http.sheets import CsvStream
from api.orders.order_view import Amount
from catalogue import Catalogue
from commands.command import CommandContext
from commands.registrations.invoice import ReportInvoiceStatus, read_line
from events.centres.user import Role
from projections.paging import Page, every
from projections.registrations import invoice_lines
from projections.registrations.invoice_lines import InvoiceLineRow
from queries.centres.centres import centre_names
from queries.titles import unit_title
from store import Conflict

router = Router(prefix="/invoice-lines", tags=["invoices"])

PART = 200
MOST_REPORTS = 200
"""The most lines that one request may report on (d)."""

LineName = Annotated[str, Field(max_length=40, examples=["R-0000000042"])]
After = Annotated[
    int,
    Query(
        ge=0,
        lt=POSITION_LIMIT,
        description="Only lines after this position: the last one you have.",
    ),
]
CentreFilter = Annotated[str | None, Query(max_length=20, pattern="^[0-9]*$")]


class InvoiceLineResponse(ResponseBody, title="InvoiceLine"):
    """A charge, or a credit (its amount is negative), with its cause."""

    line: str = Field(examples=["R-0000000042"])
    position: int
    charged_at: AwareDatetime
    cause: str = Field(examples=["registration.made"])
    centre: str = Field(examples=["48213"])
    centre_name: str | None = Field(examples=["Riverside Training"])
    learner: str = Field(examples=["L-0000000017T"])
    given_name: str = Field(examples=["Chloë"])
    family_name: str = Field(examples=["D'Arcy"])
    product: str = Field(examples=["Q-0005001227"])
    title: str | None = Field(examples=["Level 2 Diploma in Team Leading"])
    unit: str | None = Field(examples=["F/506/1934"])
    unit_title: str | None = Field(examples=["Participate in a project"])
    order: str = Field(examples=["O-0000000042"])
    purchase_order_number: str | None = Field(examples=["PO-2026-117"])
    amount: Amount
    currency: str = Field(default="GBP", examples=["GBP"])
    status: InvoiceStatus
    invoice: str | None = Field(examples=["INV-2026-0042"])
    credit_note: str | None = Field(examples=["CN-2026-0007"])
    reported_at: AwareDatetime | None
    credit_of: str | None = Field(
        description="The charge that this credit takes back.", examples=[None]
    )
    credited_by: str | None = Field(
        description="The credit that takes this charge back.",
        examples=["R-0000000042-CREDIT"],
    )
    updated_at: AwareDatetime


COLUMNS = tuple(InvoiceLineResponse.model_fields)
"""The columns of the CSV, the same as the members of the JSON."""


class StatusReported(RequestBody, title="InvoiceStatusReport"):
    """The status of a line, with the number of its invoice or credit note."""

    status: InvoiceStatus = Field(examples=["Invoiced"])
    invoice: str | None = Field(
        default=None, min_length=1, max_length=50, examples=["INV-2026-0042"]
    )
    corrects: str | None = Field(
        default=None,
        min_length=1,
        max_length=50,
        description="The wrong number that was reported before (INV-2026-0024), if"
        " this corrects it.",
        examples=[None],
    )


class LineReported(StatusReported, title="InvoiceLineReport"):
    """The status of one line of many."""

    line: LineName


class LinesReported(RequestBody, title="InvoiceLineReports"):
    """Reports on many lines; each is handled separately, in this order."""

    reports: list[LineReported] = Field(min_length=1, max_length=MOST_REPORTS)


class StatusResponse(ResponseBody, title="InvoiceLineStatus"):
    line: str
    status: InvoiceStatus
    invoice: str | None = Field(examples=["INV-2026-0042"])
    credit_note: str | None = Field(examples=["CN-2026-0007"])


class ReportRefused(ResponseBody, title="InvoiceReportRefusal"):
    """Why one report of many was refused: as a problem's type and detail."""

    type: str = Field(examples=["urn:learner-management:other-invoice"])
    message: str = Field(examples=["R-0000000042 is Invoiced with INV-1."])


class ReportAnswered(ResponseBody, title="InvoiceReportAnswer"):
    """The result of one report: the line as it is now, or why it was refused."""

    line: str = Field(examples=["R-0000000042"])
    is_taken: bool
    now: StatusResponse | None = None
    refused: ReportRefused | None = None


class ReportsAnswered(ResponseBody, title="InvoiceReportAnswers"):
    """The result of each report, in the order in which they were sent."""

    items: list[ReportAnswered]


@router.get("", operation_id="listInvoiceLines")
def feed(
    request: Request,
    response: Response,
    user: CurrentUser,
    service: ServiceOf,
    reads: Reads,
    part: PagingSince,
    after: After = 0,
    status: InvoiceStatus | None = None,
    centre: CentreFilter = None,
) -> ListResponse[InvoiceLineResponse]:
    """List charges and credits after a position, oldest first (C4)."""
    found = invoice_lines.search_invoice_lines(
        reads,
        centre=scope(user, centre),
        status=status,
        after=after,
        updated_since=part.updated_since,
        limit=part.limit,
        cursor=part.cursor,
    )
    people = learner_refs_by_id(
        reads,
        service.context,
        {row.learner for row in found.rows},
        seen_by=scope(user),
    )
    names = centre_names(service.context, {row.centre for row in found.rows})
    return list_response(
        request,
        response,
        found,
        lambda row: invoice_line_response(
            row, people[row.learner], service.catalogue, names
        ),
    )


@router.get("/feed.csv", operation_id="downloadInvoiceLines", response_class=CsvStream)
def feed_csv(
    user: CurrentUser,
    service: ServiceOf,
    _: Reads,
    after: After = 0,
    status: InvoiceStatus | None = None,
    centre: CentreFilter = None,
) -> CsvStream:
    """Return the whole feed as CSV."""

    def rows() -> Iterator[dict[str, Any]]:
        with service.rows(scope(user)) as connection:

            def part(cursor: str | None) -> Page[InvoiceLineRow]:
                return invoice_lines.search_invoice_lines(
                    connection,
                    centre=scope(user, centre),
                    status=status,
                    after=after,
                    limit=PART,
                    cursor=cursor,
                )

            yield from every_line(
                service.context, connection, part, seen_by=scope(user)
            )

    return CsvStream.make("invoice-lines.csv", COLUMNS, rows())


@router.post("/{line}/status", operation_id="reportInvoiceLineStatus")
def report_invoice_status(
    line: Annotated[str, Path(max_length=40, examples=["R-0000000042"])],
    body: StatusReported,
    context: RequestContextOf,
) -> StatusResponse:
    """Report that a line was invoiced, paid or credited; a repeat changes nothing (C4).

    ``invoice`` is the number of the invoice, which stays the same when it is paid, or of
    the credit note. A missing number can be reported later. To correct a wrong number, send
    the right one as ``invoice`` and the wrong one as ``corrects``.
    """
    context.send(
        ReportInvoiceStatus(**context.command_metadata, line=line, **body.model_dump())
    )
    return status_response(line, context.command_context)


@router.post("/statuses", operation_id="reportInvoiceLineStatuses")
def report_many(body: LinesReported, context: RequestContextOf) -> ReportsAnswered:
    """Report on many lines at once; each is accepted or refused separately.

    Accepted reports that are sent again change nothing.
    """
    require_may(ReportInvoiceStatus, Role(context.by.role))
    return ReportsAnswered(
        items=[report_answer(each, context) for each in body.reports]
    )


def report_answer(reported: LineReported, context: RequestContext) -> ReportAnswered:
    """Handle one report of many, or say why it is refused."""
    try:
        context.send(
            ReportInvoiceStatus(**context.command_metadata, **reported.model_dump())
        )
    except Refusal as refusal:
        kind, message = refusal.code, str(refusal)
    except Conflict:
        kind, message = "conflict", "It was changed meanwhile. Report it again."
    else:
        now = status_response(reported.line, context.command_context)
        return ReportAnswered(line=reported.line, is_taken=True, now=now)
    refused = ReportRefused(type=f"urn:learner-management:{kind}", message=message)
    return ReportAnswered(line=reported.line, is_taken=False, refused=refused)


def status_response(line: str, context: CommandContext) -> StatusResponse:
    _, now_is = read_line(line, context)
    return StatusResponse(
        line=line,
        status=now_is.status,
        invoice=now_is.invoice,
        credit_note=now_is.credit_note,
    )


def every_line(
    context: CommandContext,
    reads: Connection,
    part: Callable[[str | None], Page[InvoiceLineRow]],
    *,
    seen_by: str | None,
) -> Iterator[dict[str, Any]]:
    """Yield every line of the feed, page by page, for the CSV."""

    def shown_part(cursor: str | None) -> Page[InvoiceLineResponse]:
        found = part(cursor)
        who = {row.learner for row in found.rows}
        people = learner_refs_by_id(reads, context, who, seen_by=seen_by)
        names = centre_names(context, {row.centre for row in found.rows})
        rows = (
            invoice_line_response(row, people[row.learner], context.catalogue, names)
            for row in found.rows
        )
        return Page(rows=tuple(rows), next_cursor=found.next_cursor)

    return (line.model_dump(mode="json") for line in every(shown_part))


def invoice_line_response(
    row: InvoiceLineRow,
    person: LearnerRef,
    catalogue: Catalogue,
    centre_names: Mapping[str, str],
) -> InvoiceLineResponse:
    """Show a line with the title that the product had on that day."""
    day = row.charged_at.astimezone(LONDON).date()
    product = product_on(catalogue, row.product, day)
    values = {**vars(row), "purchase_order_number": row.purchase_order}
    del values["purchase_order"]
    return InvoiceLineResponse(
        **values,
        centre_name=centre_names.get(row.centre),
        given_name=person.given_name,
        family_name=person.family_name,
        title=product.title if product else None,
        unit_title=unit_title(catalogue, row.product, row.unit) if row.unit else None,
    )
