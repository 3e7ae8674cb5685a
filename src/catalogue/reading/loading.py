"""Load a catalogue from its folder, or refuse it with all its errors."""

from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path
from typing import TypeVar

from catalogue.catalogue import (
    Apprenticeship,
    Catalogue,
    CatalogueProblem,
    CentreEntry,
    InvalidCatalogue,
)
from catalogue.qualification import Qualification
from catalogue.reading.cases import CASES
from catalogue.reading.document import DocumentPart, Problems, read_yaml
from catalogue.reading.qualification_file import (
    product_reference,
    qualification,
    window,
)

T = TypeVar("T")
ENDINGS = (".yaml", ".yml")
FOLDERS = ("qualifications", "apprenticeships", "centres")
CENTRE_DIGITS = 5


def load(folder: Path, *, decision_seconds: float = 2.0) -> Catalogue:
    """Load the folders ``qualifications``, ``apprenticeships`` and ``centres``.

    ``decision_seconds`` limits each decision on eligibility, during loading and later.
    Raises InvalidCatalogue with every error found; the catalogue keeps the warnings.
    """
    problems: list[CatalogueProblem] = []
    build = partial(qualification, decision_seconds=decision_seconds)
    qualifications = list(_files(folder, "qualifications", build, problems))
    apprenticeships = list(_files(folder, "apprenticeships", _apprenticeship, problems))
    centres = list(_files(folder, "centres", _centre, problems))
    problems += _strays(folder)
    if not qualifications and not problems:
        problems.append(_problem("qualifications", "has no file of a qualification."))
    problems += _versions(qualifications)
    problems += _bundles(qualifications, apprenticeships)
    problems += _approvals(qualifications, apprenticeships, centres)
    errors = [problem for problem in problems if problem.severity == "error"]
    if errors:
        raise InvalidCatalogue(tuple(errors))
    versions: dict[str, tuple[Qualification, ...]] = {}
    for _, each in sorted(qualifications, key=lambda entry: entry[1].version):
        versions[each.reference] = (*versions.get(each.reference, ()), each)
    return Catalogue(
        all_versions=dict(sorted(versions.items())),
        apprenticeships={each.reference: each for _, each in apprenticeships},
        centres=tuple(each for _, each in centres),
        warnings=tuple(problems),
    )


def _problem(file: str, message: str, key: str = "") -> CatalogueProblem:
    return CatalogueProblem(file=file, key=key, message=message)


def _files(
    folder: Path,
    kind: str,
    build: Callable[[DocumentPart], T],
    problems: list[CatalogueProblem],
) -> Iterator[tuple[str, T]]:
    """Read the YAML files of a folder; yield name and result of each file without errors.

    ``problems`` collects the faults. Files of worked cases are skipped.
    """
    for path in sorted((folder / kind).glob("*")):
        if path.suffix in ENDINGS and not path.name.endswith(CASES):
            found = Problems(file=f"{kind}/{path.name}")
            part = read_yaml(path, found)
            if part is not None:
                built = build(part)
                part.close()
                if not found.errors:
                    yield found.file, built
            problems += found.found


def _strays(folder: Path) -> Iterator[CatalogueProblem]:
    """Find YAML files outside the three folders, which nothing reads."""
    if not folder.is_dir():
        yield _problem(
            str(folder.resolve()),
            "is not a folder. Name the catalogue's folder: set "
            "LEARNER_MANAGEMENT_CATALOGUE, or give --catalogue.",
        )
    for path in sorted(folder.rglob("*")):
        place = path.relative_to(folder)
        if path.suffix in ENDINGS and str(place.parent) not in FOLDERS:
            yield _problem(
                str(place),
                f"belongs in one of the folders {', '.join(FOLDERS)}: nothing reads it here.",
            )


def _apprenticeship(part: DocumentPart) -> Apprenticeship:
    return Apprenticeship(
        reference=product_reference(part),
        title=part.text("title"),
        price=part.money("price"),
        registration=window(part.part("registration")),
        qualifications=part.texts("qualifications", optional=False),
    )


def _centre(part: DocumentPart) -> CentreEntry:
    number = part.text("number")
    if number and not (
        number.isascii() and number.isdigit() and len(number) == CENTRE_DIGITS
    ):
        part.fault("number", f"is {number!r}; give five digits in quotes.")
    return CentreEntry(
        number=number, name=part.text("name"), approvals=part.texts("approvals")
    )


def _versions(
    qualifications: list[tuple[str, Qualification]],
) -> Iterator[CatalogueProblem]:
    """Find repeated versions, and versions that do not start after the one before."""
    last: dict[str, Qualification] = {}
    for file, each in sorted(
        qualifications, key=lambda entry: (entry[1].version, entry[0])
    ):
        before = last.get(each.reference)
        if before is not None and before.version == each.version:
            yield _problem(
                file,
                f"{each.version} of {each.reference} is in another file too.",
                "version",
            )
        elif before is not None and before.from_ >= each.from_:
            yield _problem(
                file,
                f"is {each.from_}, but version {before.version} applies from {before.from_}: "
                "a higher version must apply from a later day.",
                "from",
            )
        last[each.reference] = each


def _bundles(
    qualifications: list[tuple[str, Qualification]],
    apprenticeships: list[tuple[str, Apprenticeship]],
) -> Iterator[CatalogueProblem]:
    known = {each.reference for _, each in qualifications}
    taken = set(known)
    for file, each in apprenticeships:
        if each.reference in taken:
            yield _problem(
                file, f"{each.reference} is another product's too.", "reference"
            )
        taken.add(each.reference)
        for place, reference in enumerate(each.qualifications):
            if reference not in known:
                yield _problem(
                    file,
                    f"{reference} is no qualification of this catalogue.",
                    f"qualifications[{place}]",
                )


def _approvals(
    qualifications: list[tuple[str, Qualification]],
    apprenticeships: list[tuple[str, Apprenticeship]],
    centres: list[tuple[str, CentreEntry]],
) -> Iterator[CatalogueProblem]:
    known = {each.reference for _, each in qualifications}
    known |= {each.reference for _, each in apprenticeships}
    numbers: set[str] = set()
    for file, each in centres:
        if each.number in numbers:
            yield _problem(file, f"{each.number} is another centre's too.", "number")
        numbers.add(each.number)
        for place, reference in enumerate(each.approvals):
            if reference not in known:
                yield _problem(
                    file,
                    f"{reference} is no product of this catalogue.",
                    f"approvals[{place}]",
                )
