"""What a learner is registered on: qualifications alone, and apprenticeships (L4)."""

from fastapi import APIRouter
from pydantic import BaseModel

from api.dependencies import By, Reads, ServiceOf
from api.learners import Called
from api.registrations import RegistrationShown, invoicing, registration_shown
from commands.learner import read_learner
from projections import registrations
from projections.registrations import RegistrationRow

router = APIRouter(prefix="/learners", tags=["learners"])


class ApprenticeshipRegistration(RegistrationShown):
    """A registration on an apprenticeship, with those on its qualifications."""

    qualifications: list[RegistrationShown]


class RegistrationsOfLearner(BaseModel):
    """All that a learner is, or was, registered on, newest first."""

    qualifications: list[RegistrationShown]
    """Those that came with no apprenticeship."""
    apprenticeships: list[ApprenticeshipRegistration]


@router.get("/{learner}/registrations")
def of_learner(
    learner: Called, service: ServiceOf, by: By, reads: Reads
) -> RegistrationsOfLearner:
    """Show what a learner is, or was, registered on (L4, O7)."""
    _, person = read_learner(service.desk, learner, by)
    rows = registrations.of_learner(reads, centre=person.centre, learner=learner)
    by_name = {row.registration: row for row in rows}
    statuses = invoicing(service.desk, rows)

    def shown(row: RegistrationRow) -> RegistrationShown:
        return registration_shown(row, person, service.catalogue, statuses)

    return RegistrationsOfLearner(
        qualifications=[
            shown(row) for row in rows if row.parent is None and not row.parts
        ],
        apprenticeships=[
            ApprenticeshipRegistration(
                **shown(row).model_dump(),
                qualifications=[
                    shown(by_name[part]) for part in row.parts if part in by_name
                ],
            )
            for row in rows
            if row.parts
        ],
    )
