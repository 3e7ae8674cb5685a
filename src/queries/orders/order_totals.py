"""Totals of orders in a list."""

from datetime import date
from decimal import Decimal

from aggregates.orders.offer import Terms, offers
from catalogue import Catalogue
from projections.orders.order_search import EntryCount, ListedOrder
from projections.orders.orders import OrderKind


def total_in_list(catalogue: Catalogue, row: ListedOrder, today: date) -> Decimal:
    """Return an order's confirmed total, or a draft's total at today's prices, in pounds.

    What cannot be ordered costs nothing.
    """
    if row.total is not None:
        return row.total
    if row.kind is OrderKind.ENTRIES:
        costs = [_price(catalogue, test) * test.entries for test in row.tests]
    else:
        known = offers(catalogue, row.products, Terms(approvals=None, today=today))
        costs = [known[p].price * n for p, n in row.products.items() if p in known]
    return sum(costs, Decimal("0.00"))


def _price(catalogue: Catalogue, test: EntryCount) -> Decimal:
    rules = catalogue.qualification(test.qualification, version=test.rules_version)
    units = (unit for unit in rules.testable_units if unit.reference == test.unit)
    return next((unit.price or Decimal(0) for unit in units), Decimal(0))
