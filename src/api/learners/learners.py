"""Learners over HTTP: created one at a time, found, amended."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import date
from http import HTTPStatus
from typing import Annotated

import msgspec
from fastapi import Depends, Path, Query, Request, Response
from pydantic import AwareDatetime, ConfigDict, Field

from aggregates.learners.date_of_birth import shown_birth
from aggregates.learners.details import COLUMNS, check_details
from aggregates.registrations.registration_state import Status
from aggregates.uploads.problem import sentence, title
from aggregates.uploads.unusual_values import MOST_ON_CERTIFICATE
from api.http.dependencies import (
    CurrentUser,
    PagingSince,
    Reads,
    Sort,
    Total,
    Waited,
    centre_of,
    scope,
)
from api.http.references import (
    CentreName,
    LearnerRef,
    NameFilter,
    learner_refs,
    with_centre_name,
)
from api.http.request_context import (
    ConditionalContextOf,
    RequestContext,
    RequestContextOf,
)
from api.http.responses import MOST_COUNTED, ListResponse, list_response
from api.http.routing.router import Router
from api.http.schemas import RequestBody, ResponseBody, with_example
from api.learners.birth_dates import BirthDate
from api.learners.verifications import VerificationResponse, verification_response
from commands.learners.learner import AmendLearner, CreateLearner
from events.learners.learner import ImageKind, LearnerImageSubmitted
from projections.learners import duplicates, learner_search
from projections.learners.learner_search import KnownLearner, LearnerFilter, LearnerSort
from projections.uploads import uploads
from repositories.aggregate_types import LEARNER
from store import Stream

router = Router(prefix="/learners", tags=["learners"])

Called = Annotated[
    str, Path(alias="learner", max_length=40, examples=["L-0000000017T"])
]
Text = Annotated[str, Field(max_length=1000)]
Wanted = Annotated[str | None, Query(max_length=200)]


class LearnerRequest(RequestBody, title="LearnerDetails"):
    """A learner's details as text: the columns of the template (U2)."""

    given_name: Text = Field(default="", examples=["Chloë"])
    family_name: Text = Field(
        default="",
        description=(
            f"A certificate has room for {MOST_ON_CERTIFICATE} characters of given and"
            " family name together."
        ),
        examples=["D'Arcy"],
    )
    date_of_birth: Text = Field(
        default="",
        description="As 27/3/2006, 27 March 2006 or 2006-03-27.",
        examples=["27/3/2006"],
    )
    gender: Text = Field(
        default="",
        description="M, F or X; anything else is kept as it is written, and warned of.",
        examples=["F"],
    )
    uln: Text = Field(default="", examples=["1000102504"])
    centre_reference: Text = Field(default="", examples=["RIV-26001"])
    email: Text = Field(default="", examples=["chloe@example.org"])
    postcode: Text = Field(default="", examples=["OX4 1AB"])

    @property
    def cells(self) -> dict[str, str]:
        """The values sent, by column, without those left out."""
        return {
            name: getattr(self, name) for name in COLUMNS if name in self.fields_sent
        }

    @property
    def fields_sent(self) -> set[str]:
        return self.model_fields_set


class NewLearner(LearnerRequest, title="NewLearner"):
    """A learner to create."""

    confirm_different_person: bool = Field(
        default=False,
        description="That this is not the learner of the same name and date of birth.",
    )


class LearnerChange(LearnerRequest, title="LearnerChange"):
    """The details to amend. What is left out stays; an empty text clears a value."""

    model_config = with_example({"email": "chloe@example.org", "reason": "Asked for."})

    reason: Annotated[str | None, Field(max_length=1000)] = Field(
        default=None, examples=["Passport seen."]
    )
    confirm_different_person: bool = Field(
        default=False,
        description="That this is not the learner of the same name and date of birth.",
    )


class ImageResponse(ResponseBody, title="LearnerImage"):
    """A photograph or signature; the image itself has its own address (L1)."""

    submitted_at: AwareDatetime
    media_type: str = Field(examples=["image/jpeg"])
    size: int = Field(description="In bytes.", examples=[48_213])
    width: int = Field(examples=[600])
    height: int = Field(examples=[800])


class LearnerWarning(ResponseBody, title="LearnerWarning"):
    """A warning about a learner's details; it refuses nothing."""

    field: str = Field(examples=["email"])
    column: str = Field(examples=["Email"])
    code: str = Field(examples=["email-unusual"])
    message: str = Field(
        examples=["no does not look like an e-mail address. Check it."]
    )


class LearnerResponse(ResponseBody, title="Learner"):
    """A learner as they are now, and how often the centre may still amend the identity."""

    learner: str = Field(examples=["L-0000000017T"])
    centre: str = Field(examples=["48213"])
    centre_name: CentreName = None
    group: str | None = Field(examples=["G-0000000042"])
    group_name: str | None = Field(examples=["Autumn 2026"])
    given_name: str = Field(examples=["Chloë"])
    family_name: str = Field(examples=["D'Arcy"])
    date_of_birth: date | None
    gender: str | None
    uln: str | None = Field(examples=["1000102504"])
    centre_reference: str | None
    email: str | None
    postcode: str | None
    identity_amendments_left: int
    uln_verification: VerificationResponse
    photograph: ImageResponse | None
    signature: ImageResponse | None
    erased: bool = Field(description="That nothing personal is known any more (H6).")
    withdrawn: bool = Field(description="That the upload they came with was undone.")
    same_person_as: list[str] = Field(
        description="Learners who were said to be the same person: see duplicates.",
        examples=[["L-0000000042Y"]],
    )
    same_people: list[LearnerRef] = Field(description="The same learners, by name.")
    warnings: list[LearnerWarning] = Field(
        description="What is odd about the details, and what was not taken as sent."
    )


class LearnerSummary(ResponseBody, title="LearnerSummary"):
    """A learner in a list."""

    model_config = ConfigDict(from_attributes=True)

    learner: str = Field(examples=["L-0000000017T"])
    given_name: str = Field(examples=["Chloë"])
    family_name: str = Field(examples=["D'Arcy"])
    date_of_birth: date | None
    gender: str | None
    uln: str | None = Field(examples=["1000102504"])
    centre_reference: str | None
    group: str | None = Field(examples=["G-0000000042"])
    group_name: str | None = Field(examples=["Autumn 2026"])
    centre: str = Field(examples=["48213"])
    centre_name: CentreName = None
    created_at: AwareDatetime
    updated_at: AwareDatetime


def sought_by(
    *,
    created_from: date | None = None,
    created_to: date | None = None,
    learner: Wanted = None,
    name: NameFilter = None,
    given_name: Wanted = None,
    family_name: Wanted = None,
    date_of_birth: BirthDate | None = None,
    uln: Wanted = None,
    centre_reference: Wanted = None,
    group: Wanted = None,
    status: Status | None = None,
) -> LearnerFilter:
    return LearnerFilter(
        created_from=created_from,
        created_to=created_to,
        learner=learner,
        name=name,
        given_name=given_name,
        family_name=family_name,
        date_of_birth=date_of_birth,
        uln=uln,
        centre_reference=centre_reference,
        group=group,
        status=status,
    )


FiltersOf = Annotated[LearnerFilter, Depends(sought_by)]


@router.get("", operation_id="listLearners")
def list_learners(
    request: Request,
    response: Response,
    user: CurrentUser,
    reads: Reads,
    part: PagingSince,
    filters: FiltersOf,
    sort: Annotated[LearnerSort | None, Sort] = None,
    *,
    total: Total = False,
) -> ListResponse[LearnerSummary]:
    """Find learners by any of their details, newest first (L3).

    A learner ID may be whole, without its prefix, or its last three or more digits. A name
    is found by the start of any of its words, without case and accents; ``name`` is given
    name, family name or both in any order. A group is found by its number or name, a
    centre's own reference by its start. Days are in London, both included.
    """
    found = learner_search.search_learners(
        reads,
        centre=scope(user),
        filters=replace(filters, updated_since=part.updated_since),
        sort=sort,
        count_to=MOST_COUNTED if total else 0,
        limit=part.limit,
        cursor=part.cursor,
    )
    groups = uploads.names_of(reads, (each.group for each in found.rows if each.group))
    return list_response(
        request, response, found, lambda learner: learner_listed(learner, groups)
    )


@router.post("", operation_id="createLearner", status_code=HTTPStatus.CREATED)
def create(body: NewLearner, context: RequestContextOf) -> LearnerResponse:
    """Create one learner, checked as in an upload; every fault is reported at once (L1)."""
    done = context.send(
        CreateLearner(
            **context.command_metadata,
            cells=body.cells,
            alike=learner_search.finder(context.service.read_models.connection),
            is_different_person=body.confirm_different_person,
        )
    )
    context.set_location(f"/learners/{done.created_id}")
    return respond_with_learner(context, done.created_id, sent=body.cells, is_new=True)


@router.get("/{learner}", operation_id="getLearner")
def get_learner(
    learner: Called, context: RequestContextOf, _: Waited
) -> LearnerResponse:
    """Show a learner as they are now (L4)."""
    return respond_with_learner(context, learner)


@router.patch("/{learner}", operation_id="updateLearner")
def amend_learner(
    learner: Called, body: LearnerChange, context: ConditionalContextOf
) -> LearnerResponse:
    """Amend a learner: name and date of birth once, everything else freely (L2).

    An Account Specialist may amend everything, any number of times, with a reason.
    """
    command = AmendLearner(
        **context.command_metadata,
        learner=learner,
        cells=body.cells,
        alike=learner_search.finder(context.service.read_models.connection),
        is_different_person=body.confirm_different_person,
        reason=body.reason,
    )
    context.send(command)
    return respond_with_learner(context, learner, sent=body.cells)


def respond_with_learner(
    context: RequestContext,
    name: str,
    *,
    sent: Mapping[str, str] | None = None,
    is_new: bool = False,
) -> LearnerResponse:
    """Show a learner, with warnings about the details just ``sent``.

    A learner who ``is_new`` has no group, and no duplicates decided.
    """
    stream, learner = context.load_tagged(LEARNER, name)
    same: list[str] = []
    groups: Mapping[str, str] = {}
    if not is_new:
        with context.service.rows(centre_of(context.by)) as connection:
            same = duplicates.same_as(connection, name, centre=centre_of(context.by))
            groups = uploads.names_of(connection, filter(None, [learner.group]))
    details = learner.details
    return with_centre_name(
        context.command_context,
        LearnerResponse(
            learner=learner.learner,
            centre=learner.centre,
            group=learner.group,
            group_name=groups.get(learner.group or ""),
            given_name=details.given_name,
            family_name=details.family_name,
            date_of_birth=shown_birth(details.date_of_birth),
            gender=details.gender,
            uln=details.uln,
            centre_reference=details.centre_reference,
            email=details.email,
            postcode=details.postcode,
            identity_amendments_left=learner.amendments_left,
            uln_verification=verification_response(
                learner.verification, has_uln=details.uln is not None
            ),
            photograph=image_response(stream, ImageKind.PHOTOGRAPH),
            signature=image_response(stream, ImageKind.SIGNATURE),
            erased=learner.is_erased,
            withdrawn=learner.is_withdrawn,
            same_person_as=same,
            same_people=learner_refs(
                context.command_context, same, seen_by=centre_of(context.by)
            ),
            warnings=learner_warnings({**details.cells, **(sent or {})})
            if not learner.is_erased
            else [],
        ),
    )


def learner_warnings(cells: Mapping[str, str]) -> list[LearnerWarning]:
    """Return the warnings about details, as for an upload's rows (U6, L1)."""
    return [
        LearnerWarning(
            field=warning.column,
            column=title(warning.column),
            code=warning.code,
            message=sentence(warning, cells),
        )
        for warning in check_details(cells, today=None).warnings
    ]


def learner_listed(learner: KnownLearner, groups: Mapping[str, str]) -> LearnerSummary:
    """Show a learner in a list; ``groups`` are names by number."""
    name = groups.get(learner.group or "")
    return LearnerSummary(**msgspec.structs.asdict(learner), group_name=name)


def image_response(stream: Stream, kind: ImageKind) -> ImageResponse | None:
    """Show the latest image of a kind; its date of submission is the event's (L1)."""
    for recorded in reversed(stream.history):
        event = recorded.event
        if isinstance(event, LearnerImageSubmitted) and event.kind is kind:
            return ImageResponse(
                submitted_at=recorded.recorded_at,
                media_type=event.media_type,
                size=event.size,
                width=event.width,
                height=event.height,
            )
    return None
