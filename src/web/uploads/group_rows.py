"""Rows of a group: those that are ready, one with all its cells, one taken out (U6, U8)."""

from collections.abc import Mapping
from http import HTTPStatus

from starlette.responses import Response

from aggregates.errors import NotFound
from aggregates.learners.details import COLUMNS
from aggregates.uploads.problem import title
from aggregates.uploads.record import Record
from commands.command import CommandResult
from commands.uploads.record import RemoveRecord
from commands.uploads.upload import read_records, record_called
from projections.uploads import uploads
from repositories.aggregate_types import RECORD
from store import Stream
from web.http.context import PageContext
from web.http.faults import REFUSED
from web.http.inputs import read_version
from web.http.lists import LISTED
from web.http.page_router import PageRouter
from web.uploads.opened_group import (
    TO_FIX,
    UPLOADS,
    VALID,
    OpenedGroup,
    open_group,
)
from web.uploads.row_forms import WHO, describe_rows
from web.uploads.row_refusals import row_is_wrong

pages = PageRouter("uploads")

LONGEST_SAID = 60
"""How many characters of a value are said of it."""
LONGEST_ROW = 7
"""How many digits the number of a row may have."""


@pages.get(UPLOADS + "/{group}/valid")
def show_valid_rows(context: PageContext, group: str) -> Response:
    """Show the rows with which nothing is wrong, with what is odd about them."""
    opened = open_group(context, group)
    with context.rows() as connection:
        found = uploads.rows_of(
            connection,
            group,
            states=VALID,
            limit=LISTED,
            cursor=context.parameter("after"),
        )
    records = read_records(context.service.store, group, found.rows)
    return opened.page(
        "uploads/valid.html",
        title="Rows that are ready",
        forms=describe_rows(context, records, is_whole=True),
        next_address=found.next_cursor
        and context.address_with(after=found.next_cursor),
    )


@pages.get(UPLOADS + "/{group}/rows/{row}")
def show_row(context: PageContext, group: str, row: str) -> Response:
    """Show one row with all its cells, to be put right."""
    opened = open_group(context, group)
    _, record = open_row(context, group, row)
    return whole_row_page(opened, record.row)


@pages.get(UPLOADS + "/{group}/rows/{row}/remove")
def ask_to_remove(context: PageContext, group: str, row: str) -> Response:
    """Ask whether the row is to be taken out of the upload."""
    opened = open_group(context, group)
    return remove_page(opened, *open_row(context, group, row))


@pages.post(UPLOADS + "/{group}/rows/{row}/remove")
def remove_row(context: PageContext, group: str, row: str) -> Response:
    """Take the row out of the upload; its history stays (U8)."""
    opened = open_group(context, group)
    stream, record = open_row(context, group, row)
    seen = read_version(context.form.text("version"))
    command = RemoveRecord(
        **context.command_metadata(expect=seen),
        group=group,
        row=record.row,
    )
    try:
        done = context.send(command)
    except REFUSED as refused:
        return remove_page(opened, stream, record, refused)
    said = f"Row {record.row} was removed."
    return context.redirect(f"{opened.address}/fix", said=said, after=done)


def remove_page(
    opened: OpenedGroup,
    stream: Stream,
    record: Record,
    refused: Exception | None = None,
) -> Response:
    return opened.page(
        "uploads/remove.html",
        title=f"Remove row {record.row}",
        refused=refused,
        record=record,
        row_version=stream.version,
        cells=[(title(name), record.cells.get(name, "")) for name in COLUMNS],
    )


def open_row(context: PageContext, group: str, row: str) -> tuple[Stream, Record]:
    """Open a row by its number. Raises NotFound."""
    if not (row.isdecimal() and row.isascii() and len(row) <= LONGEST_ROW):
        raise NotFound(what="row", name=row)
    return context.load(RECORD, record_called(group, int(row)))


def typed_cells(context: PageContext) -> Mapping[str, str]:
    """Give what was typed, by column; a form has only some of them."""
    values = context.form.values
    return {name: context.form.text(name) for name in COLUMNS if name in values}


def typed_values(context: PageContext) -> Mapping[str, str]:
    """Give the same with who was chosen."""
    return {**typed_cells(context), WHO: context.form.text(WHO)}


def whole_row_page(
    opened: OpenedGroup,
    row: int,
    *,
    refused: Exception | None = None,
    is_loss: bool = False,
) -> Response:
    """Write the page of one row, with all its cells; says also at first what is wrong."""
    context = opened.context
    pair = open_row(context, opened.group, str(row))
    is_sent = refused is not None
    (form,) = describe_rows(
        context,
        [pair],
        typed={row: typed_values(context)} if is_sent else None,
        is_whole=True,
    )
    if refused is None and form.record.state in TO_FIX:
        refused = row_is_wrong(form.record)
    return opened.page(
        "uploads/row.html",
        title=f"Row {row}",
        refused=refused,
        status=None if is_sent else HTTPStatus.OK,
        form=form,
        asks_for_loss=is_loss,
        query="",
    )


def say_what_changed(before: Record, after: Record) -> str:
    """Say what a row is now, in a sentence."""
    if after.linked_to and after.linked_to != before.linked_to:
        return f"Row {after.row} is {after.linked_to}, who joins the group."
    named = [
        f"{title(column)} is now {_in_short(after.cells.get(column, ''))}"
        for column in COLUMNS
        if after.cells.get(column, "") != before.cells.get(column, "")
    ]
    if named:
        return f"Row {after.row}: {', '.join(named)}."
    return f"Row {after.row} is right."


def _in_short(value: str) -> str:
    """Write a value as a sentence that is kept in a cookie can hold it."""
    return f"{value[:LONGEST_SAID]}…" if len(value) > LONGEST_SAID else value or "blank"


def go_to(
    context: PageContext, address: str, said: str, done: CommandResult
) -> Response:
    """Go on to another page, also where htmx asks for a part of this one."""
    response = context.redirect(address, said=said, after=done)
    if not context.wants_part:
        return response
    headers = {"HX-Redirect": address}
    if cookie := response.headers.get("set-cookie"):
        headers["Set-Cookie"] = cookie
    return Response(headers=headers)
