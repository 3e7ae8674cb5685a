"""The page of a group of learners: how far it is, how it was read, what is to be done."""

from starlette.responses import Response

from aggregates.uploads.file_refusals import file_sentence, hidden_parts
from aggregates.uploads.file_row import ENCODINGS
from aggregates.uploads.upload_progress import UploadStatus
from commands.orders.order import BeginOrder
from queries.uploads.names_as_read import read_names
from web.http.context import PageContext
from web.http.inputs import read_number
from web.http.page_router import PageRouter
from web.uploads.opened_group import UPLOADS, OpenedGroup, open_group

pages = PageRouter("uploads")

QUARTER = 25
"""Progress is read aloud when it has come a quarter further."""


@pages.get(UPLOADS + "/{group}")
def show_group(context: PageContext, group: str) -> Response:
    """Show a group as it is now; for htmx the part that goes on by itself."""
    return group_page(open_group(context, group))


@pages.get(UPLOADS + "/{group}/done")
def show_what_was_added(context: PageContext, group: str) -> Response:
    """Show what became of a group that was submitted, with what is next."""
    return group_page(open_group(context, group), is_just_submitted=True)


def group_page(
    opened: OpenedGroup,
    *,
    is_just_submitted: bool = False,
    refused: Exception | None = None,
) -> Response:
    context, upload = opened.context, opened.upload
    done, most, sentence = opened.step
    percent = 100 * done // max(most, 1)
    before = read_number(context.parameter("seen")) or 0
    received = upload.received
    hidden = hidden_parts(
        received.hidden_rows, received.hidden_columns, received.unread_sheets
    )
    read = read_names(context.service.store, upload)
    address = f"{opened.address}/done" if is_just_submitted else opened.address
    is_done = upload.status is UploadStatus.DONE
    was_busy = context.parameter("seen") is not None
    return opened.page(
        "uploads/_group.html" if context.wants_part else "uploads/group.html",
        title=upload.name,
        refused=refused,
        done=done,
        most=most,
        sentence=sentence,
        announced=_announcement(opened, percent, before, was_busy=was_busy),
        poll_address=f"{address}?seen={percent // QUARTER * QUARTER}",
        read=read,
        encoding=ENCODINGS[upload.encoding],
        other_encoding=ENCODINGS[read.other] if read.other else "",
        warnings=[file_sentence(each) for each in hidden],
        is_just_submitted=is_just_submitted and is_done,
        may_order=context.may(BeginOrder),
    )


def _announcement(
    opened: OpenedGroup, percent: int, before: int, *, was_busy: bool
) -> str:
    """Say what is read aloud: each quarter, and the end."""
    if not opened.is_busy:
        return f"{opened.status_in_words}. {opened.bar_in_words}." if was_busy else ""
    return opened.step[2] if percent // QUARTER > before // QUARTER else ""
