"""What a further award adds to earlier ones, and which awards rely on which."""

from collections.abc import Collection, Iterable, Iterator, Mapping
from datetime import date

from catalogue import AwardType, Qualification, Unit
from events.claims.claim import WithheldReason
from events.registrations.registration import AwardClaimed

NOTHING_NEW = "nothing-new"
"""The code of the reason for withholding an award that only repeats an earlier one."""


def nothing_new(
    awards: Iterable[AwardClaimed],
    *,
    award_type: AwardType,
    award_date: date | None,
    grades: Mapping[str, str],
    overall_grade: str | None,
    rules: Qualification,
) -> WithheldReason | None:
    """Return the reason that the latest award of this type certifies the same, if so (M17).

    ``awards`` are those that count, oldest first; ``grades`` are all grades to date. A Full
    or Fallback award with another date is a new certificate; an Interim award is not.
    """
    alike = [award for award in awards if award.award_type == award_type]
    if not alike:
        return None
    last = alike[-1]
    is_same = (achieving_grades(last.grades, rules), last.overall_grade) == (
        achieving_grades(grades, rules),
        overall_grade,
    )
    if award_type is AwardType.INTERIM:
        next_step = "Add a unit or a better grade, or claim a Full or Fallback award."
    elif last.award_date == award_date:
        next_step = (
            "Change what was wrong with it. If it was right, ask an Account Specialist to"
            " revoke its certificate, then give all grades and submit again."
        )
    else:
        return None
    message = (
        f"The {award_type} award by {last.claim} has the same units and grades already."
        f" {next_step}"
    )
    return WithheldReason(code=NOTHING_NEW, message=message) if is_same else None


def warnings(
    awards: Iterable[AwardClaimed],
    *,
    award_type: AwardType,
    carried: Mapping[str, str],
    grades: Mapping[str, str],
    rules: Qualification,
) -> Iterator[str]:
    """Warn of an award that lowers a grade or adds nothing (M17).

    ``carried`` are the grades of tests and earlier awards; ``grades`` are all grades to
    date.
    """
    units = {unit.reference: unit for unit in rules.units}
    for unit, before in carried.items():
        after = grades[unit]
        if unit in units and is_lower(units[unit], after, than=before):
            yield (
                f"This lowers the grade of {unit} from {before} to {after}. Check it, or"
                " take the grade out: the earlier one then counts."
            )
    earlier = list(awards)
    if not earlier or achieving_grades(earlier[-1].grades, rules) != achieving_grades(
        grades, rules
    ):
        return
    types = {award.award_type for award in earlier}
    if award_type is AwardType.INTERIM or award_type in types:
        yield (
            f"This adds no unit and no grade to the {earlier[-1].award_type} award by"
            f" {earlier[-1].claim}."
        )


def achieving_grades(grades: Mapping[str, str], rules: Qualification) -> dict[str, str]:
    """Return the grades that achieve their units; a certificate lists these."""
    units = {unit.reference: unit for unit in rules.units}
    return {u: g for u, g in grades.items() if u in units and units[u].achieves(g)}


def is_lower(unit: Unit, grade: str, *, than: str) -> bool:
    """Whether a grade of the unit is lower than another, or no longer achieves it.

    Transferred credit is neither above nor below another achieving grade.
    """
    if unit.achieves(grade) != unit.achieves(than):
        return unit.achieves(than)
    ranks = {each: rank for rank, each in enumerate(unit.grades)}
    return grade in ranks and than in ranks and ranks[grade] < ranks[than]


def relying_awards(
    claim: str,
    awards: Mapping[str, AwardClaimed],
    *,
    outcomes: Mapping[str, Mapping[str, str]],
    tested: Mapping[str, str],
    ending: Collection[str] = (),
) -> dict[str, tuple[str, ...]]:
    """Find the later awards that count units of the claim's award: those units, by claim (M16).

    ``ending`` are claims that end together with it: they do not rely on it and provide no
    grades.

    ``awards`` are those that count, by claim, oldest first. ``outcomes`` are the grades
    that each claim states; ``tested`` are the grades of tests. A unit does not rely on this
    claim if the later claim states it itself, or if another source gives the same grade.
    """
    own = outcomes.get(claim, {})
    relying: dict[str, tuple[str, ...]] = {}
    is_later, others = False, dict(tested)
    for name, award in awards.items():
        if name == claim:
            is_later = True
        if name == claim or name in ending:
            continue
        others.update(outcomes.get(name, {}))
        if is_later:
            units = [
                unit
                for unit in own
                if unit in award.grades and award.grades[unit] != others.get(unit)
            ]
            relying |= {name: tuple(units)} if units else {}
    return relying
