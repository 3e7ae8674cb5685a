"""The rows to fix as a workbook: downloaded, put right, uploaded again (U6, U8)."""

from collections import Counter

from starlette.responses import Response

from catalogue import amount
from commands.command import CommandResult
from commands.uploads.record import AmendRecord
from commands.uploads.record_file import (
    CorrectionOutcome,
    amend_from_file,
    read_invalid,
)
from files.corrections import invalid_workbook, read_corrections
from projections.learners.learner_search import finder
from web.http.context import PageContext
from web.http.faults import REFUSED
from web.http.page_router import PageRouter
from web.uploads.new_upload import XLSX, file_answer
from web.uploads.opened_group import UPLOADS, OpenedGroup, open_group

pages = PageRouter("uploads")

IN_ORDER = {
    CorrectionOutcome.CONFLICTING: "Not taken",
    CorrectionOutcome.UNKNOWN: "Not a row of this upload",
    CorrectionOutcome.AMENDED: "Changed",
    CorrectionOutcome.UNCHANGED: "As it was",
}
"""What became of the rows of a file, what needs somebody first, in words."""


@pages.get(UPLOADS + "/{group}/to-fix.xlsx")
def give_rows_to_fix(context: PageContext, group: str) -> Response:
    """Give the invalid rows as a workbook, each bad cell marked with its reasons."""
    rows = read_invalid(context.command_context, group, context.by)
    return file_answer(f"{group}-to-fix.xlsx", invalid_workbook(rows), XLSX)


@pages.get(UPLOADS + "/{group}/to-fix")
def ask_for_fixed_rows(context: PageContext, group: str) -> Response:
    """Offer the workbook, and ask for it back."""
    return file_page(open_group(context, group))


@pages.post(UPLOADS + "/{group}/to-fix")
def take_fixed_rows(context: PageContext, group: str) -> Response:
    """Amend rows by the workbook as it comes back; sent again it changes nothing."""
    opened = open_group(context, group)
    file = context.form.files.get("file")
    try:
        returned = amend_from_file(
            read_corrections(file.content if file else b""),
            group,
            context=context.command_context,
            send=context.service.send,
            by=context.by,
            at=context.at,
            alike=finder(context.service.read_models.connection),
        )
    except REFUSED as refused:
        return file_page(opened, refused)
    counts = Counter(row.outcome for row in returned)
    if counts[CorrectionOutcome.AMENDED] == len(returned):
        said = f"{amount(len(returned), 'row')} changed."
        done = CommandResult(position=context.service.store.head())
        return context.redirect(f"{opened.address}/fix", said=said, after=done)
    order = list(IN_ORDER)
    return opened.page(
        "uploads/returned.html",
        title="What became of the rows",
        rows=sorted(returned, key=lambda row: (order.index(row.outcome), row.place)),
        words=IN_ORDER,
        counts=[(text, counts[each]) for each, text in IN_ORDER.items()],
    )


def file_page(opened: OpenedGroup, refused: Exception | None = None) -> Response:
    return opened.page(
        "uploads/to_fix.html",
        title="Fix rows in Excel",
        refused=refused,
        may_amend=opened.context.may(AmendRecord),
    )
