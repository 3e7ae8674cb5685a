"""The groups of learners of a centre: found, and what is to be done with them."""

from collections.abc import Iterator

from sqlalchemy import Connection
from starlette.responses import Response

from aggregates.errors import Refusal
from aggregates.uploads.record import RecordState
from aggregates.uploads.upload_progress import UploadStatus
from catalogue.rule import amount
from commands.uploads.upload import SubmitLearnerGroup, UploadLearnerGroup
from projections.paging import Page
from projections.uploads.uploads import UploadRow, counts_of, search_uploads
from web.http.context import PageContext
from web.http.inputs import read_choice
from web.http.lists import LISTED
from web.http.page_router import PageRouter
from web.http.to_do import ToDo
from web.uploads.opened_group import IN_WORDS, TO_FIX, UPLOADS

pages = PageRouter("uploads")

SEARCHED = ("name", "status")
"""What groups are searched by; each is a parameter of the address."""
LOOKED_AT, SAID_AT_HOME = 20, 5
"""How many of the newest groups of each status are looked at for the home page, and how
many of them it names."""


@pages.get(UPLOADS)
def list_uploads(context: PageContext) -> Response:
    """Show the groups that match, newest first, fifty at a time."""
    refused, found = None, Page[UploadRow](rows=())
    try:
        status = read_choice(UploadStatus, context.parameter("status"), "status")
        with context.rows() as connection:
            found = search_uploads(
                connection,
                centre=context.centre,
                name=context.parameter("name"),
                status=status,
                limit=LISTED,
                cursor=context.parameter("after"),
            )
            counts = counts_of(connection, [row.group for row in found.rows])
    except Refusal as error:
        refused, counts = error, {}
    return context.page(
        "uploads/list.html",
        title="Uploads",
        refused=refused,
        rows=[
            (row, sum(counts.get(row.group, {}).get(state, 0) for state in TO_FIX))
            for row in found.rows
        ],
        words=IN_WORDS,
        asked={name: context.parameter(name) or "" for name in SEARCHED},
        is_narrowed=any(map(context.parameter, SEARCHED)),
        statuses=[(each.value, text) for each, text in IN_WORDS.items()],
        may_upload=context.may(UploadLearnerGroup),
        sees_all=context.centre is None,
        next_address=found.next_cursor
        and context.address_with(after=found.next_cursor),
    )


def uploads_to_finish(context: PageContext, connection: Connection) -> Iterator[ToDo]:
    """Say which groups wait: for their columns, to be put right, or to be submitted."""
    if not context.may(SubmitLearnerGroup):
        return
    waiting = [
        row
        for status in (UploadStatus.TO_MAP, UploadStatus.CHECKED, UploadStatus.DONE)
        for row in search_uploads(
            connection, centre=context.centre, status=status, limit=LOOKED_AT
        ).rows
    ]
    counts = counts_of(connection, [row.group for row in waiting])
    said = 0
    for row in waiting:
        count = counts.get(row.group, {})
        to_fix = sum(count.get(state, 0) for state in TO_FIX)
        for each in _say_what_is_to_do(row, count.get(RecordState.VALID, 0), to_fix):
            said += 1
            if said > SAID_AT_HOME:
                yield ToDo(text="See to the other uploads", href=UPLOADS, urgency=16)
                return
            yield each


def _say_what_is_to_do(row: UploadRow, ready: int, to_fix: int) -> Iterator[ToDo]:
    address = f"{UPLOADS}/{row.group}"
    if row.status is UploadStatus.TO_MAP:
        yield ToDo(
            text=f"Match the columns of {row.name}",
            href=f"{address}/columns",
            detail=f"{row.file_name} is checked once that is done.",
            urgency=14,
        )
        return
    if ready and row.status is UploadStatus.CHECKED:
        yield ToDo(
            text=f"Submit {amount(ready, 'learner')} of {row.name}",
            href=f"{address}/submit",
            detail="They are checked, and not learners of the centre yet.",
            urgency=14,
        )
    if to_fix:
        yield ToDo(
            text=f"{amount(to_fix, 'row')} to fix in {row.name}",
            href=f"{address}/fix",
            detail="The others do not wait for them.",
            urgency=15,
        )
