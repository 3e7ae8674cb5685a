"""Manage Learners: learners found by whatever is known of them (L3)."""

from collections.abc import Iterator, Mapping
from typing import Any, cast, get_args

import msgspec
from starlette.responses import Response

from aggregates.errors import Refusal
from aggregates.registrations.registration_state import Status
from commands.learners.learner import CreateLearner
from projections.learners.learner_search import (
    KnownLearner,
    LearnerFilter,
    LearnerSort,
    search_learners,
)
from projections.paging import Page
from projections.uploads import uploads
from web.http.context import PageContext
from web.http.downloads import every_row, list_file
from web.http.inputs import read_choice, read_day
from web.http.lists import LISTED, MOST_COUNTED
from web.http.page_router import PageRouter

pages = PageRouter("learners")

LEARNERS = "/learners"
SORTS = frozenset(get_args(LearnerSort))
FIELDS = (
    *("name", "learner", "uln", "date_of_birth", "group", "centre_reference"),
    *("status", "created_from", "created_to"),
)
"""What learners are searched by; each is a parameter of the address."""
COLUMNS = (
    *("learner", "given_name", "family_name", "date_of_birth", "gender", "uln"),
    *("centre_reference", "group", "group_name", "centre", "created_at"),
)
NO_ONE: Page[KnownLearner] = Page(rows=(), total=0)


@pages.get(LEARNERS)
def list_learners(context: PageContext) -> Response:
    """Show the learners that match, fifty at a time."""
    refused, found = None, NO_ONE
    groups: Mapping[str, str] = {}
    try:
        with context.rows() as connection:
            found = search_learners(
                connection,
                centre=context.centre,
                filters=read_filters(context),
                sort=read_sort(context),
                count_to=MOST_COUNTED,
                limit=LISTED,
                cursor=context.parameter("after"),
            )
            named = (each.group for each in found.rows if each.group)
            groups = uploads.names_of(connection, named)
    except Refusal as error:
        refused = error
    return context.page(
        "learners/list.html",
        title="Manage learners",
        refused=refused,
        found=found,
        groups=groups,
        asked={name: context.parameter(name) or "" for name in FIELDS},
        may_create=context.may(CreateLearner),
        is_narrowed=any(map(context.parameter, FIELDS)),
        sort=read_sort(context) or "-created_at",
        statuses=[(each.value, each.value) for each in Status],
        next_address=found.next_cursor
        and context.address_with(after=found.next_cursor),
    )


@pages.get(f"{LEARNERS}.csv")
@pages.get(f"{LEARNERS}.xlsx")
def download_learners(context: PageContext) -> Response:
    """Give all the learners that match as a file."""
    filters, sort = read_filters(context), read_sort(context)

    def matching_rows() -> Iterator[Mapping[str, Any]]:
        with context.rows() as connection:

            def next_rows(limit: int, cursor: str | None) -> Page[KnownLearner]:
                return search_learners(
                    connection,
                    centre=context.centre,
                    filters=filters,
                    sort=sort,
                    limit=limit,
                    cursor=cursor,
                )

            for each in every_row(next_rows):
                row = msgspec.structs.asdict(each)
                names = uploads.names_of(connection, filter(None, [each.group]))
                yield row | {"group_name": names.get(each.group or "")}

    return list_file(context, "learners", COLUMNS, matching_rows())


def read_filters(context: PageContext) -> LearnerFilter:
    """Read what is searched by from the address. Raises Malformed, at its field."""
    return LearnerFilter(
        name=context.parameter("name"),
        learner=context.parameter("learner"),
        uln=context.parameter("uln"),
        group=context.parameter("group"),
        centre_reference=context.parameter("centre_reference"),
        status=read_choice(Status, context.parameter("status"), "status"),
        date_of_birth=read_day(context.parameter("date_of_birth"), "date_of_birth"),
        created_from=read_day(context.parameter("created_from"), "created_from"),
        created_to=read_day(context.parameter("created_to"), "created_to"),
    )


def read_sort(context: PageContext) -> LearnerSort | None:
    """Read what is sorted by; what nobody can sort by is left alone."""
    sort = context.parameter("sort")
    return cast("LearnerSort", sort) if sort in SORTS else None
