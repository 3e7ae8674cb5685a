"""The qualifications a centre can claim on today, and why not on the others (M2)."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from sqlalchemy import Connection

from aggregates.claims.claimable import ClaimableCondition, approved_for, conditions
from catalogue import Qualification
from commands.command import CommandContext
from commands.registrations.registration import approvals_of
from projections.claims.claimable_learners import counts


@dataclass(frozen=True, kw_only=True)
class ClaimableDetails:
    """A qualification, its five conditions, and the number of learners to claim for."""

    qualification: Qualification
    conditions: Sequence[ClaimableCondition]
    learners_to_claim: int

    @property
    def is_claimable(self) -> bool:
        return all(condition.is_met for condition in self.conditions)

    def is_called(self, asked: str) -> bool:
        """Whether it has this reference or QN, with or without slashes."""
        named = {asked.strip().upper(), asked.strip().upper().replace("/", "")}
        numbers = {self.qualification.reference, self.qualification.number}
        return bool(named & {each.replace("/", "") for each in numbers})


def claimable_details(
    context: CommandContext, connection: Connection, *, centre: str, today: date
) -> list[ClaimableDetails]:
    """Check every qualification of the catalogue, by suite, subject area and title.

    Learners whom no approval covers are not counted.
    """
    catalogue = context.catalogue
    approvals = approvals_of(context, centre)[1]
    counted = counts(connection, centre=centre)
    found = []
    for each in catalogue.qualifications.values():
        approved = approved_for(catalogue, each.reference, approvals)
        theirs = [
            count
            for way, count in counted.get(each.reference, {}).items()
            if approved.covers(way) or not approved
        ]
        active = sum(count.active for count in theirs)
        answered = conditions(
            each,
            approved=approved,
            today=today,
            registered=sum(count.registered for count in theirs),
            active=active,
        )
        found.append(
            ClaimableDetails(
                qualification=each, conditions=answered, learners_to_claim=active
            )
        )
    return sorted(
        found,
        key=lambda each: (
            each.qualification.suite,
            each.qualification.subject_area,
            each.qualification.title,
            each.qualification.reference,
        ),
    )
