"""The rows of a group that somebody has to see to, put right in place (U6, U8)."""

from collections import Counter
from collections.abc import Iterator

from starlette.responses import Response

from aggregates.loss import WorkWouldBeLost
from aggregates.uploads.record import Record, RecordState
from catalogue.rule import amount
from commands.command import CommandResult
from commands.uploads.record import AmendRecord
from commands.uploads.upload import read_records
from projections.learners.learner_search import finder
from projections.uploads import uploads
from store import Stream
from web.http.context import PageContext
from web.http.faults import CONFIRM_LOSS, REFUSED
from web.http.inputs import read_version
from web.http.page_router import PageRouter
from web.uploads.group_rows import (
    go_to,
    open_row,
    say_what_changed,
    typed_cells,
    typed_values,
    whole_row_page,
)
from web.uploads.opened_group import TO_FIX, UPLOADS, OpenedGroup, open_group
from web.uploads.row_forms import (
    DIFFERENT,
    WHO,
    Slip,
    count_slips,
    describe_rows,
    slip_of,
)
from web.uploads.row_refusals import RowStillWrong, row_is_wrong, row_was_refused

pages = PageRouter("uploads")

LISTED = 25
LOOKED_AT = 200
"""Among how many invalid rows the same slip is looked for, to be changed together."""
WAITED = 1.0
"""How many seconds a part of a page waits for the counts to be those after a change."""


@pages.get(UPLOADS + "/{group}/fix")
def show_rows_to_fix(context: PageContext, group: str) -> Response:
    """Show the rows that somebody has to see to, in the order of the file."""
    return fix_page(open_group(context, group))


@pages.post(UPLOADS + "/{group}/rows/{row}")
def save_row(context: PageContext, group: str, row: str) -> Response:
    """Put a row right, or say who it is; what is still wrong is said at once.

    A value is recorded also if it is wrong still: nothing that was typed is lost.
    """
    opened = open_group(context, group)
    _, before = open_row(context, group, row)
    seen, who = read_version(context.form.text("version")), context.form.text(WHO)
    command = AmendRecord(
        **context.command_metadata(expect=seen),
        group=group,
        row=before.row,
        alike=finder(context.service.read_models.connection),
        cells=typed_cells(context),
        is_different_person=who == DIFFERENT,
        link_to=who if who not in {"", DIFFERENT} else None,
        confirm_loss=bool(context.form.text(CONFIRM_LOSS)),
    )
    try:
        done = context.send(command)
    except REFUSED as refused:
        field = WHO if who else next(iter(typed_cells(context)), "")
        why = row_was_refused(before, refused, field=field, at=context.at)
        is_loss = isinstance(refused, WorkWouldBeLost)
        return _answer_wrong(opened, before.row, why, is_loss=is_loss)
    _, after = open_row(context, group, row)
    context.service.read_models.wait_for(done.position or 0, WAITED)
    opened = open_group(context, group)
    if after.state in TO_FIX:
        return _answer_wrong(opened, after.row, row_is_wrong(after))
    return _answer_right(opened, before, after, done)


def _answer_right(
    opened: OpenedGroup, before: Record, after: Record, done: CommandResult
) -> Response:
    """Say that a row is right now: in its place, or on the page that comes next.

    Where rows beside it have changed as well, that is the whole list.
    """
    context, said = opened.context, say_what_changed(before, after)
    more = _amend_alike(opened, before)
    is_whole = context.form.text("from") == "row"
    touched = before.duplicate_rows | before.like_rows | after.like_rows
    if context.wants_part and not (more or touched or is_whole):
        return opened.page("uploads/_right.html", title="", record=after, said=said)
    if more:
        said += f" {amount(more, 'other row')} with the same slip changed too."
        done = CommandResult(position=context.service.store.head())
    path = f"/rows/{after.row}" if is_whole else f"/fix{_query(context)}"
    return go_to(context, f"{opened.address}{path}", said, done)


def _answer_wrong(
    opened: OpenedGroup, row: int, refused: RowStillWrong, *, is_loss: bool = False
) -> Response:
    """Show what is still wrong: the row alone, or the page that it was sent from."""
    context = opened.context
    if context.form.text("from") == "row":
        return whole_row_page(opened, row, refused=refused, is_loss=is_loss)
    if not context.wants_part:
        return fix_page(opened, row=row, refused=refused, is_loss=is_loss)
    (form,) = describe_rows(
        context,
        [open_row(context, opened.group, str(row))],
        typed={row: typed_values(context)},
        alike=_slips(opened),
    )
    return opened.page(
        "uploads/_wrong.html",
        title="",
        refused=refused,
        form=form,
        asks_for_loss=is_loss,
        query=_query(context),
    )


def fix_page(
    opened: OpenedGroup,
    *,
    row: int = 0,
    refused: Exception | None = None,
    is_loss: bool = False,
) -> Response:
    """Write the page of the rows to fix; ``row`` is one that is wrong still."""
    context = opened.context
    with context.rows() as connection:
        found = uploads.rows_of(
            connection,
            opened.group,
            states=TO_FIX,
            limit=LISTED,
            cursor=context.parameter("after"),
        )
    shown = sorted({*found.rows, *([row] if row else [])})
    records = read_records(context.service.store, opened.group, shown)
    return opened.page(
        "uploads/fix.html",
        title="Rows to fix",
        refused=refused,
        forms=describe_rows(
            context,
            (pair for pair in records if pair[1].row == row or pair[1].state in TO_FIX),
            typed={row: typed_values(context)},
            alike=_slips(opened),
        ),
        wrong_row=row,
        asks_for_loss=is_loss,
        query=_query(context),
        next_address=found.next_cursor
        and context.address_with(after=found.next_cursor),
    )


def _invalid_rows(opened: OpenedGroup) -> Iterator[tuple[Stream, Record]]:
    """Give the first invalid rows, among which the same slip is looked for."""
    context = opened.context
    with context.rows() as connection:
        found = uploads.rows_of(
            connection, opened.group, states=(RecordState.INVALID,), limit=LOOKED_AT
        )
    yield from read_records(context.service.store, opened.group, found.rows)


def _slips(opened: OpenedGroup) -> Counter[Slip]:
    return count_slips(record for _, record in _invalid_rows(opened))


def _amend_alike(opened: OpenedGroup, before: Record) -> int:
    """Change the cells with the same slips, where that was ticked; count the rows."""
    context, cells = opened.context, typed_cells(opened.context)
    ticked = [slip_of(before, column) for column in context.form.all("alike")]
    slips = {slip for slip in ticked if slip and slip.column in cells}
    changed = 0
    for stream, record in _invalid_rows(opened) if slips else ():
        same = [slip for slip in slips if slip_of(record, slip.column) == slip]
        if not same:
            continue
        command = AmendRecord(
            **context.command_metadata(expect=stream.version),
            group=opened.group,
            row=record.row,
            alike=finder(context.service.read_models.connection),
            cells={slip.column: cells[slip.column] for slip in same},
        )
        try:
            context.send(command)
        except REFUSED:  # somebody else saw to that row just now
            continue
        changed += 1
    return changed


def _query(context: PageContext) -> str:
    return context.address_with().removeprefix(context.request.url.path)
