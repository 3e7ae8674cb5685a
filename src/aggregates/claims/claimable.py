"""The qualifications a centre can claim on, and their units (M2, M3)."""

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import date

from aggregates.errors import FieldPath, RuleBroken
from aggregates.orders.offer import in_words
from catalogue import Catalogue, Qualification, Unit


class NotClaimable(RuleBroken):
    code = "not-claimable"
    message = "{why}"


@dataclass(frozen=True, kw_only=True)
class ClaimableCondition:
    """One condition for claiming on a qualification, met or not."""

    code: str
    is_met: bool
    sentence: str


@dataclass(frozen=True, kw_only=True)
class Approved:
    """A centre's approval to claim on a qualification (M2, O7).

    ``alone``: it covers every registration on the qualification. Otherwise it covers those
    that came with one of the ``apprenticeships``, because approval for an apprenticeship
    covers its parts.
    """

    alone: bool
    apprenticeships: frozenset[str] = frozenset()

    def __bool__(self) -> bool:
        return self.alone or bool(self.apprenticeships)

    def covers(self, apprenticeship: str | None) -> bool:
        """Whether a registration that came with this apprenticeship, or None, is covered."""
        return self.alone or apprenticeship in self.apprenticeships


def approved_for(
    catalogue: Catalogue, reference: str, approvals: Collection[str]
) -> Approved:
    """Find what these approvals cover on a qualification (M2, O7)."""
    return Approved(
        alone=reference in approvals,
        apprenticeships=frozenset(
            each.reference
            for each in catalogue.apprenticeships.values()
            if reference in each.qualifications and each.reference in approvals
        ),
    )


@dataclass(frozen=True, kw_only=True)
class OfferedUnit:
    """An internally assessed unit; it is mandatory if some pathway makes it so."""

    unit: Unit
    is_mandatory: bool


def internal_units_condition(qualification: Qualification) -> ClaimableCondition:
    """Require an internally assessed unit: tests are not claimed (M2)."""
    is_met = bool(qualification.internal_units)
    return ClaimableCondition(
        code="internally-assessed",
        is_met=is_met,
        sentence="It has internally assessed units."
        if is_met
        else "All of its units are tested, so there is nothing to claim.",
    )


def approval_condition(approved: Approved) -> ClaimableCondition:
    """Require that the centre is approved, directly or through an apprenticeship (M2, O7)."""
    if approved.alone:
        sentence = "The centre is approved for it."
    elif approved:
        named = " and ".join(sorted(approved.apprenticeships))
        sentence = f"The centre is approved for it as part of {named}."
    else:
        sentence = "The centre is not approved for it. Ask an Account Specialist."
    return ClaimableCondition(code="approved", is_met=bool(approved), sentence=sentence)


def certification_condition(
    qualification: Qualification, today: date
) -> ClaimableCondition:
    """Require that certification has not ended; its last day still counts (M2)."""
    ends = qualification.certification_ends
    is_met = today <= ends
    return ClaimableCondition(
        code="certification",
        is_met=is_met,
        sentence=f"Certificates are issued until {in_words(ends)}."
        if is_met
        else f"Certification ended on {in_words(ends)}: no certificate is issued any more.",
    )


def registrations_condition(registered: int) -> ClaimableCondition:
    """Require that the centre has a registration on it (M2)."""
    return ClaimableCondition(
        code="registered",
        is_met=registered > 0,
        sentence=f"Registered learners of the centre: {registered}."
        if registered
        else "The centre has nobody registered on it. Order registrations first.",
    )


def learners_condition(active: int, registered: int) -> ClaimableCondition:
    """Require an Active learner without a Full or Fallback award in force (M2)."""
    is_met = active > 0
    if is_met:
        sentence = f"Learners without a Full or Fallback award: {active}."
    elif registered:
        sentence = (
            "Every registration on it is Completed or Cancelled. An Account Specialist"
            " can reopen one that is Completed."
        )
    else:
        sentence = "No learner on it is without a Full or Fallback award."
    return ClaimableCondition(code="not-awarded", is_met=is_met, sentence=sentence)


def on_facts(
    qualification: Qualification, *, approved: Approved, today: date
) -> tuple[ClaimableCondition, ...]:
    """Return the conditions that are checked both when choosing and when submitting (M2)."""
    return (
        internal_units_condition(qualification),
        approval_condition(approved),
        certification_condition(qualification, today),
    )


def conditions(
    qualification: Qualification,
    *,
    approved: Approved,
    today: date,
    registered: int,
    active: int,
) -> tuple[ClaimableCondition, ...]:
    """Return all five conditions (M2) for a centre."""
    return (
        *on_facts(qualification, approved=approved, today=today),
        registrations_condition(registered),
        learners_condition(active, registered),
    )


def require(met: Iterable[ClaimableCondition], *, title: str, path: FieldPath) -> None:
    """Raise NotClaimable with every reason, unless all conditions are met."""
    why = [condition.sentence for condition in met if not condition.is_met]
    if why:
        sentence = f"{title} cannot be claimed. {' '.join(why)}"
        raise NotClaimable(path=path, why=sentence)


def offered_units(catalogue: Catalogue, reference: str) -> tuple[OfferedUnit, ...]:
    """List the units of stage 2 (M3): by group, mandatory first, as in the catalogue.

    Learners may be registered under any version of the rules, so the units of all versions
    are offered, each as its latest version describes it.
    """
    found: dict[str, OfferedUnit] = {}
    for version in catalogue.versions(reference):
        mandatory = {unit.reference for unit in version.mandatory_units}
        for unit in version.internal_units:
            found[unit.reference] = OfferedUnit(
                unit=unit, is_mandatory=unit.reference in mandatory
            )
    return tuple(
        sorted(
            found.values(),
            key=lambda o: (o.unit.group, not o.is_mandatory, o.unit.number),
        )
    )
