"""Worked cases: grades and the result they must give, in a file beside a qualification."""

from collections.abc import Iterator
from pathlib import Path

from catalogue.catalogue import Catalogue, CatalogueProblem
from catalogue.eligibility.assessment import (
    Assessment,
    AwardType,
    InvalidGrade,
    UnknownPathway,
    UnknownUnit,
    assess,
)
from catalogue.qualification import Qualification
from catalogue.reading.document import DocumentPart, Problems, read_yaml
from catalogue.rule import join_words

CASES = ".cases.yaml"


def check_cases(
    folder: Path, catalogue: Catalogue
) -> tuple[int, tuple[CatalogueProblem, ...]]:
    """Check every worked case in a catalogue's folder; return their number and the failures.

    ``NAME.cases.yaml`` holds the cases of the qualification in ``NAME.yaml``.
    """
    tried, found = 0, []
    for path in sorted((folder / "qualifications").glob(f"*{CASES}")):
        problems = Problems(file=f"qualifications/{path.name}")
        part = read_yaml(path, problems)
        if part is not None:
            rules = _qualification_of(path, catalogue)
            if rules is None:
                problems.add("", f"has no {_qualification_file(path).name} beside it.")
            else:
                for case in part.parts("cases"):
                    tried += 1
                    _check(case, rules)
                part.close()
        found += problems.found
    return tried, tuple(found)


def _qualification_file(path: Path) -> Path:
    return path.with_name(path.name.removesuffix(CASES) + ".yaml")


def _qualification_of(path: Path, catalogue: Catalogue) -> Qualification | None:
    """Find the qualification that the cases belong to, in the version of its file."""
    named = _qualification_file(path)
    if not named.is_file():
        return None
    part = read_yaml(named, Problems(file=named.name))
    if part is None:
        return None
    return catalogue.qualification(
        part.text("reference"), version=part.whole_number("version")
    )


def _check(case: DocumentPart, rules: Qualification) -> None:
    errors = case.problems.errors
    name = case.text("name")
    pathway = case.text("pathway") if case.has("pathway") else None
    award_type = (
        case.one_of("award_type", *AwardType)
        if case.has("award_type")
        else AwardType.FULL
    )
    given = case.part("grades")
    grades = {unit: given.text(unit) for unit in given.values}
    eligible, codes = case.flag("eligible"), case.texts("reasons")
    overall_grade = case.text("overall_grade") if case.has("overall_grade") else None
    case.asked += ["pathway", "award_type", "overall_grade"]
    case.close()
    if case.problems.errors > errors:
        return
    try:
        assessment = assess(
            rules, grades, award_type=AwardType(award_type), pathway=pathway
        )
    except (UnknownUnit, InvalidGrade, UnknownPathway) as wrong:
        case.problems.add(case.path, f"{name}: {wrong}")
        return
    for message in _differences(assessment, eligible, overall_grade, codes):
        case.problems.add(case.path, f"{name}: {message}")


def _differences(
    assessment: Assessment,
    eligible: bool,  # noqa: FBT001 - what was expected, as the file says it
    overall_grade: str | None,
    codes: tuple[str, ...],
) -> Iterator[str]:
    """Say how the result differs from what the case expects."""
    reasons = [reason for each in assessment.pathways for reason in each.reasons]
    found = dict.fromkeys(reason.code for reason in reasons)
    if assessment.eligible and not eligible:
        yield "should be ineligible and is eligible."
    elif eligible and not assessment.eligible:
        why = " ".join(dict.fromkeys(reason.message for reason in reasons))
        yield f"should be eligible and is not: {why}"
    elif assessment.overall_grade != overall_grade:
        yield (
            f"should have the overall grade {overall_grade or 'none'}, and has "
            f"{assessment.overall_grade or 'none'}."
        )
    elif not eligible and set(codes) != found.keys():
        yield (
            f"should have the reasons {join_words(codes) or 'none'}, and has "
            f"{join_words(tuple(found))}."
        )
