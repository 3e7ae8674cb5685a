"""What is decided of a whole group: how its file is read, its name, its learners, its end."""

from collections.abc import Mapping
from typing import Any

from starlette.responses import Response

from aggregates.learners.details import COLUMNS, MANDATORY
from aggregates.uploads.problem import title
from aggregates.uploads.record import RecordState
from aggregates.uploads.upload_progress import UploadStatus
from catalogue.rule import amount
from commands.command import Command
from commands.orders.order import BeginOrder
from commands.orders.order_linking import Linking
from commands.uploads.group_name import RenameLearnerGroup
from commands.uploads.undo import UndoLearnerGroup
from commands.uploads.upload import SubmitLearnerGroup
from commands.uploads.upload_choices import (
    ChooseGroupEncoding,
    MapLearnerGroup,
    read_columns,
)
from web.http.context import PageContext
from web.http.faults import CONFIRM_LOSS, REFUSED
from web.http.page_router import PageRouter
from web.orders.order_page import ORDERS
from web.uploads.group_page import group_page
from web.uploads.opened_group import UPLOADS, OpenedGroup, open_group

pages = PageRouter("uploads")

MOST_VALUES = 3
"""How many values of a column are shown."""


@pages.post(UPLOADS + "/{group}/encoding")
def choose_encoding(context: PageContext, group: str) -> Response:
    """Have the file read again in the other encoding that it may be in (U4)."""
    opened = open_group(context, group)
    try:
        done = context.send(
            ChooseGroupEncoding(
                **context.command_metadata(expect=opened.seen_version()),
                group=group,
                encoding=context.form.text("encoding"),
            )
        )
    except REFUSED as refused:
        return group_page(opened, refused=refused)
    return context.redirect(opened.address, said="It is read again.", after=done)


@pages.get(UPLOADS + "/{group}/columns")
def ask_for_columns(context: PageContext, group: str) -> Response:
    """Ask which of the file's columns is which of ours, with what seems likely (U3)."""
    opened = open_group(context, group)
    if opened.status is not UploadStatus.TO_MAP:
        return context.redirect(opened.address)
    return columns_page(opened, opened.upload.received.proposed or {})


@pages.post(UPLOADS + "/{group}/columns")
def map_columns(context: PageContext, group: str) -> Response:
    """Settle which column is which; then the check begins."""
    opened = open_group(context, group)
    chosen = {name: context.form.text(name) or None for name in COLUMNS}
    try:
        done = context.send(
            MapLearnerGroup(
                **context.command_metadata(expect=opened.seen_version()),
                group=group,
                columns=chosen,
            )
        )
    except REFUSED as refused:
        if opened.status is not UploadStatus.TO_MAP:
            return group_page(opened, refused=refused)
        return columns_page(opened, chosen, refused)
    return context.redirect(opened.address, after=done)


def columns_page(
    opened: OpenedGroup,
    chosen: Mapping[str, str | None],
    refused: Exception | None = None,
) -> Response:
    context = opened.context
    _, _, values = read_columns(context.command_context, opened.group, context.by)
    columns = [name for name in opened.upload.received.columns if name]
    return opened.page(
        "uploads/columns.html",
        title="Match the columns",
        refused=refused,
        fields=[
            (name, title(name), name in MANDATORY, chosen.get(name) or "")
            for name in COLUMNS
        ],
        choices=[(name, name) for name in columns],
        columns=[(name, values.get(name, [])[:MOST_VALUES]) for name in columns],
    )


@pages.get(UPLOADS + "/{group}/rename")
def ask_for_group_name(context: PageContext, group: str) -> Response:
    """Ask what the group is to be called."""
    opened = open_group(context, group)
    return rename_page(opened, opened.upload.name)


@pages.post(UPLOADS + "/{group}/rename")
def rename_group(context: PageContext, group: str) -> Response:
    """Give the group another name (U1)."""
    opened = open_group(context, group)
    name = context.form.text("name")
    command = RenameLearnerGroup(
        **context.command_metadata(expect=opened.seen_version()), group=group, name=name
    )
    try:
        done = context.send(command)
    except REFUSED as refused:
        return rename_page(opened, name, refused)
    return context.redirect(opened.address, said="Renamed.", after=done)


def rename_page(
    opened: OpenedGroup, name: str, refused: Exception | None = None
) -> Response:
    return opened.page(
        "uploads/rename.html", title="Rename the group", refused=refused, name=name
    )


@pages.get(UPLOADS + "/{group}/submit")
def show_plan(context: PageContext, group: str) -> Response:
    """Show what submitting the group would do, and what it would leave."""
    return plan_page(open_group(context, group))


@pages.post(UPLOADS + "/{group}/submit")
def submit_group(context: PageContext, group: str) -> Response:
    """Make learners of the rows that are ready (U9)."""
    opened = open_group(context, group)
    command = SubmitLearnerGroup(**context.command_metadata(), group=group)
    try:
        done = context.send(command)
    except REFUSED as refused:
        return plan_page(opened, refused)
    return context.redirect(f"{opened.address}/done", after=done)


def plan_page(opened: OpenedGroup, refused: Exception | None = None) -> Response:
    return opened.page(
        "uploads/submit.html",
        title="Check and submit",
        refused=refused,
        waiting=opened.count(RecordState.NOT_VERIFIED),
    )


@pages.post(UPLOADS + "/{group}/order")
def order_for_group(context: PageContext, group: str) -> Response:
    """Begin an order with the learners of the group linked to it."""
    opened = open_group(context, group)
    linking = Linking(groups=(group,))
    command = BeginOrder(**context.command_metadata(), linkings=(linking,))
    done = context.send(command)
    said = f"{amount(opened.learners, 'learner')} of {opened.upload.name} linked."
    return context.redirect(f"{ORDERS}/{done.created_id}", said=said, after=done)


@pages.get(UPLOADS + "/{group}/undo")
def ask_to_undo(context: PageContext, group: str) -> Response:
    """Say what undoing the upload takes away, and ask."""
    return undo_page(open_group(context, group))


@pages.post(UPLOADS + "/{group}/undo")
def undo_group(context: PageContext, group: str) -> Response:
    """Take the upload back, with its learners, if none of them is in use (U11)."""
    opened = open_group(context, group)
    command: Command = UndoLearnerGroup(
        **context.command_metadata(),
        group=group,
        confirm_loss=bool(context.form.text(CONFIRM_LOSS)),
    )
    try:
        done = context.send(command)
    except REFUSED as refused:
        return undo_page(opened, refused)
    return context.redirect(opened.address, after=done)


def undo_page(opened: OpenedGroup, refused: Exception | None = None) -> Response:
    values: dict[str, Any] = {"typed_loss": opened.context.form.text(CONFIRM_LOSS)}
    return opened.page(
        "uploads/undo.html", title="Undo this upload", refused=refused, **values
    )
