"""Files of learners over HTTP: the template, and invalid records to correct."""

from collections import Counter
from typing import Annotated, Self

from fastapi import File, Response, UploadFile
from pydantic import ConfigDict, Field

from aggregates.uploads.file_refusals import hidden_parts
from api.http.dependencies import By, CurrentUser, Now, ServiceOf
from api.http.responses import set_event_position
from api.http.routing.router import Router
from api.http.schemas import ResponseBody
from api.uploads.learner_groups import FileWarning, Group, file_warning
from commands.command import CommandResult
from commands.uploads.record_file import (
    CorrectionOutcome,
    amend_from_file,
    read_invalid,
)
from files.corrections import invalid_workbook, read_corrections
from files.template import TEMPLATE, xlsx_template
from projections.learners import learner_search

router = Router(prefix="/learner-groups", tags=["learner groups"])


class CsvFile(Response):
    media_type = "text/csv"


class Xlsx(Response):
    media_type = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"

    @classmethod
    def with_name(cls, name: str, content: bytes) -> Self:
        """Make a download with that file name."""
        disposition = f'attachment; filename="{name}"'
        return cls(content, headers={"Content-Disposition": disposition})


@router.get(
    "/template.csv", operation_id="downloadLearnerTemplateCsv", response_class=CsvFile
)
def template(_: CurrentUser) -> CsvFile:
    """Download the template: fill it in below its first row and change no column (U2)."""
    return CsvFile(
        TEMPLATE, headers={"Content-Disposition": 'attachment; filename="learners.csv"'}
    )


@router.get(
    "/template.xlsx", operation_id="downloadLearnerTemplateXlsx", response_class=Xlsx
)
def workbook(_: CurrentUser) -> Xlsx:
    """Download the template as an Excel workbook, in which dates and ULNs stay text (U2)."""
    return Xlsx.with_name("learners.xlsx", xlsx_template())


class RowReturned(ResponseBody, title="CorrectedRow"):
    """A row of a corrected file: its place, its record and its outcome."""

    model_config = ConfigDict(from_attributes=True)

    place: int = Field(examples=[2], description="The row in the file that came back.")
    row: int | None = Field(examples=[17], description="The row in the group.")
    outcome: CorrectionOutcome
    message: str


class Corrected(ResponseBody, title="CorrectionResult"):
    """The outcome of each row of a corrected file."""

    amended: int
    unchanged: int
    conflicting: int
    unknown: int
    warnings: list[FileWarning]
    rows: list[RowReturned]


@router.get(
    "/{group}/invalid.xlsx", operation_id="downloadInvalidRecords", response_class=Xlsx
)
def invalid(group: Group, service: ServiceOf, by: By) -> Xlsx:
    """Download the invalid records as a workbook; each bad cell is marked with its reasons.

    Correct the cells, leave the columns as they are, and upload the file here (U6).
    """
    records = read_invalid(service.context, group, by)
    return Xlsx.with_name(f"{group}-to-correct.xlsx", invalid_workbook(records))


@router.post("/{group}/invalid.xlsx", operation_id="uploadCorrectedRecords")
def upload_corrections(
    group: Group,
    file: Annotated[UploadFile, File(description="The invalid records, corrected.")],
    response: Response,
    service: ServiceOf,
    by: By,
    now: Now,
) -> Corrected:
    """Amend invalid records from the corrected file (U6, U8).

    A row changes nothing if it was left as it is, or if somebody has changed its record
    since the download; the response says so. Rows may be left out or sorted. Sending the
    file again changes nothing.
    """
    corrections = read_corrections(file.file.read())
    returned = amend_from_file(
        corrections,
        group,
        context=service.context,
        send=service.send,
        by=by,
        at=now,
        alike=learner_search.finder(service.read_models.connection),
    )
    set_event_position(response, CommandResult(position=service.store.head()))
    counts = Counter(row.outcome for row in returned)
    hidden = hidden_parts(sum(each.is_hidden for each in corrections), ())
    return Corrected(
        warnings=[file_warning(problem) for problem in hidden],
        **{outcome.value: counts[outcome] for outcome in CorrectionOutcome},
        rows=[RowReturned.model_validate(row) for row in returned],
    )
