"""The titles of products, units and pathways in today's catalogue."""

from aggregates.text import clean, words
from catalogue import Catalogue


def title_of(catalogue: Catalogue, reference: str | None) -> str | None:
    """Return the title of a product; None if it is not in the catalogue (any more)."""
    product = catalogue.products.get(reference) if reference else None
    return product.title if product else None


def unit_title(catalogue: Catalogue, qualification: str, unit: str) -> str | None:
    """Return the title of a unit, from the latest rules that have it."""
    if qualification not in catalogue.qualifications:
        return None
    versions = reversed(catalogue.versions(qualification))
    found = (each for version in versions for each in version.units)
    return next((each.title for each in found if each.reference == unit), None)


def pathway_title(
    catalogue: Catalogue, qualification: str, pathway: str | None
) -> str | None:
    """Return the title of a pathway, from the latest rules that have it."""
    if qualification not in catalogue.qualifications:
        return None
    versions = reversed(catalogue.versions(qualification))
    found = (each for version in versions for each in version.pathways)
    return next((each.title for each in found if each.code == pathway), None)


def pathway_titles(catalogue: Catalogue, qualification: str) -> dict[str, str]:
    """Return the title of each pathway of a qualification, by code."""
    versions = catalogue.versions(qualification)
    return {each.code: each.title for rules in versions for each in rules.pathways}


def unit_titles(catalogue: Catalogue, qualification: str) -> dict[str, str]:
    """Return the title of each unit of a qualification, by reference."""
    versions = catalogue.versions(qualification)
    return {each.reference: each.title for rules in versions for each in rules.units}


def products_titled(catalogue: Catalogue, text: str) -> list[str] | None:
    """Find products whose title has a word that begins with each given word."""
    filters = words(text)
    if not clean(text):
        return None
    return [
        reference
        for reference, product in catalogue.products.items()
        if (filters or clean(text) == product.title)
        and all(
            any(word.startswith(start) for word in words(product.title))
            for start in filters
        )
    ]
