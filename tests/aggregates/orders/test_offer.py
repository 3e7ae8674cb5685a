"""What a centre can order on a day, and why not (O2)."""

from dataclasses import replace
from datetime import date, timedelta
from decimal import Decimal

import pytest

from aggregates.orders.offer import Terms, offer, offers, product_on, products_on
from catalogue import Apprenticeship, Catalogue, Window
from tests.claim_examples import OTHER_REFERENCE, OTHER_RULES, REFERENCE, RULES

OPENS, CLOSES = RULES.registration.opens, RULES.registration.closes
A_DAY = timedelta(days=1)
APPRENTICESHIP = Apprenticeship(
    reference="Q-0009000001",
    title="Intermediate Apprenticeship in Team Leading",
    price=Decimal("140.00"),
    registration=Window(opens=OPENS, closes=CLOSES),
    qualifications=(REFERENCE, OTHER_REFERENCE),
)


def approved(today: date) -> Terms:
    return Terms(approvals={REFERENCE}, today=today)


@pytest.mark.parametrize("today", [OPENS, OPENS + A_DAY, CLOSES - A_DAY, CLOSES])
def test_a_product_can_be_ordered_within_its_registration_dates(today: date) -> None:
    """O2: both the first and the last day are days for it."""
    offered = offer(RULES, approved(today))
    assert offered.why_not == ()
    assert (offered.price, offered.rules_version) == (Decimal("98.00"), 1)
    assert offered.pathways == {"MAIN": "Diploma", "SHORT": "Short"}


@pytest.mark.parametrize(
    ("today", "why"),
    [
        (OPENS - A_DAY, "opens on 1 September 2014."),
        (CLOSES + A_DAY, "closed on 31 August 2030. Choose another product."),
    ],
)
def test_a_product_cannot_be_ordered_outside_its_registration_dates(
    today: date, why: str
) -> None:
    """O2."""
    (sentence,) = offer(RULES, approved(today)).why_not
    assert sentence == f"Registration for {RULES.title} {why}"


def test_a_product_that_the_centre_is_not_approved_for_says_so() -> None:
    """O2."""
    (why,) = offer(RULES, Terms(approvals=(), today=OPENS)).why_not
    assert "not approved for Level 2 Diploma in Team Leading" in why
    assert offer(RULES, Terms(approvals=None, today=OPENS)).why_not == ()


def test_every_reason_against_a_product_is_given_at_once() -> None:
    """O2."""
    assert len(offer(RULES, Terms(approvals=(), today=CLOSES + A_DAY)).why_not) == 2


def test_an_apprenticeship_is_offered_with_its_qualifications_at_its_own_price() -> (
    None
):
    """O2, O7: by its own approval and dates, and each by the rules of the day."""
    second = replace(RULES, version=2, from_=CLOSES)
    closed = Window(opens=CLOSES + A_DAY, closes=CLOSES + A_DAY)
    other = replace(OTHER_RULES, registration=closed)
    goods = Catalogue(
        all_versions={REFERENCE: (RULES, second), OTHER_REFERENCE: (other,)},
        apprenticeships={APPRENTICESHIP.reference: APPRENTICESHIP},
    )
    terms = Terms(approvals={APPRENTICESHIP.reference}, today=CLOSES)
    (offered,) = offers(goods, [APPRENTICESHIP.reference], terms).values()
    assert (offered.why_not, offered.pathways) == ((), {})
    assert (offered.price, offered.registrations) == (Decimal("140.00"), 3)
    assert [
        (part.product, part.price, part.rules_version, list(part.pathways))
        for part in offered.parts
    ] == [
        (REFERENCE, Decimal(0), 2, ["MAIN", "SHORT"]),
        (OTHER_REFERENCE, Decimal(0), 1, ["MAIN", "SHORT"]),
    ]


@pytest.mark.parametrize(
    ("approved_for", "today", "why"),
    [
        (APPRENTICESHIP.qualifications, CLOSES, "not approved for Intermediate"),
        ((APPRENTICESHIP.reference,), CLOSES + A_DAY, "closed on 31 August 2030"),
        ((APPRENTICESHIP.reference,), OPENS - A_DAY, "opens on 1 September 2014"),
    ],
)
def test_an_apprenticeship_is_not_offered_without_its_own_approval_and_dates(
    approved_for: tuple[str, ...], today: date, why: str
) -> None:
    """O2, O7."""
    terms = Terms(approvals=approved_for, today=today)
    (sentence,) = offer(APPRENTICESHIP, terms).why_not
    assert why in sentence


def test_a_product_is_offered_by_the_rules_and_at_the_price_of_the_day() -> None:
    """O5: the rules of the day of registration apply."""
    from_ = date(2026, 11, 24)
    second = replace(RULES, version=2, from_=from_)
    goods = Catalogue(
        all_versions={REFERENCE: (RULES, second)},
        apprenticeships={APPRENTICESHIP.reference: APPRENTICESHIP},
    )
    versions = {
        day: offers(goods, [REFERENCE, "Q-0000000000"], approved(day))
        for day in (from_ - A_DAY, from_)
    }
    assert [list(each) for each in versions.values()] == [[REFERENCE], [REFERENCE]]
    assert [each[REFERENCE].rules_version for each in versions.values()] == [1, 2]
    assert list(products_on(goods, from_)) == [second, APPRENTICESHIP]
    assert product_on(goods, APPRENTICESHIP.reference, from_) is APPRENTICESHIP
    assert product_on(goods, "Q-0000000000", from_) is None
