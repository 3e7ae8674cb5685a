"""Offers: each product with its price and rules on a day, or why it cannot be ordered."""

from collections.abc import Callable, Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import date
from decimal import Decimal
from typing import TypeAlias

from catalogue import Apprenticeship, Catalogue, Qualification

Product: TypeAlias = Qualification | Apprenticeship


@dataclass(frozen=True, kw_only=True)
class Offer:
    """A product on a day: its price, rules and pathways, or why it cannot be ordered.

    ``pathways`` are titles by code, in catalogue order. ``why_not`` are sentences, none if
    it can be ordered. Prices are in pounds. ``parts`` are the qualifications of an
    apprenticeship; they cost nothing beside its own price (O7).
    """

    product: str
    title: str
    price: Decimal
    rules_version: int
    pathways: Mapping[str, str]
    why_not: tuple[str, ...] = ()
    parts: tuple["Offer", ...] = ()

    @property
    def registrations(self) -> int:
        """The number of registrations that the product makes for each learner (O7)."""
        return 1 + len(self.parts)

    def pathway(self, chosen: str | None) -> str | None:
        """Return the chosen pathway, or the only one there is (O1).

        None if a choice is still needed, or if the chosen pathway is not, or no longer, the
        product's.
        """
        if chosen is None and len(self.pathways) == 1:
            return next(iter(self.pathways))
        return chosen if chosen in self.pathways else None


@dataclass(frozen=True, kw_only=True)
class Terms:
    """The day, and the approvals of the ordering centre (None: every product is approved)."""

    approvals: Collection[str] | None
    today: date


def not_approved(product: Product, terms: Terms) -> str | None:
    if terms.approvals is None or product.reference in terms.approvals:
        return None
    return (
        f"Your centre is not approved for {product.title}. Ask an Account Specialist"
        " for approval."
    )


def not_open_yet(product: Product, terms: Terms) -> str | None:
    opens = product.registration.opens
    if opens <= terms.today:
        return None
    return f"Registration for {product.title} opens on {in_words(opens)}."


def already_closed(product: Product, terms: Terms) -> str | None:
    closes = product.registration.closes
    if terms.today <= closes:
        return None
    return (
        f"Registration for {product.title} closed on {in_words(closes)}. Choose"
        " another product."
    )


OFFER_RULES: tuple[Callable[[Product, Terms], str | None], ...] = (
    not_approved,
    not_open_yet,
    already_closed,
)
"""The reasons why a product cannot be ordered (O2), each a sentence or None."""


def offer(product: Product, terms: Terms, parts: Iterable[Qualification] = ()) -> Offer:
    """Make the offer of a product: its price, or why it cannot be ordered (O2).

    An apprenticeship has its own approval and registration dates; those of its
    qualifications, ``parts``, do not count (O7).
    """
    qualification = product if isinstance(product, Qualification) else None
    pathways = qualification.pathways if qualification else ()
    return Offer(
        product=product.reference,
        title=product.title,
        price=product.price,
        rules_version=qualification.version if qualification else 0,
        pathways={pathway.code: pathway.title for pathway in pathways},
        why_not=tuple(why for rule in OFFER_RULES if (why := rule(product, terms))),
        parts=tuple(
            replace(offer(part, terms), price=Decimal("0.00"), why_not=())
            for part in parts
        ),
    )


def qualifications_of(
    catalogue: Catalogue, product: Product, day: date
) -> Iterator[Qualification]:
    """Yield the qualifications of an apprenticeship, by the rules of the day (O7)."""
    if not isinstance(product, Qualification):
        for reference in product.qualifications:
            yield catalogue.qualification(reference, on=day)


def products_on(catalogue: Catalogue, day: date) -> Iterator[Product]:
    """Yield every product with the rules and price of the day."""
    for reference in catalogue.qualifications:
        yield catalogue.qualification(reference, on=day)
    yield from catalogue.apprenticeships.values()


def product_on(catalogue: Catalogue, reference: str, day: date) -> Product | None:
    """Return a product with the rules and price of the day; None if there is none."""
    if reference in catalogue.qualifications:
        return catalogue.qualification(reference, on=day)
    return catalogue.apprenticeships.get(reference)


def offers(
    catalogue: Catalogue, references: Iterable[str], terms: Terms
) -> dict[str, Offer]:
    """Make the offers of these products; unknown ones are left out."""
    found = {r: product_on(catalogue, r, terms.today) for r in references}
    return {
        r: offer(product, terms, qualifications_of(catalogue, product, terms.today))
        for r, product in found.items()
        if product
    }


def in_words(day: date) -> str:
    """Write a date as 31 August 2027."""
    return f"{day.day} {day:%B %Y}"
