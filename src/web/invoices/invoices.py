"""Invoice lines: charges and credits, each with the order and the event behind it (C4)."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from starlette.responses import Response

from aggregates.errors import NotFound, Refusal
from aggregates.registrations.invoice_line import InvoiceStatus
from projections.history.event_descriptions import sentence
from projections.paging import Page
from projections.registrations.invoice_lines import (
    InvoiceLineRow,
    find_invoice_line,
    search_invoice_lines,
)
from queries.learners.learners import open_learners
from queries.titles import title_of, unit_title
from web.http.context import PageContext
from web.http.downloads import every_row, list_file
from web.http.inputs import read_choice
from web.http.lists import LISTED
from web.http.page_router import PageRouter

pages = PageRouter("invoices")

INVOICES = "/invoices"
FIELDS = ("status", "centre")
COLUMNS = (
    *("line", "charged_at", "cause", "centre", "learner", "given_name", "family_name"),
    *("product", "title", "unit", "order", "purchase_order", "amount", "status"),
    *("invoice", "credit_note", "reported_at", "credit_of", "credited_by"),
)


@dataclass(frozen=True, kw_only=True)
class ShownLine:
    """A charge or a credit, for whom and for what."""

    row: InvoiceLineRow
    given_name: str
    family_name: str
    title: str

    @property
    def learner_name(self) -> str:
        return f"{self.given_name} {self.family_name}"

    @property
    def values(self) -> Mapping[str, Any]:
        """Give what a file has of it."""
        return {**vars(self.row), **vars(self)}


@pages.get(INVOICES)
def list_invoice_lines(context: PageContext) -> Response:
    """Show charges and credits in the order that they came in."""
    refused, found = None, Page[InvoiceLineRow](rows=())
    try:
        found = _search(context, LISTED, context.parameter("after"))
    except Refusal as error:
        refused = error
    return context.page(
        "invoices/list.html",
        title="Invoices",
        refused=refused,
        lines=[*describe_lines(context, found.rows)],
        statuses=[(each.value, each.value) for each in InvoiceStatus],
        sought={name: context.parameter(name) or "" for name in FIELDS},
        is_narrowed=any(map(context.parameter, FIELDS)),
        file_address=context.address_with(after=None).replace(
            INVOICES, f"{INVOICES}.csv", 1
        ),
        next_address=found.next_cursor
        and context.address_with(after=found.next_cursor),
    )


@pages.get(f"{INVOICES}.csv")
@pages.get(f"{INVOICES}.xlsx")
def download_invoice_lines(context: PageContext) -> Response:
    """Give all the lines that match as a file."""

    def next_rows(limit: int, cursor: str | None) -> Page[ShownLine]:
        found = _search(context, limit, cursor)
        shown = tuple(describe_lines(context, found.rows))
        return Page(rows=shown, next_cursor=found.next_cursor)

    rows = (each.values for each in every_row(next_rows))
    return list_file(context, "invoice-lines", COLUMNS, rows)


@pages.get(INVOICES + "/{line}")
def show_invoice_line(context: PageContext, line: str) -> Response:
    """Show a charge or a credit, its order, and the event that it is due to."""
    with context.rows() as connection:
        found = find_invoice_line(connection, line, centre=context.centre)
    if found is None:
        raise NotFound(what="invoice line", name=line)
    cause = next(iter(context.service.store.at([found.position])))
    return context.page(
        "invoices/line.html",
        title=f"Invoice line {line}",
        crumbs=[("Invoices", INVOICES)],
        shown=next(describe_lines(context, [found])),
        thing=found.credit_of or found.line,
        sentence=sentence(cause.event),
        cause=cause,
    )


def _search(
    context: PageContext, limit: int, cursor: str | None
) -> Page[InvoiceLineRow]:
    with context.rows() as connection:
        return search_invoice_lines(
            connection,
            centre=context.centre or context.parameter("centre"),
            status=read_choice(InvoiceStatus, context.parameter("status"), "status"),
            limit=limit,
            cursor=cursor,
        )


def describe_lines(
    context: PageContext, rows: Iterable[InvoiceLineRow]
) -> Iterator[ShownLine]:
    """Say of each line for whom and for what it is."""
    listed = [*rows]
    people = open_learners(
        context.command_context,
        {row.learner for row in listed},
        seen_by=context.centre,
    )
    catalogue = context.service.catalogue
    for row in listed:
        details = people[row.learner].details
        title = title_of(catalogue, row.product) or row.product
        test = row.unit and unit_title(catalogue, row.product, row.unit)
        yield ShownLine(
            row=row,
            given_name=details.given_name or "",
            family_name=details.family_name or "",
            title=f"Test: {test or row.unit}" if row.unit else title,
        )
