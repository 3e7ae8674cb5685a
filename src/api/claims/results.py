"""Results over HTTP: found by several clauses, and one learner's whole history."""

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Annotated

from fastapi import APIRouter, Path, Query, Request, Response
from pydantic import AwareDatetime, ConfigDict, Field

from aggregates.claims.claim_status import ClaimStatus
from aggregates.text import clean, words
from api.bookings.bookings import OutcomeBefore
from api.claims.certificates import holder_name, titles_as_issued
from api.http.dependencies import (
    By,
    CurrentUser,
    PagingSince,
    Reads,
    ServiceOf,
    Sort,
    Total,
    scope,
)
from api.http.references import (
    NameFilter,
    QualificationRef,
    qualification_ref,
    unit_title,
)
from api.http.responses import ListResponse, list_response
from api.http.schemas import ResponseBody
from catalogue import AwardType, Catalogue
from commands.command import CommandContext, require_own
from events.identifier import stream_of
from events.learner import LearnerCreated
from projections.bookings import bookings
from projections.bookings.bookings import BookingRow
from projections.centres import centres
from projections.claims import result_search
from projections.claims.result_certificates import CertificateRow, certificates_of
from projections.claims.result_search import Result, ResultFilter, ResultSort

router = APIRouter(tags=["results"])

Learner = Annotated[str, Path(max_length=20, examples=["L-0000000017T"])]
Clause = Annotated[str, Query(max_length=100)]
GivenName = Annotated[
    str,
    Query(
        max_length=100,
        description="The learner's given name. Its former name, `first_name`, is still"
        " read.",
    ),
]
FamilyName = Annotated[
    str,
    Query(
        max_length=100,
        description="The learner's family name. Its former name, `last_name`, is still"
        " read.",
    ),
]
FormerClause = Annotated[str, Query(max_length=100, include_in_schema=False)]
"""What a clause was called before; it is still read."""


ISSUED_TO = Field(
    examples=["Ann Lee"],
    description="The learner's name on the certificate, as it was when it was issued.",
)


class ApprenticeshipRef(ResponseBody, title="ApprenticeshipRef"):
    reference: str = Field(examples=["Q-0009000001"])
    title: str = Field(examples=["Intermediate Apprenticeship in Team Leading"])


class ResultResponse(ResponseBody, title="Result"):
    """One award of a learner, and what became of it."""

    learner: str = Field(examples=["L-0000000017T"])
    given_name: str
    family_name: str
    centre_reference: str | None
    centre: str = Field(examples=["48213"])
    centre_name: str | None = Field(examples=["Riverside Training"])
    qualification: QualificationRef
    apprenticeship: ApprenticeshipRef | None
    """What the learner was registered on, where not on the qualification alone."""
    claim: str = Field(examples=["AC-0000000042"])
    award_type: AwardType
    award_date: date
    is_eligible: bool
    status: ClaimStatus
    certificate: str | None = Field(examples=["C-0000000017T"])
    in_force: bool = Field(description="Whether the certificate is in force.")
    issued_to: str | None = ISSUED_TO
    overall_grade: str | None = Field(examples=["Pass"])
    updated_at: AwareDatetime


class UnitResult(ResponseBody, title="UnitResult"):
    """A unit and its grade."""

    reference: str = Field(examples=["L/506/1788"])
    title: str
    level: int
    credits: int
    grade: str = Field(examples=["P"])


class CertificateBefore(ResponseBody, title="EarlierCertificate"):
    """A certificate of the award that was reissued: it stays, but not in force (M13)."""

    model_config = ConfigDict(from_attributes=True)

    certificate: str = Field(examples=["C-0000000017T"])
    issued_at: AwareDatetime
    printed_at: AwareDatetime | None
    superseded_at: AwareDatetime
    superseded_by: str = Field(examples=["C-0000000042Y"])


class AwardResult(ResponseBody, title="AwardResult"):
    """One award claimed on a qualification, with its units to date."""

    claim: str = Field(examples=["AC-0000000042"])
    registration: str = Field(examples=["R-0000000042"])
    apprenticeship: ApprenticeshipRef | None
    award_type: AwardType
    award_date: date
    is_eligible: bool
    status: ClaimStatus
    submitted_at: AwareDatetime
    processed_at: AwareDatetime | None
    printed_at: AwareDatetime | None
    certificate: str | None = Field(
        examples=["C-0000000017T"], description="The latest, in force or not."
    )
    in_force: bool = Field(description="Whether the certificate is in force.")
    issued_to: str | None = ISSUED_TO
    title: str = Field(
        examples=["Level 2 Diploma in Team Leading"],
        description="The qualification's title, on the certificate as issued.",
    )
    earlier_certificates: list[CertificateBefore] = Field(
        description="Those that were reissued, oldest first."
    )
    overall_grade: str | None = Field(examples=["Pass"])
    units: list[UnitResult]


class UnitTestResult(ResponseBody, title="TestResult"):
    """A test that was sat, or had been reported so, and how it went."""

    booking: str = Field(examples=["B-0000000042"])
    unit: str = Field(examples=["F/506/1934"])
    unit_title: str | None = Field(examples=["Participate in a project"])
    delivery: str = Field(examples=["Onscreen"])
    mode: str | None = Field(examples=["Online"])
    sat_on: date | None
    result: str = Field(examples=["Pass"], description="Pass, Fail, Taken or Absent.")
    grade: str | None
    mark: int | None
    corrections: list[OutcomeBefore] = Field(
        description="What had been reported before it was put right, oldest first."
    )


class QualificationResults(ResponseBody, title="QualificationResults"):
    """All that was ever claimed or sat by a learner on one qualification, in order."""

    qualification: QualificationRef
    awards: list[AwardResult]
    tests: list[UnitTestResult]


@router.get("/results", operation_id="listResults")
def list_results(
    request: Request,
    response: Response,
    user: CurrentUser,
    service: ServiceOf,
    reads: Reads,
    part: PagingSince,
    name: NameFilter = None,
    given_name: GivenName = "",
    family_name: FamilyName = "",
    first_name: FormerClause = "",
    last_name: FormerClause = "",
    learner_reference: Clause = "",
    product_title: Clause = "",
    grade: Clause = "",
    sort: Annotated[ResultSort | None, Sort] = None,
    *,
    total: Total = False,
) -> ListResponse[ResultResponse]:
    """Find results by all of the clauses together, names by the start of a word (R1).

    ``name`` is given name, family name or both in any order; ``learner_reference`` the
    learner ID, or its last digits, or the centre's own.
    """
    found = result_search.search_results(
        reads,
        centre=scope(user),
        clauses=ResultFilter(
            name=name or "",
            given_name=f"{given_name} {first_name}".strip(),
            family_name=f"{family_name} {last_name}".strip(),
            learner_reference=learner_reference,
            products=titled(service.catalogue, product_title),
            grade=grade,
            updated_since=part.updated_since,
        ),
        sort=sort,
        total=total,
        limit=part.limit,
        cursor=part.cursor,
    )
    names = centres.names_of(reads, {row.centre for row in found.rows})
    return list_response(
        request, response, found, lambda r: result_response(service.context, r, names)
    )


@router.get("/learners/{learner}/results", operation_id="listLearnerResults")
def list_learner_results(
    learner: Learner, service: ServiceOf, by: By, reads: Reads
) -> list[QualificationResults]:
    """Show all results of one learner, by qualification, whole history (R2)."""
    stream = service.store.open(stream_of(learner))
    require_own(stream, learner, begun_by=LearnerCreated, what="learner", by=by)
    awards = result_search.results_of_learner(reads, learner)
    tests = [
        test
        for test in bookings.bookings_of_learner(reads, learner)
        if test.sat_on or test.corrections
    ]
    certificates = certificates_of(reads, learner)
    return [
        of_qualification(
            service.context,
            reference,
            [award for award in awards if award.qualification == reference],
            [test for test in tests if test.qualification == reference],
            certificates,
        )
        for reference in sorted(
            {award.qualification for award in awards}
            | {test.qualification for test in tests}
        )
    ]


def titled(catalogue: Catalogue, text: str) -> list[str] | None:
    """Find products whose title has, for each word given, one that so begins."""
    sought = words(text)
    if not clean(text):
        return None
    return [
        reference
        for reference, product in catalogue.products.items()
        if (sought or clean(text) == product.title)
        and all(
            any(word.startswith(start) for word in words(product.title))
            for start in sought
        )
    ]


def result_response(
    context: CommandContext, result: Result, centre_names: Mapping[str, str]
) -> ResultResponse:
    return ResultResponse(
        learner=result.learner,
        given_name=result.given_name,
        family_name=result.family_name,
        centre_reference=result.centre_reference,
        centre=result.centre,
        centre_name=centre_names.get(result.centre),
        qualification=qualification_ref(context, result.qualification),
        apprenticeship=apprenticeship_named(context.catalogue, result.apprenticeship),
        claim=result.claim,
        award_type=AwardType(result.award_type),
        award_date=result.award_date,
        is_eligible=result.is_eligible,
        status=result.standing,
        certificate=result.certificate,
        in_force=result.in_force,
        issued_to=holder_name(result.holder_given_name, result.holder_family_name)
        if result.certificate
        else None,
        overall_grade=result.overall_grade,
        updated_at=result.updated_at,
    )


def apprenticeship_named(
    catalogue: Catalogue, reference: str | None
) -> ApprenticeshipRef | None:
    """Name an apprenticeship, by its reference alone once it is not offered."""
    if reference is None:
        return None
    found = catalogue.apprenticeships.get(reference)
    title = found.title if found else reference
    return ApprenticeshipRef(reference=reference, title=title)


def of_qualification(
    context: CommandContext,
    reference: str,
    awards: Sequence[Result],
    tests: Sequence[BookingRow],
    certificates: Sequence[CertificateRow],
) -> QualificationResults:
    return QualificationResults(
        qualification=qualification_ref(context, reference),
        awards=[
            award_result(
                context,
                award,
                [each for each in certificates if each.claim == award.claim],
            )
            for award in awards
        ],
        tests=[
            UnitTestResult(
                booking=test.booking,
                unit=test.unit,
                unit_title=unit_title(context.catalogue, reference, test.unit),
                delivery=test.delivery,
                mode=test.mode,
                sat_on=test.sat_on,
                result=outcome_of(test),
                grade=test.grade,
                mark=test.mark,
                corrections=[OutcomeBefore(**each) for each in test.corrections],
            )
            for test in tests
        ],
    )


def award_result(
    context: CommandContext, award: Result, certificates: Sequence[CertificateRow]
) -> AwardResult:
    """Show an award with its certificates, each as it was issued."""
    latest = [each for each in certificates if each.certificate == award.certificate]
    titles = [titles_as_issued(context.catalogue, each) for each in latest]
    shown = result_response(context, award, {})
    return AwardResult(
        claim=award.claim,
        registration=award.registration,
        apprenticeship=shown.apprenticeship,
        award_type=shown.award_type,
        award_date=award.award_date,
        is_eligible=award.is_eligible,
        status=award.standing,
        submitted_at=award.submitted_at,
        processed_at=award.processed_at,
        printed_at=award.printed_at,
        certificate=award.certificate,
        in_force=award.in_force,
        issued_to=shown.issued_to,
        title=titles[0].qualification.title if titles else shown.qualification.title,
        earlier_certificates=[
            CertificateBefore.model_validate(each)
            for each in certificates
            if each.certificate != award.certificate
        ],
        overall_grade=award.overall_grade,
        units=units_of(
            context.catalogue,
            award.qualification,
            award.grades,
            titles=titles[0].units if titles else {},
        ),
    )


def outcome_of(test: BookingRow) -> str:
    if test.is_pass is None:
        return test.attendance
    return "Pass" if test.is_pass else "Fail"


def units_of(
    catalogue: Catalogue,
    reference: str,
    grades: Mapping[str, str],
    *,
    titles: Mapping[str, str],
) -> list[UnitResult]:
    """Name the units of some grades by these titles, else as the latest rules do."""
    known = {u.reference: u for v in catalogue.versions(reference) for u in v.units}
    return [
        UnitResult(
            reference=unit.reference,
            title=titles.get(unit.reference, unit.title),
            level=unit.level,
            credits=unit.credits,
            grade=grades[unit.reference],
        )
        for unit in sorted(known.values(), key=lambda u: u.number)
        if unit.reference in grades
    ]
