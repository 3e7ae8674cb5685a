"""Decide what grades earn (M7-M9, M11)."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from enum import StrEnum

from catalogue.eligibility.pathway_assessment import PathwayAssessment
from catalogue.eligibility.reason import Reason
from catalogue.qualification import Qualification
from catalogue.rule import join_words
from catalogue.solver.choice import Given

NEEDS_ONE = "At least one unit must be achieved."
FULL_IS_MET = "The rules of combination are met: a Full award can be claimed instead."


class AwardType(StrEnum):
    """The type of award claimed."""

    FULL = "Full"
    INTERIM = "Interim"
    FALLBACK = "Fallback"


class UnknownUnit(ValueError):
    """The qualification has no such unit."""

    def __init__(self, unit: str, qualification: str) -> None:
        super().__init__(
            f"{unit} is not a unit of {qualification}. Check the unit reference."
        )
        self.unit = unit


class InvalidGrade(ValueError):
    """The unit has no such grade."""

    def __init__(self, unit: str, grade: str, allowed: tuple[str, ...]) -> None:
        super().__init__(
            f"Grade {grade} cannot be given for {unit}. Give {join_words(allowed, 'or')}."
        )
        self.unit = unit
        self.grade = grade


class UnknownPathway(ValueError):
    """The qualification has no such pathway."""

    def __init__(self, code: str, qualification: Qualification) -> None:
        codes = tuple(pathway.code for pathway in qualification.pathways)
        super().__init__(
            f"{qualification.reference} has no pathway {code}. It has {join_words(codes)}."
        )
        self.code = code


@dataclass(frozen=True, kw_only=True)
class Assessment:
    """The result of assessing grades: the verdict on the award and on each pathway.

    ``version`` is the version of the rules applied; ``warnings`` are sentences. If
    ``decided`` is false, the time ran out: ``eligible`` is then false and the other results
    are incomplete.
    """

    decided: bool
    eligible: bool
    overall_grade: str | None
    pathways: tuple[PathwayAssessment, ...]
    warnings: tuple[str, ...]
    version: int


def assess(
    qualification: Qualification,
    grades: Mapping[str, str],
    *,
    award_type: AwardType = AwardType.FULL,
    pathway: str | None = None,
) -> Assessment:
    """Decide an award from grades by unit reference, on one pathway or on any.

    Full needs the rules of combination and, on points, the lowest threshold (M7). Interim
    and Fallback need one achieved unit (M8, M9). If the given pathway is not met and
    another one is, the first reason is ``wrong-pathway`` (M11). Raises UnknownUnit,
    InvalidGrade, UnknownPathway.
    """
    given, achieves = _grades_in_order(qualification, grades)
    if pathway is None:
        tried = qualification.pathways
    else:
        try:
            tried = (qualification.pathway(pathway),)
        except KeyError:
            raise UnknownPathway(pathway, qualification) from None
    full = award_type is AwardType.FULL
    seconds = qualification.decision_seconds
    assessed = tuple(
        PathwayAssessment(pathway=each, given=given, seconds=seconds) for each in tried
    )
    met = any(each.is_met for each in assessed)
    decided = met or not full or all(each.rank is not None for each in assessed)
    first: tuple[Reason, ...] = ()
    if not full and not achieves:
        first = (
            Reason(code="no-unit-achieved", required=1, achieved=0, message=NEEDS_ONE),
        )
    elif full and decided and not met and pathway is not None:
        first = _wrong(qualification, assessed[0])
    return Assessment(
        decided=decided,
        eligible=met if full else achieves,
        overall_grade=_best_grade(qualification, assessed) if full and met else None,
        pathways=tuple(replace(each, first=first) for each in assessed)
        if first
        else assessed,
        warnings=(FULL_IS_MET,) if award_type is AwardType.FALLBACK and met else (),
        version=qualification.version,
    )


def ways_to_fix(
    qualification: Qualification, grades: Mapping[str, str], pathway: str
) -> tuple[tuple[str, ...], ...]:
    """Find the smallest sets of further units that would satisfy a pathway's rules (I4)."""
    return assess(qualification, grades, pathway=pathway).pathways[0].ways_to_fix


def _grades_in_order(
    qualification: Qualification, grades: Mapping[str, str]
) -> tuple[Given, bool]:
    """Sort grades by catalogue order; also say whether any unit is achieved."""
    outcomes = qualification.outcomes
    given: list[tuple[int, str]] = []
    achieves_any = False
    for reference, grade in grades.items():
        try:
            number, achieves = outcomes[reference, grade]
        except KeyError:
            raise _not_a_grade(qualification, reference, grade) from None
        given.append((number, grade))
        achieves_any = achieves_any or achieves
    given.sort()
    return tuple(given), achieves_any


def _not_a_grade(
    qualification: Qualification, reference: str, grade: str
) -> ValueError:
    try:
        unit = qualification.unit(reference)
    except KeyError:
        return UnknownUnit(reference, qualification.reference)
    return InvalidGrade(reference, grade, unit.outcomes)


def _best_grade(
    qualification: Qualification, assessed: tuple[PathwayAssessment, ...]
) -> str | None:
    """Return the best overall grade on any pathway that is met."""
    best = max(each.rank or 0 for each in assessed)
    return qualification.grading.ascending[best - 1] if best else None


def _wrong(
    qualification: Qualification, registered: PathwayAssessment
) -> tuple[Reason, ...]:
    met = tuple(
        other.title
        for other in qualification.pathways
        if other is not registered.pathway and replace(registered, pathway=other).is_met
    )
    if not met:
        return ()
    message = (
        f"Registered on the pathway {registered.title}, but the rules met are those of "
        f"{join_words(met)}. Ask your Account Specialist to change the pathway."
    )
    return (Reason(code="wrong-pathway", message=message),)
