"""The catalogue: every product an installation offers, and its centres."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from functools import cached_property
from typing import Literal

from catalogue.qualification import Qualification, Window
from catalogue.references import normalise_qn


class QualificationNotInCatalogue(KeyError):
    """The catalogue has no such product, or no such version of it."""

    def __init__(
        self, reference: str, version: int | None = None, hint: str = ""
    ) -> None:
        super().__init__(reference)
        self.reference = reference
        self.version = version
        self.hint = hint

    def __str__(self) -> str:
        what = self.reference
        if self.version is not None:
            what = f"version {self.version} of {what}"
        then = self.hint or "Check the reference and try again."
        return f"The catalogue has no {what}. {then}"


@dataclass(frozen=True, kw_only=True)
class CatalogueProblem:
    """One fault or warning about a key of a file.

    ``file`` is relative to the catalogue's folder. ``key`` is a path such as
    ``pathways[0].rules[2].groups``; it is empty for the whole file.
    """

    file: str
    key: str
    message: str
    severity: Literal["error", "warning"] = "error"

    def __str__(self) -> str:
        return f"{': '.join(part for part in (self.file, self.key) if part)}: {self.message}"


class InvalidCatalogue(ValueError):
    """The catalogue cannot be used; the error lists every problem found."""

    def __init__(self, problems: tuple[CatalogueProblem, ...]) -> None:
        super().__init__("\n".join(map(str, problems)))
        self.problems = problems


@dataclass(frozen=True, kw_only=True)
class Apprenticeship:
    """A framework: a bundle of qualifications ordered as one product (O7)."""

    reference: str
    title: str
    price: Decimal
    registration: Window
    qualifications: tuple[str, ...]


@dataclass(frozen=True, kw_only=True)
class CentreEntry:
    """A centre and the products it is approved for when first loaded."""

    number: str
    name: str
    approvals: tuple[str, ...]


@dataclass(frozen=True, kw_only=True)
class Catalogue:
    """All reference data. ``all_versions`` holds each qualification's versions, oldest first."""

    all_versions: Mapping[str, tuple[Qualification, ...]]
    apprenticeships: Mapping[str, Apprenticeship] = field(default_factory=dict)
    centres: tuple[CentreEntry, ...] = ()
    warnings: tuple[CatalogueProblem, ...] = ()

    @cached_property
    def qualifications(self) -> Mapping[str, Qualification]:
        """The latest version of each qualification, by reference."""
        return {reference: vs[-1] for reference, vs in self.all_versions.items()}

    @cached_property
    def products(self) -> Mapping[str, Qualification | Apprenticeship]:
        """Every qualification (latest version) and apprenticeship, by reference."""
        return {**self.qualifications, **self.apprenticeships}

    def reference_hint(self, text: str) -> str:
        """If the text is a qualification number, say which reference to use; else return ""."""
        number = normalise_qn(text)
        found = [
            q.reference for q in self.qualifications.values() if q.number == number
        ]
        if not found:
            return ""
        which = " or ".join(found)
        return f"{number} is the number of {which}: give {which} instead."

    def product(self, reference: str) -> Qualification | Apprenticeship:
        """Return a product. Raises QualificationNotInCatalogue."""
        if reference not in self.products:
            raise QualificationNotInCatalogue(reference)
        return self.products[reference]

    def versions(self, reference: str) -> tuple[Qualification, ...]:
        """Return the versions of a qualification, oldest first."""
        if reference not in self.all_versions:
            hint = self.reference_hint(reference)
            raise QualificationNotInCatalogue(reference, hint=hint)
        return self.all_versions[reference]

    def qualification(
        self, reference: str, *, on: date | None = None, version: int | None = None
    ) -> Qualification:
        """Return the given version, the version for registrations made ``on`` a day, or the latest.

        A day before the first version gets the first version. Raises
        QualificationNotInCatalogue.
        """
        versions = self.versions(reference)
        if version is not None:
            for each in versions:
                if each.version == version:
                    return each
            raise QualificationNotInCatalogue(reference, version)
        if on is None:
            return versions[-1]
        return max(
            (v for v in versions if v.from_ <= on),
            key=lambda v: v.from_,
            default=versions[0],
        )
