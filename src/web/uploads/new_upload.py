"""A new group of learners: the template, and a file or pasted rows under a name (U1, U2)."""

from dataclasses import dataclass

from starlette.responses import Response

from aggregates.learners.details import COLUMNS
from aggregates.uploads.file_refusals import (
    MOST_BYTES,
    MOST_ROWS,
    FileFault,
    FileRefused,
)
from commands.uploads.upload import UploadLearnerGroup
from files.template import TEMPLATE, xlsx_template
from files.text_file import known_columns
from projections.uploads.uploads import search_uploads
from web.http.context import PageContext
from web.http.faults import REFUSED
from web.http.page_router import PageRouter
from web.uploads.opened_group import UPLOADS

pages = PageRouter("uploads")

XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
SHEET = "pasted rows"
"""What a file of pasted rows is called."""
ENCODINGS_TO_CHOOSE = (("cp1252", "Excel on Windows"), ("mac-roman", "Excel on a Mac"))


@pages.get(f"{UPLOADS}/template.csv")
def give_template(_: PageContext) -> Response:
    """Give the template as CSV."""
    return file_answer("learners.csv", TEMPLATE.encode(), "text/csv; charset=utf-8")


@pages.get(f"{UPLOADS}/template.xlsx")
def give_workbook(_: PageContext) -> Response:
    """Give the template as a workbook, in which dates and ULNs stay text."""
    return file_answer("learners.xlsx", xlsx_template(), XLSX)


def file_answer(name: str, content: bytes, media_type: str) -> Response:
    disposition = f'attachment; filename="{name}"'
    return Response(
        content, media_type=media_type, headers={"Content-Disposition": disposition}
    )


@dataclass(frozen=True, kw_only=True)
class LearnerSource:
    """Where the learners come from: a file, or rows that were pasted."""

    name: str
    content: bytes
    is_pasted: bool


@pages.get(f"{UPLOADS}/new")
def ask_for_file(context: PageContext) -> Response:
    """Ask for a name, and a file or rows."""
    return start_page(context)


@pages.post(f"{UPLOADS}/new")
def upload_learners(context: PageContext) -> Response:
    """Take a file of learners in, and go where its check is shown."""
    source = _source(context)
    try:
        done = context.send(
            UploadLearnerGroup(
                **context.command_metadata(),
                name=context.form.text("name"),
                file_name=source.name,
                content=source.content,
                encoding=_encoding(context),
            )
        )
    except REFUSED as refused:
        at_field = source.is_pasted and isinstance(refused, FileRefused)
        return start_page(context, _at_pasted(refused) if at_field else refused)
    return context.redirect(f"{UPLOADS}/{done.created_id}", after=done)


def _source(context: PageContext) -> LearnerSource:
    """Take the file, or else what was pasted, below the template's columns if it has none."""
    file = context.form.files.get("file")
    pasted = context.form.text("pasted")
    if pasted and not (file and file.content):
        first = pasted.partition("\n")[0]
        marks = ("\t", ";", ",")
        if not any(known_columns(first.split(mark)) for mark in marks):
            mark = "\t" if "\t" in first else ";" if ";" in first else ","
            pasted = f"{mark.join(COLUMNS.values())}\n{pasted}"
        return LearnerSource(name=SHEET, content=pasted.encode(), is_pasted=True)
    name, content = (file.name, file.content) if file else ("", b"")
    return LearnerSource(name=name, content=content, is_pasted=False)


def _encoding(context: PageContext) -> str | None:
    chosen = context.form.text("encoding")
    return chosen if chosen in dict(ENCODINGS_TO_CHOOSE) else None


def _at_pasted(refused: Exception) -> Exception:
    """Say what is wrong with pasted rows at the field that they were pasted into."""
    for each in getattr(refused, "others", ()):
        if isinstance(each, FileFault):
            each.path = ("pasted",)
    return refused


def start_page(context: PageContext, refused: Exception | None = None) -> Response:
    with context.rows() as connection:
        before = search_uploads(connection, centre=context.centre, limit=3).rows
    return context.page(
        "uploads/new.html",
        title="Upload learners",
        crumbs=[("Uploads", UPLOADS)],
        refused=refused,
        typed={name: context.form.text(name) for name in ("name", "pasted")},
        encoding=context.form.text("encoding"),
        encodings=ENCODINGS_TO_CHOOSE,
        had_file=any(file.content for file in context.form.files.values()),
        names_before=[row.name for row in before],
        may_upload=context.may(UploadLearnerGroup),
        most_rows=MOST_ROWS,
        most_megabytes=MOST_BYTES // 1_000_000,
    )
