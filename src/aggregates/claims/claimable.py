"""Which qualifications a centre can claim on, and which of their units (M2, M3)."""

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
    """One thing that must hold for a qualification to be claimable, met or not."""

    code: str
    is_met: bool
    sentence: str


@dataclass(frozen=True, kw_only=True)
class Approved:
    """What a centre is approved to claim on a qualification (M2, O7).

    ``alone``: on every registration on it; else on those that came with one of these
    ``apprenticeships``, whose approval covers what they consist of.
    """

    alone: bool
    apprenticeships: frozenset[str] = frozenset()

    def __bool__(self) -> bool:
        return self.alone or bool(self.apprenticeships)

    def covers(self, apprenticeship: str | None) -> bool:
        """Tell whether a registration that came with it, or with none, is covered."""
        return self.alone or apprenticeship in self.apprenticeships


def approved_for(
    catalogue: Catalogue, reference: str, approvals: Collection[str]
) -> Approved:
    """Find what these approvals allow to be claimed on a qualification (M2, O7)."""
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
    """An internally assessed unit, mandatory if some pathway wants it."""

    unit: Unit
    is_mandatory: bool


def has_internal_units(qualification: Qualification) -> ClaimableCondition:
    """Require an internally assessed unit: tests are not claimed (M2)."""
    is_met = bool(qualification.internal_units)
    return ClaimableCondition(
        code="internally-assessed",
        is_met=is_met,
        sentence="It has internally assessed units."
        if is_met
        else "All of its units are tested, so there is nothing to claim.",
    )


def is_approved(approved: Approved) -> ClaimableCondition:
    """Require that the centre is approved for it, alone or with others (M2, O7)."""
    if approved.alone:
        sentence = "The centre is approved for it."
    elif approved:
        named = " and ".join(sorted(approved.apprenticeships))
        sentence = f"The centre is approved for it as part of {named}."
    else:
        sentence = "The centre is not approved for it. Ask an Account Specialist."
    return ClaimableCondition(code="approved", is_met=bool(approved), sentence=sentence)


def can_be_certificated(
    qualification: Qualification, today: date
) -> ClaimableCondition:
    """Require that certification has not ended; its last day is a day for it (M2)."""
    ends = qualification.certification_ends
    is_met = today <= ends
    return ClaimableCondition(
        code="certification",
        is_met=is_met,
        sentence=f"Certificates are issued until {in_words(ends)}."
        if is_met
        else f"Certification ended on {in_words(ends)}: no certificate is issued any more.",
    )


def has_registrations(registered: int) -> ClaimableCondition:
    """Require that the centre has anybody on it (M2)."""
    return ClaimableCondition(
        code="registered",
        is_met=registered > 0,
        sentence=f"Learners of the centre on it: {registered}."
        if registered
        else "The centre has nobody registered on it. Order registrations first.",
    )


def has_learners_to_claim(active: int, registered: int) -> ClaimableCondition:
    """Require somebody Active, with no Full or Fallback award in force (M2)."""
    is_met = active > 0
    if is_met:
        sentence = f"Learners without a Full or Fallback award: {active}."
    elif registered:
        sentence = (
            "Every registration on it is Completed or Cancelled. An Account Specialist"
            " can reopen one that is Completed."
        )
    else:
        sentence = "Nobody on it waits for an award."
    return ClaimableCondition(code="not-awarded", is_met=is_met, sentence=sentence)


def on_facts(
    qualification: Qualification, *, approved: Approved, today: date
) -> tuple[ClaimableCondition, ...]:
    """Answer the conditions that facts decide, when chosen and when submitted (M2)."""
    return (
        has_internal_units(qualification),
        is_approved(approved),
        can_be_certificated(qualification, today),
    )


def conditions(
    qualification: Qualification,
    *,
    approved: Approved,
    today: date,
    registered: int,
    active: int,
) -> tuple[ClaimableCondition, ...]:
    """Answer all five conditions (M2), for the centre's registrations on it."""
    return (
        *on_facts(qualification, approved=approved, today=today),
        has_registrations(registered),
        has_learners_to_claim(active, registered),
    )


def require(met: Iterable[ClaimableCondition], *, title: str, path: FieldPath) -> None:
    """Raise NotClaimable, with every reason, unless all of the conditions are met."""
    why = [condition.sentence for condition in met if not condition.is_met]
    if why:
        sentence = f"{title} cannot be claimed. {' '.join(why)}"
        raise NotClaimable(path=path, why=sentence)


def offered_units(catalogue: Catalogue, reference: str) -> tuple[OfferedUnit, ...]:
    """List what stage 2 offers (M3): group order, mandatory first, as in the catalogue.

    A learner may have been registered under any version of the rules, so the units of
    all versions are offered, each as the latest says it.
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
