"""Results: awards that were claimed, and what became of them (R1, R2)."""

from typing import cast, get_args

from starlette.responses import Response

from aggregates.errors import Refusal
from projections.claims.result_search import (
    Result,
    ResultFilter,
    ResultSort,
    search_results,
)
from projections.paging import Page
from queries.titles import products_titled, title_of
from web.http.context import PageContext
from web.http.downloads import every_row, list_file
from web.http.lists import LISTED, MOST_COUNTED
from web.http.page_router import PageRouter

pages = PageRouter("results")

RESULTS = "/results"
FIELDS = (
    *("name", "given_name", "family_name"),
    *("learner_reference", "product_title", "grade"),
)
SORTS = frozenset(get_args(ResultSort))
COLUMNS = (
    *("learner", "given_name", "family_name", "centre_reference", "centre"),
    *("qualification", "registration", "claim", "award_type", "award_date"),
    *("standing", "overall_grade", "certificate", "submitted_at", "printed_at"),
)


@pages.get(RESULTS)
def list_results(context: PageContext) -> Response:
    """Show the results that match, by name."""
    refused, found = None, Page[Result](rows=(), total=0)
    try:
        found = _search(
            context, LISTED, context.parameter("after"), count_to=MOST_COUNTED
        )
    except Refusal as error:
        refused = error
    catalogue = context.service.catalogue
    return context.page(
        "claims/results.html",
        title="Results",
        refused=refused,
        found=found,
        results=[
            (each, title_of(catalogue, each.qualification)) for each in found.rows
        ],
        sought={name: context.parameter(name) or "" for name in FIELDS},
        is_narrowed=any(map(context.parameter, FIELDS)),
        sort=_sort(context) or "family_name",
        next_address=found.next_cursor
        and context.address_with(after=found.next_cursor),
    )


@pages.get(f"{RESULTS}.csv")
@pages.get(f"{RESULTS}.xlsx")
def download_results(context: PageContext) -> Response:
    """Give all the results that match as a file."""

    def next_rows(limit: int, cursor: str | None) -> Page[Result]:
        return _search(context, limit, cursor)

    return list_file(context, "results", COLUMNS, map(vars, every_row(next_rows)))


def _search(
    context: PageContext, limit: int, cursor: str | None, *, count_to: int = 0
) -> Page[Result]:
    with context.rows() as connection:
        return search_results(
            connection,
            centre=context.centre,
            clauses=ResultFilter(
                name=context.parameter("name") or "",
                given_name=context.parameter("given_name") or "",
                family_name=context.parameter("family_name") or "",
                learner_reference=context.parameter("learner_reference") or "",
                products=products_titled(
                    context.service.catalogue, context.parameter("product_title") or ""
                ),
                grade=context.parameter("grade") or "",
            ),
            sort=_sort(context),
            count_to=count_to,
            limit=limit,
            cursor=cursor,
        )


def _sort(context: PageContext) -> ResultSort | None:
    sort = context.parameter("sort")
    return cast("ResultSort", sort) if sort in SORTS else None
