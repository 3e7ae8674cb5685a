"""An award in a claim: its date, and the grades of its units."""

from calendar import monthrange
from collections.abc import Collection
from datetime import date

from aggregates.claims.claim_refusals import AwardIncomplete
from aggregates.errors import FieldPath, Malformed, Refusal, RuleBroken
from aggregates.orders.offer import in_words
from catalogue import Qualification
from events.claims.claim import Award, WithheldReason

MONTHS_BACK = 3
"""How many calendar months an award date may be back (M6)."""


class AwardDateInFuture(RuleBroken):
    code = "award-date-in-future"
    message = (
        "The award date {day}{whose} is in the future. Give the day on which "
        "assessment was completed, today at the latest."
    )


class AwardDateTooEarly(RuleBroken):
    code = "award-date-too-early"
    message = (
        "The award date {day}{whose} is more than three months back. Give {earliest} or a"
        " later day."
    )


class AwardTwice(Malformed):
    code = "award-twice"
    message = "Two awards are given for {learner}. Give one, with all of the grades."


class UnitNotChosen(RuleBroken):
    code = "unit-not-chosen"
    message = "The unit {unit} is not among the units of the claim. Add it there first."


class UnitNotInRules(RuleBroken):
    code = "unit-not-in-rules"
    message = (
        "The unit {unit} is not in version {version} of the qualification's rules, "
        "which this learner was registered under. Take its grade out."
    )


class GradeNotAllowed(Malformed):
    code = "grade-not-allowed"
    message = "{grade} is not a grade of the unit {unit}. Give one of: {allowed}."


def earliest_award_date(today: date) -> date:
    """Return the earliest award date (M6): for 31 May the last day of February."""
    year, month = divmod(today.year * 12 + today.month - 1 - MONTHS_BACK, 12)
    month += 1
    return date(year, month, min(today.day, monthrange(year, month)[1]))


def award_date_refusals(
    day: date, *, today: date, path: FieldPath, learner: str | None = None
) -> list[Refusal]:
    """Refuse an award date that is in the future or too far back (M6)."""
    whose = f" of {learner}" if learner else ""
    earliest = earliest_award_date(today)
    if day > today:
        return [AwardDateInFuture(path=path, day=in_words(day), whose=whose)]
    if day < earliest:
        return [
            AwardDateTooEarly(
                path=path,
                day=in_words(day),
                whose=whose,
                earliest=in_words(earliest),
            )
        ]
    return []


def award_refusals(award: Award, *, learner: str, today: date) -> list[Refusal]:
    """Refuse an award that cannot be claimed yet, whatever was achieved (M6, M10)."""
    if award.award_type is None or award.award_date is None:
        return [AwardIncomplete(path=("awards",), learner=learner)]
    return award_date_refusals(
        award.award_date, today=today, path=("awards",), learner=learner
    )


def award_faults(
    award: Award, *, learner: str, today: date
) -> tuple[WithheldReason, ...]:
    """Turn the same refusals into reasons why the learner is withheld (M10)."""
    return tuple(
        WithheldReason(
            code="award-incomplete"
            if isinstance(refusal, AwardIncomplete)
            else "award-date",
            message=str(refusal),
        )
        for refusal in award_refusals(award, learner=learner, today=today)
    )


def grade_refusals(
    award: Award, *, units: Collection[str], rules: Qualification, at: FieldPath
) -> list[Refusal]:
    """Refuse each grade that is not one of its unit's (M5).

    ``units`` are those of the claim; ``at`` is the path to the award.
    """
    known = {unit.reference: unit for unit in rules.units}
    refusals: list[Refusal] = []
    for unit, grade in award.grades.items():
        path = (*at, "grades", unit)
        if unit not in units:
            refusals.append(UnitNotChosen(path=path, unit=unit))
        elif unit not in known:
            refusals.append(UnitNotInRules(path=path, unit=unit, version=rules.version))
        elif not known[unit].allows(grade):
            allowed = ", ".join(known[unit].grades)
            refusals.append(
                GradeNotAllowed(path=path, unit=unit, grade=grade, allowed=allowed)
            )
    return refusals
