"""The catalogue: products, their units, their rules as sentences, and a tester (O2, M10)."""

from operator import attrgetter
from typing import Any

from starlette.responses import Response

from aggregates.errors import NotFound
from aggregates.orders.offer import product_on, products_on, qualifications_of
from aggregates.orders.product_search import is_found_by
from catalogue import Qualification, answer
from queries.titles import unit_titles
from web.http.context import PageContext
from web.http.page_router import PageRouter

pages = PageRouter("catalogue")

CATALOGUE = "/catalogue"


@pages.get(CATALOGUE)
def list_products(context: PageContext) -> Response:
    """Show the products, by title; those that a search finds."""
    sought = context.parameter("q") or ""
    found = [
        each
        for each in products_on(context.service.catalogue, context.today)
        if is_found_by(each, sought)
    ]
    return context.page(
        "catalogue/list.html",
        title="Catalogue",
        sought=sought,
        today=context.today,
        products=[
            (each, isinstance(each, Qualification))
            for each in sorted(found, key=attrgetter("title", "reference"))
        ],
    )


@pages.get(CATALOGUE + "/{product}")
def show_product(context: PageContext, product: str) -> Response:
    """Show a product; with ``unit`` for each ticked unit, what those would earn."""
    catalogue = context.service.catalogue
    found = product_on(catalogue, product, context.today)
    if found is None:
        raise NotFound(what="product", name=product)
    ticked = context.request.query_params.getlist("unit")
    verdict, titles = None, {}
    if isinstance(found, Qualification):
        titles = unit_titles(catalogue, found.reference)
        verdict = judge_ticked(context, found, ticked)
    if context.wants_part:
        return context.part("catalogue/_verdict.html", verdict=verdict, titles=titles)
    return context.page(
        "catalogue/product.html",
        title=found.title,
        crumbs=[("Catalogue", CATALOGUE)],
        product=found,
        parts=[*qualifications_of(catalogue, found, context.today)],
        is_qualification=isinstance(found, Qualification),
        ticked=ticked,
        verdict=verdict,
        titles=titles,
    )


def judge_ticked(
    context: PageContext, qualification: Qualification, ticked: list[str]
) -> dict[str, Any]:
    """Judge by today's rules the lowest grade that achieves each unit that is ticked."""
    known = [each for each in qualification.units if each.reference in ticked]
    grades = {unit.reference: unit.lowest for unit in known}
    question = {"qualification": qualification.reference, "grades": grades}
    judged = answer(context.service.catalogue, question, on=context.today)
    names = {each.code: each.title for each in qualification.pathways}
    return {
        **judged,
        "names": names,
        "number": len(known),
        "credits": sum(unit.credits for unit in known),
    }
