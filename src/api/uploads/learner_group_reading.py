"""How a file of learners is read, over HTTP: choosing its columns and its encoding."""

from http import HTTPStatus
from typing import Annotated, TypeAlias

from pydantic import ConfigDict, Field

from api.http.request_context import ConditionalContextOf, RequestContextOf
from api.http.routing.router import Router
from api.http.schemas import RequestBody, ResponseBody
from api.uploads.learner_groups import (
    Group,
    GroupResponse,
    Switchable,
    respond_with_learner_group,
)
from commands.uploads.upload_choices import (
    ChooseGroupEncoding,
    MapLearnerGroup,
    read_columns,
)

router = Router(prefix="/learner-groups", tags=["learner groups"])

ColumnName: TypeAlias = Annotated[str | None, Field(max_length=40_000)]


class Mapping(RequestBody, title="ColumnMapping"):
    """Which of the file's columns is which of ours; null, or left out, for none."""

    model_config = ConfigDict(extra="forbid")

    given_name: ColumnName = Field(default=None, examples=["GivenNames"])
    family_name: ColumnName = Field(default=None, examples=["FamilyName"])
    date_of_birth: ColumnName = Field(default=None, examples=["DateOfBirth"])
    gender: ColumnName = Field(default=None, examples=["Sex"])
    uln: ColumnName = Field(default=None, examples=["ULN"])
    centre_reference: ColumnName = Field(default=None, examples=["LearnRefNumber"])
    email: ColumnName = Field(default=None, examples=["Email"])
    postcode: ColumnName = Field(default=None, examples=[None])


class FileColumn(ResponseBody, title="FileColumn"):
    """A column of the file, with its first values until the mapping is settled."""

    column: str = Field(examples=["GivenNames"])
    values: list[str] = Field(examples=[["Chloë", "Ben", "Zoë"]])


class MappingResponse(ResponseBody, title="ColumnMappingState"):
    """The file's columns, and which of them is which of ours: proposed, or settled."""

    is_settled: bool
    mapping: Mapping
    ignored: list[str] = Field(examples=[["Ethnicity"]])
    columns: list[FileColumn]


class EncodingRequest(RequestBody, title="EncodingChoice"):
    """The file's correct encoding."""

    model_config = ConfigDict(extra="forbid")

    encoding: Switchable


@router.get("/{group}/mapping", operation_id="getLearnerGroupMapping")
def mapping(group: Group, context: RequestContextOf) -> MappingResponse:
    """Show which of the file's columns is which of ours: proposed, or settled (U3).

    A file with the template's own columns has nothing to map: its list is empty.
    """
    stream, upload, values = read_columns(context.command_context, group, context.by)
    context.set_etag(stream)
    columns = upload.received.columns
    chosen = upload.mapping or upload.received.proposed or {}
    return MappingResponse(
        is_settled=not values,
        mapping=Mapping.model_validate(chosen),
        ignored=[name for name in columns if name and name not in chosen.values()],
        columns=[
            FileColumn(column=name, values=values.get(name, []))
            for name in columns
            if name
        ],
    )


@router.put(
    "/{group}/mapping",
    operation_id="setLearnerGroupMapping",
    status_code=HTTPStatus.ACCEPTED,
)
def settle_mapping(
    group: Group, body: Mapping, context: ConditionalContextOf
) -> GroupResponse:
    """Settle which of the file's columns is which of ours; then the check goes on (U3).

    The three mandatory columns are needed. Columns that are not ours are ignored, and
    listed as such.
    """
    return context.answer(
        MapLearnerGroup(
            **context.command_metadata, group=group, columns=body.model_dump()
        ),
        respond_with_learner_group,
        group,
    )


@router.put(
    "/{group}/encoding",
    operation_id="setLearnerGroupEncoding",
    status_code=HTTPStatus.ACCEPTED,
)
def choose_encoding(
    group: Group, body: EncodingRequest, context: ConditionalContextOf
) -> GroupResponse:
    """Choose the file's other encoding, because the names were read wrongly.

    All records are read and checked again, except what somebody amended. This is possible
    only before the group is submitted (U4).
    """
    return context.answer(
        ChooseGroupEncoding(
            **context.command_metadata, group=group, encoding=body.encoding
        ),
        respond_with_learner_group,
        group,
    )
