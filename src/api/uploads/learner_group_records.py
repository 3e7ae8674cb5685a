"""The records of a group over HTTP: each with every reason; amended or removed."""

from collections.abc import Collection, Mapping
from http import HTTPStatus
from typing import Annotated, TypeAlias

from fastapi import Path, Query, Request, Response
from pydantic import AwareDatetime, Field

from aggregates.learners.details import COLUMNS, OVERFLOW, given_uln, read_as
from aggregates.learners.uln import TEMPORARY_ULN, read_uln
from aggregates.text import clean
from aggregates.uploads.problem import sentence, title
from aggregates.uploads.record import Record, RecordState
from api.http.dependencies import By, PagingSince, Reads, ServiceOf, centre_of
from api.http.references import ConfirmLoss, LearnerRef, learner_refs
from api.http.request_context import ConditionalContextOf, RequestContextOf
from api.http.responses import ListResponse, list_response
from api.http.routing.router import Router
from api.http.schemas import ResponseBody, with_example
from api.learners.learners import LearnerRequest
from api.learners.verifications import VerificationResponse, verification_response
from api.uploads.learner_groups import Group
from commands.command import CommandContext
from commands.uploads.record import AmendRecord, RemoveRecord
from commands.uploads.upload import read_records, record_called
from events.uploads.upload import Problem
from projections.learners import learner_search
from projections.paging import Page
from projections.uploads import uploads
from repositories.aggregate_types import GROUP, RECORD
from repositories.repository import load
from store import Actor, Stream

router = Router(prefix="/learner-groups", tags=["learner groups"])

VALID = (
    RecordState.VALID,
    RecordState.NOT_VERIFIED,
    RecordState.TO_CONFIRM,
    RecordState.LEARNER,
)
INVALID = (RecordState.INVALID,)

People: TypeAlias = Mapping[str, LearnerRef]
RowNumber = Annotated[int, Path(alias="row", ge=1, le=10**7, examples=[17])]


class CellFinding(ResponseBody, title="CellFinding"):
    """A problem or warning about a cell, and what to do."""

    cell: str = Field(examples=["E17"])
    column: str = Field(examples=["ULN"])
    field: str = Field(examples=["uln"])
    code: str = Field(examples=["uln-check-digit"])
    message: str
    rows: list[int]
    learners: list[str]
    people: list[LearnerRef] = Field(description="The same learners, by name.")


class RecordResponse(ResponseBody, title="LearnerRecord"):
    """A row of the file as it is now; ``version`` is its ETag."""

    row: int = Field(examples=[17])
    state: RecordState
    values: dict[str, str]
    read_as: dict[str, str] = Field(
        description="How values in an unusual form were read, by field.",
        examples=[{"date_of_birth": "1 February 2004"}],
    )
    problems: list[CellFinding]
    warnings: list[CellFinding]
    verification: VerificationResponse
    linked_to: str | None
    linked_person: LearnerRef | None = Field(description="The same, by name.")
    learner: str | None
    person: LearnerRef | None = Field(description="The same, by name.")
    version: int
    updated_at: AwareDatetime


class RecordChange(LearnerRequest, title="LearnerRecordChange"):
    """The cells to amend, or who the person is (U6, U8).

    What is left out stays. ``different_person`` says that the row is none of the similar
    learners. ``link_to`` says that it is that learner, who then joins the group. A link
    stays while name, date of birth, gender and ULN stay; ``confirm_loss`` allows its
    removal.
    """

    model_config = with_example({"given_name": "Chloë", "date_of_birth": "27/3/2006"})

    different_person: bool = False
    confirm_loss: ConfirmLoss = False
    link_to: Annotated[str | None, Field(max_length=40)] = Field(
        default=None, examples=["L-0000000017T"]
    )


@router.get("/{group}/records", operation_id="listLearnerGroupRecords")
def records(
    group: Group,
    request: Request,
    response: Response,
    service: ServiceOf,
    by: By,
    reads: Reads,
    part: PagingSince,
    valid: Annotated[
        bool | None, Query(description="Only the valid, or only the invalid ones.")
    ] = None,
) -> ListResponse[RecordResponse]:
    """List records in the order of the file, each with every reason, by cell (U6)."""
    load(GROUP, group, store=service.store, reader=by)
    chosen = {True: VALID, False: INVALID, None: VALID + INVALID}[valid]
    rows = uploads.rows_of(
        reads,
        group,
        states=chosen,
        updated_since=part.updated_since,
        limit=part.limit,
        cursor=part.cursor,
    )
    found = tuple(read_records(service.store, group, rows.rows))
    people = people_like(service.context, [each for _, each in found], by)
    page = Page(rows=found, next_cursor=rows.next_cursor)
    return list_response(
        request, response, page, lambda pair: record_response(*pair, people)
    )


@router.get("/{group}/records/{row}", operation_id="getLearnerGroupRecord")
def get_record(
    group: Group, row: RowNumber, context: RequestContextOf
) -> RecordResponse:
    """Show a record as it is now."""
    context.load(GROUP, group)
    stream, found = context.load_tagged(RECORD, record_called(group, row))
    return record_response(
        stream, found, people_like(context.command_context, [found], context.by)
    )


@router.patch("/{group}/records/{row}", operation_id="updateLearnerGroupRecord")
def amend_record(
    group: Group, row: RowNumber, body: RecordChange, context: ConditionalContextOf
) -> RecordResponse:
    """Amend a record; it is checked again at once (U8)."""
    command = AmendRecord(
        **context.command_metadata,
        group=group,
        row=row,
        alike=learner_search.finder(context.service.read_models.connection),
        cells=body.cells,
        is_different_person=body.different_person,
        link_to=body.link_to,
        confirm_loss=body.confirm_loss,
    )
    context.send(command)
    return get_record(group, row, context)


@router.delete(
    "/{group}/records/{row}",
    operation_id="removeLearnerGroupRecord",
    status_code=HTTPStatus.NO_CONTENT,
)
def remove_record(group: Group, row: RowNumber, context: ConditionalContextOf) -> None:
    """Remove a record from the upload; its history stays (U8)."""
    context.send(RemoveRecord(**context.command_metadata, group=group, row=row))


def people_like(
    context: CommandContext, records: Collection[Record], by: Actor
) -> People:
    """Return the names of all learners that the records, or findings about them, refer to."""
    said = [each for record in records for each in (*record.reasons, *record.remarks)]
    learners = {who for each in said for who in each.learners}
    learners |= {
        who for record in records for who in (record.linked_to, record.learner) if who
    }
    return {
        person.learner: person
        for person in learner_refs(context, learners, seen_by=centre_of(by))
    }


def record_response(stream: Stream, record: Record, people: People) -> RecordResponse:
    return RecordResponse(
        row=record.row,
        state=record.state,
        values={column: record.cells.get(column, "") for column in COLUMNS},
        read_as=read_as(record.cells),
        problems=[cell_finding(record, problem, people) for problem in record.reasons],
        warnings=[cell_finding(record, warning, people) for warning in record.remarks],
        verification=verification_response(
            record.verification,
            has_uln=given_uln(record.cells) is not None,
            is_given=read_uln(clean(record.cells.get("uln", "")))
            not in {"", TEMPORARY_ULN},
            is_wrong=bool(record.problems),
        ),
        linked_to=record.linked_to,
        linked_person=people.get(record.linked_to or ""),
        learner=record.learner,
        person=people.get(record.learner or ""),
        version=stream.version,
        updated_at=stream.history[-1].recorded_at,
    )


def cell_finding(record: Record, problem: Problem, people: People) -> CellFinding:
    letter = "ABCDEFGHI"[[*COLUMNS, OVERFLOW].index(problem.column)]
    return CellFinding(
        cell=f"{letter}{record.row}",
        column=title(problem.column),
        field=problem.column,
        code=problem.code,
        message=sentence(problem, record.sentence_values),
        rows=list(problem.rows),
        learners=list(problem.learners),
        people=[people[who] for who in problem.learners],
    )
