"""Stages 1 and 2 of a claim: what to claim for, and which of its units (M2, M3)."""

from collections.abc import Sequence
from typing import Any

from starlette.responses import Response

from aggregates.claims.claimable import OfferedUnit, offered_units
from aggregates.orders.product_search import is_found_by
from catalogue import amount
from commands.claims.claim import (
    BeginClaim,
    ChooseClaimQualification,
    ChooseClaimUnits,
)
from queries.claims.claimable import ClaimableDetails, claimable_details
from repositories.aggregate_types import LEARNER
from web.claims.claim_page import CLAIMS, OpenedClaim, open_claim
from web.http.context import PageContext
from web.http.faults import CONFIRM_LOSS, REFUSED
from web.http.page_router import PageRouter

pages = PageRouter("claims")

MOST_EXPLAINED = 5
"""How many qualifications the reason finder explains at once."""
SORTS = {
    "title": "Title",
    "credits": "Credits",
    "level": "Level",
    "reference": "Reference",
}


@pages.get(CLAIMS + "/new")
def show_new(context: PageContext) -> Response:
    """Show what can be claimed for, before there is a claim."""
    return _new_page(context)


@pages.post(CLAIMS + "/new")
def begin_claim(context: PageContext) -> Response:
    """Begin a claim for a qualification, and go on to its units.

    Come to from a learner's page, it begins with that learner.
    """
    learner = context.form.text("learner")
    try:
        done = context.send(
            BeginClaim(
                **context.command_metadata(),
                qualification=context.form.text("qualification"),
                learners=(learner,) if learner else None,
            )
        )
    except REFUSED as refused:
        return _new_page(context, refused)
    return context.redirect(f"{CLAIMS}/{done.created_id}/units", after=done)


def _new_page(context: PageContext, refused: Exception | None = None) -> Response:
    asked = context.form if context.form.values else None
    learner, chosen = (
        asked.text(name) if asked else context.parameter(name) or ""
        for name in ("learner", "qualification")
    )
    person = context.load(LEARNER, learner)[1] if learner else None
    return context.page(
        "claims/qualification.html",
        title="Start a claim",
        crumbs=[("Claims", CLAIMS)],
        refused=refused,
        opened=None,
        address=f"{CLAIMS}/new",
        chosen=chosen,
        learner=person,
        may_change=context.may(BeginClaim),
        **_qualifications(context, context.centre),
    )


@pages.get(CLAIMS + "/{claim}/qualification")
def show_qualification(context: PageContext, claim: str) -> Response:
    """Show what can be claimed for, with what is chosen."""
    return _qualification_page(open_claim(context, claim))


@pages.post(CLAIMS + "/{claim}/qualification")
def choose_qualification(context: PageContext, claim: str) -> Response:
    """Claim for another qualification; units and learners that do not fit it go."""
    opened = open_claim(context, claim)
    try:
        done = context.send(
            ChooseClaimQualification(
                **opened.metadata,
                claim=claim,
                qualification=context.form.text("qualification"),
                confirm_loss=bool(context.form.text(CONFIRM_LOSS)),
            )
        )
    except REFUSED as refused:
        return _qualification_page(opened, refused)
    return context.redirect(
        f"{opened.address}/units", said="Qualification saved.", after=done
    )


def _qualification_page(
    opened: OpenedClaim, refused: Exception | None = None
) -> Response:
    typed = opened.context.form.text("qualification")
    return opened.page(
        "claims/qualification.html",
        title="Qualification",
        refused=refused,
        address=f"{opened.address}/qualification",
        chosen=typed or opened.claim.qualification,
        **_qualifications(opened.context, opened.claim.centre),
    )


def _qualifications(context: PageContext, centre: str | None) -> dict[str, Any]:
    """Give the qualifications that match, and why those asked about are missing."""
    asked = {n: context.parameter(n) or "" for n in ("search", "suite", "why")}
    every: list[ClaimableDetails] = []
    if centre is not None:
        with context.rows() as connection:
            every = claimable_details(
                context.command_context, connection, centre=centre, today=context.today
            )
    claimable = [each for each in every if each.is_claimable]
    why = asked["why"]
    explained = [
        each
        for each in every
        if why and (each.is_called(why) or is_found_by(each.qualification, why))
    ]
    suites = sorted({each.qualification.suite for each in claimable})
    return {
        "asked": asked,
        "suites": [(each, each) for each in suites],
        "found": [
            each
            for each in claimable
            if is_found_by(each.qualification, asked["search"])
            and asked["suite"] in {"", each.qualification.suite}
        ],
        "explained": explained[:MOST_EXPLAINED],
    }


@pages.get(CLAIMS + "/{claim}/units")
def show_units(context: PageContext, claim: str) -> Response:
    """Show the units, those of the claim ticked."""
    return _units_page(open_claim(context, claim))


@pages.post(CLAIMS + "/{claim}/units")
def choose_units(context: PageContext, claim: str) -> Response:
    """Choose what is ticked; what a search left out stays as it was."""
    opened = open_claim(context, claim)
    ticked, seen = context.form.all("units"), context.form.all("seen")
    stay = [each for each in opened.claim.units if each not in seen or each in ticked]
    units = tuple(dict.fromkeys((*stay, *ticked)))
    try:
        done = context.send(
            ChooseClaimUnits(
                **opened.metadata,
                claim=claim,
                units=units,
                confirm_loss=bool(context.form.text(CONFIRM_LOSS)),
            )
        )
    except REFUSED as refused:
        return _units_page(opened, refused)
    following = "grades" if opened.claim.learners else "learners"
    said = f"Units saved: {amount(len(units), 'unit')} chosen."
    return context.redirect(f"{opened.address}/{following}", said=said, after=done)


def _units_page(opened: OpenedClaim, refused: Exception | None = None) -> Response:
    context, claim = opened.context, opened.claim
    catalogue = context.service.catalogue
    reference = claim.qualification
    is_sent = context.request.method == "POST"
    rules = catalogue.qualifications.get(reference) if reference else None
    every = offered_units(catalogue, reference) if reference else ()
    asked = {n: context.parameter(n) or "" for n in ("search", "group", "sort")}
    groups = sorted({each.unit.group for each in every})
    return opened.page(
        "claims/units.html",
        title="Units",
        refused=refused,
        rules=[(p.title, p.sentences) for p in rules.pathways] if rules else (),
        units=_units_that_match(every, asked),
        groups=[(each, f"Group {each}") for each in groups],
        sorts=[*SORTS.items()],
        asked=asked,
        ticked={*context.form.all("units")} if is_sent else {*claim.units},
        send_to=context.address_with(),
    )


def _units_that_match(
    every: Sequence[OfferedUnit], asked: dict[str, str]
) -> Sequence[OfferedUnit]:
    sought = asked["search"].casefold()
    found = [
        each
        for each in every
        if asked["group"] in {"", each.unit.group}
        and sought in f"{each.unit.title} {each.unit.reference}".casefold()
    ]
    if asked["sort"] in SORTS:
        found.sort(key=lambda each: getattr(each.unit, asked["sort"]))
    return found
