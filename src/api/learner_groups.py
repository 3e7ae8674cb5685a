"""Groups of learners over HTTP: uploaded, checked, put right and submitted."""

from http import HTTPStatus
from typing import Annotated

from fastapi import APIRouter, File, Form, Path, Query, Request, Response, UploadFile
from pydantic import AwareDatetime, BaseModel, ConfigDict, Field

from aggregates.details import COLUMNS, OVERFLOW
from aggregates.learner_file import ENCODINGS, TEMPLATE
from aggregates.problem import sentence, title
from aggregates.record import Record, RecordState
from aggregates.upload import UploadStatus
from api.answers import Listed, answer, listed, show
from api.dependencies import (
    By,
    CurrentUser,
    IfMatch,
    Now,
    Paging,
    Reads,
    ServiceOf,
    scope,
)
from api.learners import LearnerTold, Wanted
from commands.command import Done
from commands.record import AmendRecord, RemoveRecord, read_record
from commands.upload import (
    SubmitLearnerGroup,
    UploadLearnerGroup,
    read_records,
    read_upload,
)
from events.upload import Problem
from projections import learner_search, uploads
from projections.paging import Page
from service import Service
from store import Actor, Stream

router = APIRouter(prefix="/learner-groups", tags=["learner groups"])

WAITED = 2.0
VALID = (RecordState.VALID, RecordState.TO_CONFIRM, RecordState.LEARNER)
INVALID = (RecordState.INVALID,)

Group = Annotated[str, Path(alias="group", max_length=40, examples=["G-0000000042"])]
RowNumber = Annotated[int, Path(alias="row", ge=1, le=10**7, examples=[17])]


class Csv(Response):
    media_type = "text/csv"


class GroupListed(BaseModel):
    """A group in a list; 50 % is checked, 100 % is submitted and done (U5)."""

    model_config = ConfigDict(from_attributes=True)

    group: str = Field(examples=["G-0000000042"])
    name: str = Field(examples=["Autumn 2026"])
    centre: str = Field(examples=["48213"])
    user: str = Field(examples=["admin.riverside"])
    file_name: str = Field(examples=["learners.csv"])
    status: UploadStatus
    progress: int = Field(ge=0, le=100)
    records: int
    learners: int
    received_at: AwareDatetime


class Counts(BaseModel):
    """How the records of a group stand."""

    valid: int
    invalid: int
    to_confirm: int
    removed: int
    learners: int


class GroupShown(BaseModel):
    """A group as it is now, and the encoding of its file, with names to judge it by."""

    group: str = Field(examples=["G-0000000042"])
    name: str = Field(examples=["Autumn 2026"])
    centre: str = Field(examples=["48213"])
    user: str = Field(examples=["admin.riverside"])
    file_name: str = Field(examples=["learners.csv"])
    encoding: str = Field(examples=["UTF-8"])
    names_as_read: list[str] = Field(examples=[["Chloë D'Arcy", "Zoë Müller"]])
    status: UploadStatus
    progress: int = Field(ge=0, le=100)
    records: int
    counts: Counts
    learners: int
    received_at: AwareDatetime


class Progress(BaseModel):
    """How far a group is: 50 % is checked, 100 % is submitted and done (U5)."""

    status: UploadStatus
    progress: int = Field(ge=0, le=100)


class Finding(BaseModel):
    """What is wrong or odd with a cell, and what to do."""

    cell: str = Field(examples=["E17"])
    column: str = Field(examples=["ULN"])
    field: str = Field(examples=["uln"])
    code: str = Field(examples=["uln-check-digit"])
    message: str
    rows: list[int]
    learners: list[str]


class RecordShown(BaseModel):
    """A row of the file as it is now; ``version`` is its ETag."""

    row: int = Field(examples=[17])
    state: RecordState
    values: dict[str, str]
    problems: list[Finding]
    warnings: list[Finding]
    linked_to: str | None
    learner: str | None
    version: int


class RecordChange(LearnerTold):
    """What is to be put right, or who the person is (U6, U8).

    What is left out stays. ``different_person`` says that it is none of the learners
    that it is like; ``link_to`` that it is that one, who then joins the group.
    """

    different_person: bool = False
    link_to: Annotated[str | None, Field(max_length=40)] = Field(
        default=None, examples=["L-0000000017M"]
    )


@router.get("/template.csv", response_class=Csv)
def template(_: CurrentUser) -> Csv:
    """Give the template: fill it in below its first row and change no column (U2)."""
    return Csv(
        TEMPLATE, headers={"Content-Disposition": 'attachment; filename="learners.csv"'}
    )


@router.get("")
def search(
    request: Request,
    response: Response,
    user: CurrentUser,
    reads: Reads,
    part: Paging,
    name: Wanted = None,
) -> Listed[GroupListed]:
    """List groups, newest first, by the start of any words of their name (U10)."""
    found = uploads.search(
        reads, centre=scope(user), name=name, limit=part.limit, cursor=part.cursor
    )
    return listed(request, response, found, GroupListed.model_validate)


@router.post("", status_code=HTTPStatus.ACCEPTED)
def upload(
    name: Annotated[str, Form(max_length=1000, examples=["Autumn 2026"])],
    file: Annotated[UploadFile, File(description="The template, filled in.")],
    response: Response,
    service: ServiceOf,
    by: By,
    now: Now,
) -> GroupShown:
    """Upload a file of learners under a name of your own (U1); it is checked at once.

    A file whose columns are not the template's, that is not CSV, empty or too long is
    refused as a whole (U3). Look at the Location for the progress.
    """
    command = UploadLearnerGroup(
        by=by,
        at=now,
        name=name,
        file_name=file.filename or "",
        content=file.file.read(),
    )
    done = service.send(command)
    response.headers["Location"] = f"/api/v1/learner-groups/{done.made}"
    return shown(response, service, done.made, by, done)


@router.get("/{group}")
def one(
    group: Group, response: Response, service: ServiceOf, by: By, _: Reads
) -> GroupShown:
    """Show a group: how far it is, and how its records stand (U5)."""
    return shown(response, service, group, by)


@router.get("/{group}/progress")
def progress(group: Group, service: ServiceOf, by: By) -> Progress:
    """Say how far a group is (U5)."""
    _, upload = read_upload(service.desk, group, by)
    return Progress(status=upload.status, progress=upload.progress)


@router.post("/{group}/submit", status_code=HTTPStatus.ACCEPTED)
def submit(
    group: Group, response: Response, service: ServiceOf, by: By, now: Now
) -> GroupShown:
    """Make learners of the valid records; the others stay to be put right (U9).

    Sent again it changes nothing; after corrections it makes learners of those.
    """
    done = service.send(SubmitLearnerGroup(by=by, at=now, group=group))
    return shown(response, service, group, by, done)


@router.get("/{group}/records")
def records(
    group: Group,
    request: Request,
    response: Response,
    service: ServiceOf,
    by: By,
    reads: Reads,
    part: Paging,
    valid: Annotated[
        bool | None, Query(description="Only the valid, or only the invalid ones.")
    ] = None,
) -> Listed[RecordShown]:
    """List records in the order of the file, each with every reason, by cell (U6)."""
    read_upload(service.desk, group, by)
    chosen = {True: VALID, False: INVALID, None: VALID + INVALID}[valid]
    rows = uploads.rows_of(
        reads, group, states=chosen, limit=part.limit, cursor=part.cursor
    )
    found = read_records(service.store, group, rows.rows)
    page = Page(rows=tuple(found), next_cursor=rows.next_cursor)
    return listed(request, response, page, lambda pair: record_shown(*pair))


@router.get("/{group}/records/{row}")
def record(
    group: Group, row: RowNumber, response: Response, service: ServiceOf, by: By
) -> RecordShown:
    """Show a record as it is now."""
    read_upload(service.desk, group, by)
    stream, found = read_record(service.desk, group, row, by)
    show(response, stream)
    return record_shown(stream, found)


@router.patch("/{group}/records/{row}")
def amend(
    group: Group,
    row: RowNumber,
    body: RecordChange,
    response: Response,
    service: ServiceOf,
    by: By,
    now: Now,
    expect: IfMatch,
) -> RecordShown:
    """Put a record right; it is checked again at once (U8)."""
    command = AmendRecord(
        by=by,
        at=now,
        expect=expect,
        group=group,
        row=row,
        alike=learner_search.finder(service.read_models.connection),
        cells=body.cells,
        is_different_person=body.different_person,
        link_to=body.link_to,
    )
    answer(response, service.send(command))
    return record(group, row, response, service, by)


@router.delete("/{group}/records/{row}", status_code=HTTPStatus.NO_CONTENT)
def remove(
    group: Group,
    row: RowNumber,
    response: Response,
    service: ServiceOf,
    by: By,
    now: Now,
    expect: IfMatch,
) -> None:
    """Take a record out of the upload; its history stays (U8)."""
    command = RemoveRecord(by=by, at=now, expect=expect, group=group, row=row)
    answer(response, service.send(command))


def shown(
    response: Response, service: Service, name: str, by: Actor, done: Done | None = None
) -> GroupShown:
    stream, upload = read_upload(service.desk, name, by)
    show(response, stream)
    if done is not None:
        answer(response, done)
    service.read_models.wait_for(stream.history[-1].position, WAITED)
    with service.rows() as connection:
        count = uploads.counts(connection, name)
    received = upload.received
    accented = read_records(service.store, name, received.accented)
    return GroupShown(
        group=received.group,
        name=received.name,
        centre=received.centre,
        user=received.user,
        file_name=received.file_name,
        encoding=ENCODINGS[received.encoding],
        names_as_read=[name_of(record) for _, record in accented],
        status=upload.status,
        progress=upload.progress,
        records=received.rows,
        counts=Counts(
            valid=count.get(RecordState.VALID, 0),
            invalid=count.get(RecordState.INVALID, 0),
            to_confirm=count.get(RecordState.TO_CONFIRM, 0),
            removed=count.get(RecordState.REMOVED, 0),
            learners=count.get(RecordState.LEARNER, 0),
        ),
        learners=len(upload.learners),
        received_at=stream.history[0].recorded_at,
    )


def name_of(record: Record) -> str:
    return f"{record.cells['given_name']} {record.cells['family_name']}".strip()


def record_shown(stream: Stream, record: Record) -> RecordShown:
    return RecordShown(
        row=record.row,
        state=record.state,
        values={column: record.cells.get(column, "") for column in COLUMNS},
        problems=[finding(record, problem) for problem in record.problems],
        warnings=[finding(record, warning) for warning in record.warnings],
        linked_to=record.linked_to,
        learner=record.learner,
        version=stream.version,
    )


def finding(record: Record, problem: Problem) -> Finding:
    letter = "ABCDEFGHI"[[*COLUMNS, OVERFLOW].index(problem.column)]
    return Finding(
        cell=f"{letter}{record.row}",
        column=title(problem.column),
        field=problem.column,
        code=problem.code,
        message=sentence(problem, record.cells),
        rows=list(problem.rows),
        learners=list(problem.learners),
    )
