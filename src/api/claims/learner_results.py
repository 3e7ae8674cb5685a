"""All results of one learner over HTTP: awards, certificates and tests, with their history."""

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Annotated

from fastapi import Path
from pydantic import AwareDatetime, ConfigDict, Field

from aggregates.claims.claim_status import ClaimStatus
from api.bookings.bookings import OutcomeBefore
from api.claims.results import (
    ISSUED_TO,
    ApprenticeshipRef,
    apprenticeship_named,
    issued_to,
)
from api.http.dependencies import (
    By,
    Reads,
    ServiceOf,
)
from api.http.references import QualificationRef, qualification_ref
from api.http.routing.router import Router
from api.http.schemas import ResponseBody
from catalogue import AwardType, Catalogue
from projections.bookings import bookings
from projections.bookings.bookings import BookingRow
from projections.claims import result_search
from projections.claims.result_certificates import CertificateRow, certificates_of
from projections.claims.result_search import Result
from queries.claims.certificates import titles_as_issued
from queries.titles import unit_title
from repositories.aggregate_types import LEARNER
from repositories.repository import load

router = Router(tags=["results"])

Learner = Annotated[str, Path(max_length=20, examples=["L-0000000017T"])]


class UnitResult(ResponseBody, title="UnitResult"):
    """A unit and its grade."""

    reference: str = Field(examples=["L/506/1788"])
    title: str
    level: int
    credits: int
    grade: str = Field(examples=["P"])


class CertificateBefore(ResponseBody, title="EarlierCertificate"):
    """An earlier certificate of the award that was reissued; it is not in force (M13)."""

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
    """A test that was sat, or had been reported as sat, and its outcome."""

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
    """Everything that a learner claimed or sat on one qualification, in order."""

    qualification: QualificationRef
    awards: list[AwardResult]
    tests: list[UnitTestResult]


@router.get("/learners/{learner}/results", operation_id="listLearnerResults")
def list_learner_results(
    learner: Learner, service: ServiceOf, by: By, reads: Reads
) -> list[QualificationResults]:
    """Show all results of one learner, by qualification, with their history (R2)."""
    load(LEARNER, learner, store=service.store, reader=by)
    awards = result_search.results_of_learner(reads, learner)
    tests = [
        test
        for test in bookings.bookings_of_learner(reads, learner)
        if test.sat_on or test.corrections
    ]
    certificates = certificates_of(reads, learner)
    return [
        of_qualification(
            service.catalogue,
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


def of_qualification(
    catalogue: Catalogue,
    reference: str,
    awards: Sequence[Result],
    tests: Sequence[BookingRow],
    certificates: Sequence[CertificateRow],
) -> QualificationResults:
    return QualificationResults(
        qualification=qualification_ref(catalogue, reference),
        awards=[
            award_result(
                catalogue,
                award,
                [each for each in certificates if each.claim == award.claim],
            )
            for award in awards
        ],
        tests=[
            UnitTestResult(
                booking=test.booking,
                unit=test.unit,
                unit_title=unit_title(catalogue, reference, test.unit),
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
    catalogue: Catalogue, award: Result, certificates: Sequence[CertificateRow]
) -> AwardResult:
    """Show an award with its certificates, each as it was issued."""
    latest = [each for each in certificates if each.certificate == award.certificate]
    titles = [titles_as_issued(catalogue, each) for each in latest]
    rules = catalogue.qualification(award.qualification)
    return AwardResult(
        claim=award.claim,
        registration=award.registration,
        apprenticeship=apprenticeship_named(catalogue, award.apprenticeship),
        award_type=AwardType(award.award_type),
        award_date=award.award_date,
        is_eligible=award.is_eligible,
        status=award.standing,
        submitted_at=award.submitted_at,
        processed_at=award.processed_at,
        printed_at=award.printed_at,
        certificate=award.certificate,
        in_force=award.in_force,
        issued_to=issued_to(award),
        title=titles[0].title if titles else rules.title,
        earlier_certificates=[
            CertificateBefore.model_validate(each)
            for each in certificates
            if each.certificate != award.certificate
        ],
        overall_grade=award.overall_grade,
        units=units_of(
            catalogue,
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
    """Name the units of these grades by the given titles, else as the latest rules do."""
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
