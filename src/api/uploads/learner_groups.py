"""Groups of learners over HTTP: uploaded, checked and submitted."""

from http import HTTPStatus
from typing import Annotated, Literal

from fastapi import Body, File, Form, Path, Query, Request, Response, UploadFile
from pydantic import AwareDatetime, ConfigDict, Field

from aggregates.uploads.file_refusals import file_sentence, hidden_parts
from aggregates.uploads.file_row import ENCODINGS
from aggregates.uploads.record import RecordState
from aggregates.uploads.upload_progress import UploadStatus
from api.http.dependencies import CurrentUser, PagingSince, Reads, scope
from api.http.idempotency import IdempotentRequestOf
from api.http.references import CentreName, ConfirmLoss, with_centre_name
from api.http.request_context import (
    ConditionalContextOf,
    RequestContext,
    RequestContextOf,
)
from api.http.responses import ListResponse, list_response
from api.http.routing.router import Router
from api.http.schemas import RequestBody, ResponseBody
from api.learners.learners import Wanted
from api.learners.verifications import GroupVerification
from commands.uploads.group_name import RenameLearnerGroup
from commands.uploads.undo import UndoLearnerGroup
from commands.uploads.upload import (
    SubmitLearnerGroup,
    UploadLearnerGroup,
)
from events.uploads.upload import FileProblem
from projections.uploads import uploads
from queries.uploads.group_moment import group_at_one_moment
from queries.uploads.names_as_read import NamesAsRead, read_names

router = Router(prefix="/learner-groups", tags=["learner groups"])

Group = Annotated[str, Path(alias="group", max_length=40, examples=["G-0000000042"])]


Switchable = Literal["mac-roman", "cp1252"]
"""The encodings between which only a person can decide (U4)."""


class GroupSummary(ResponseBody, title="LearnerGroupSummary"):
    """A group in a list; 50 % is checked, 100 % is submitted and done (U5)."""

    model_config = ConfigDict(from_attributes=True)

    group: str = Field(examples=["G-0000000042"])
    name: str = Field(examples=["Autumn 2026"])
    centre: str = Field(examples=["48213"])
    centre_name: CentreName = None
    user: str = Field(examples=["admin.riverside"])
    file_name: str = Field(examples=["learners.csv"])
    status: UploadStatus
    progress: int = Field(ge=0, le=100)
    records: int
    learners: int
    received_at: AwareDatetime
    updated_at: AwareDatetime


class GroupCounts(ResponseBody, title="LearnerGroupCounts"):
    """The number of a group's records in each state."""

    valid: int
    invalid: int
    to_confirm: int
    not_verified: int
    removed: int
    learners: int


class OtherEncoding(ResponseBody, title="OtherEncoding"):
    """Another possible encoding of the file, and the names as they are in it."""

    encoding: Switchable
    called: str = Field(examples=["Mac Roman"])
    names: list[str] = Field(examples=[["Chloë D'Arcy", "Zoë Müller"]])


class GroupRenamed(RequestBody, title="LearnerGroupName"):
    """Another name for a group."""

    name: Annotated[str, Field(max_length=1000)] = Field(
        examples=["Autumn 2026, Reading"]
    )


class GroupUndone(RequestBody, title="LearnerGroupUndo"):
    """Whether what people typed into the rows may be lost with the group."""

    confirm_loss: ConfirmLoss = False


class FileWarning(ResponseBody, title="FileWarning"):
    """A warning about a file as a whole; it was read all the same."""

    code: str = Field(examples=["rows-hidden"])
    column: str | None = Field(examples=[None])
    message: str = Field(
        examples=["3 rows are hidden or filtered out in the workbook, …"]
    )


class GroupResponse(ResponseBody, title="LearnerGroup"):
    """A group as it is now, and the encoding of its file, with names by which to judge it."""

    group: str = Field(examples=["G-0000000042"])
    name: str = Field(examples=["Autumn 2026"])
    centre: str = Field(examples=["48213"])
    centre_name: CentreName = None
    user: str = Field(examples=["admin.riverside"])
    file_name: str = Field(examples=["learners.csv"])
    encoding: str = Field(examples=["UTF-8"])
    names_as_read: list[str] = Field(examples=[["Chloë D'Arcy", "Zoë Müller"]])
    other_encoding: OtherEncoding | None
    ignored_columns: list[str] = Field(examples=[["PriorAttain", "Ethnicity"]])
    warnings: list[FileWarning]
    status: UploadStatus
    progress: int = Field(ge=0, le=100)
    records: int
    counts: GroupCounts
    verification: GroupVerification
    learners: int = Field(
        description="How many learners were made of its records; none once it is undone."
    )
    received_at: AwareDatetime


@router.get("", operation_id="listLearnerGroups")
def list_learner_groups(
    request: Request,
    response: Response,
    user: CurrentUser,
    reads: Reads,
    part: PagingSince,
    name: Wanted = None,
    status: Annotated[
        UploadStatus | None,
        Query(description="Such as `checked`: those that wait to be submitted."),
    ] = None,
) -> ListResponse[GroupSummary]:
    """List groups, newest first, by the beginnings of words of their names (U10)."""
    found = uploads.search_uploads(
        reads,
        centre=scope(user),
        name=name,
        status=status,
        updated_since=part.updated_since,
        limit=part.limit,
        cursor=part.cursor,
    )
    return list_response(request, response, found, GroupSummary.model_validate)


@router.post("", operation_id="createLearnerGroup", status_code=HTTPStatus.ACCEPTED)
def upload_learner_group(
    name: Annotated[str, Form(max_length=1000, examples=["Autumn 2026"])],
    file: Annotated[UploadFile, File(description="The template, filled in.")],
    context: RequestContextOf,
    encoding: Annotated[
        Switchable | None, Form(description="The file's encoding, if you know it.")
    ] = None,
) -> GroupResponse:
    """Upload a file of learners under a name of your own (U1); it is checked at once.

    A file is refused whole if its columns are not the template's, or if it is neither CSV
    nor XLSX, empty, or too long. A file whose columns are known by other names waits for
    you to say which is which (U3). Follow the progress at the Location.
    """
    return context.answer_created(
        UploadLearnerGroup(
            **context.command_metadata,
            name=name,
            file_name=file.filename or "",
            content=file.file.read(),
            encoding=encoding,
        ),
        respond_with_learner_group,
        "/learner-groups",
    )


@router.get("/{group}", operation_id="getLearnerGroup")
def get_learner_group(
    group: Group, context: RequestContextOf, _: Reads
) -> GroupResponse:
    """Show a group: its progress, and the number of its records in each state (U5)."""
    return respond_with_learner_group(context, group)


@router.patch("/{group}", operation_id="renameLearnerGroup")
def rename_learner_group(
    group: Group, body: GroupRenamed, context: ConditionalContextOf
) -> GroupResponse:
    """Give a group another name, unique to the user who uploaded it (U1)."""
    return context.answer(
        RenameLearnerGroup(**context.command_metadata, group=group, name=body.name),
        respond_with_learner_group,
        group,
    )


@router.post(
    "/{group}/submit",
    operation_id="submitLearnerGroup",
    status_code=HTTPStatus.ACCEPTED,
)
def submit_learner_group(group: Group, context: RequestContextOf) -> GroupResponse:
    """Create learners from the valid records; the others stay to be corrected (U9).

    A repeat changes nothing; after corrections it creates learners from those records.
    """
    return context.answer(
        SubmitLearnerGroup(**context.command_metadata, group=group),
        respond_with_learner_group,
        group,
    )


@router.post(
    "/{group}/undo", operation_id="undoLearnerGroup", status_code=HTTPStatus.ACCEPTED
)
def undo(
    group: Group,
    context: IdempotentRequestOf,
    body: Annotated[GroupUndone, Body(default_factory=GroupUndone)],
) -> GroupResponse:
    """Undo an upload and withdraw its learners, if none of them is used yet.

    They are no longer in any list, and their ULNs and the group's name are free again; the
    history stays (U11). What people typed into the rows, or decided about them, is named
    first and lost only with ``confirm_loss``.
    """
    return context.answer(
        UndoLearnerGroup(
            **context.command_metadata, group=group, confirm_loss=body.confirm_loss
        ),
        respond_with_learner_group,
        group,
    )


def respond_with_learner_group(context: RequestContext, name: str) -> GroupResponse:
    service = context.service
    moment = group_at_one_moment(
        name, store=service.store, read_models=service.read_models, reader=context.by
    )
    stream, upload, count = moment.stream, moment.upload, moment.counts
    context.set_etag(stream)
    waiting = count.get(RecordState.NOT_VERIFIED, 0)
    made = count.get(RecordState.LEARNER, 0)
    received = upload.received
    read = read_names(service.store, upload)
    return with_centre_name(
        context.command_context,
        GroupResponse(
            group=received.group,
            name=upload.name,
            centre=received.centre,
            user=received.user,
            file_name=received.file_name,
            encoding=ENCODINGS[upload.encoding],
            names_as_read=list(read.names),
            other_encoding=other_encoding(read),
            ignored_columns=list(upload.ignored),
            warnings=[
                file_warning(problem)
                for problem in hidden_parts(
                    received.hidden_rows,
                    received.hidden_columns,
                    received.unread_sheets,
                )
            ],
            status=upload.status,
            progress=upload.progress,
            records=received.rows,
            counts=GroupCounts(
                valid=count.get(RecordState.VALID, 0),
                invalid=count.get(RecordState.INVALID, 0),
                to_confirm=count.get(RecordState.TO_CONFIRM, 0),
                not_verified=waiting,
                removed=count.get(RecordState.REMOVED, 0),
                learners=made,
            ),
            verification=GroupVerification(
                waiting=waiting, message=moment.verification
            ),
            learners=0 if upload.status is UploadStatus.UNDONE else made,
            received_at=stream.history[0].recorded_at,
        ),
    )


def file_warning(problem: FileProblem) -> FileWarning:
    return FileWarning(
        code=problem.code, column=problem.column, message=file_sentence(problem)
    )


def other_encoding(read: NamesAsRead) -> OtherEncoding | None:
    """Return the file's other possible encoding, if reading again would change names."""
    if read.other is None:
        return None
    return OtherEncoding.model_validate(
        {
            "encoding": read.other,
            "called": ENCODINGS[read.other],
            "names": read.in_other,
        }
    )
