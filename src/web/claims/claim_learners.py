"""Stage 3 of a claim: for whom, and how close each of them is (M4)."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import islice

from starlette.responses import Response

from aggregates.claims.award import earliest_award_date
from aggregates.claims.claimable import approved_for
from catalogue import amount, assess
from commands.claims.claim import BeginClaim, ChooseClaimLearners, rules_of
from commands.registrations.registration import approvals_of
from projections.claims.claimable_learners import (
    ClaimableLearner,
    ClaimableLearnerFilter,
    LearnerColumn,
    search_claimable_learners,
)
from projections.paging import Page
from queries.claims.claim_matrix import rule_progress
from queries.titles import pathway_title
from repositories.aggregate_types import REGISTRATION
from repositories.repository import load_many
from web.claims.claim_page import CLAIMS, OpenedClaim, open_claim
from web.http.context import PageContext
from web.http.downloads import every_row
from web.http.faults import CONFIRM_LOSS, REFUSED
from web.http.inputs import read_day
from web.http.lists import LISTED
from web.http.page_router import PageRouter

pages = PageRouter("claims")

FIELDS = ("learner", "given_name", "family_name", "date_of_birth", "uln")
MOST_AT_ONCE = 1_000
"""How many learners are chosen at once."""


@dataclass(frozen=True, kw_only=True)
class LearnerChoice:
    """A learner in the table; ``distance`` says what a Full award still wants."""

    row: ClaimableLearner
    pathway: str
    distance: str
    is_chosen: bool


@pages.get(CLAIMS + "/{claim}/learners")
def show_learners(context: PageContext, claim: str) -> Response:
    """Show who can be claimed for, those of the claim ticked."""
    return _learners_page(open_claim(context, claim))


@pages.post(CLAIMS + "/{claim}/learners")
def choose_learners(context: PageContext, claim: str) -> Response:
    """Choose who is ticked, or everybody found; who is not in the list stays."""
    opened = open_claim(context, claim)
    form = context.form
    ticked, seen = form.all("learners"), form.all("seen")
    stay = [w for w in _present(opened) if w not in seen or w in ticked]
    try:
        everybody = _everybody(opened) if form.text("do") == "all" else ()
        learners = tuple(dict.fromkeys((*stay, *ticked, *everybody)))
        done = context.send(
            ChooseClaimLearners(
                **opened.metadata,
                claim=claim,
                learners=learners,
                confirm_loss=bool(form.text(CONFIRM_LOSS)),
            )
        )
    except REFUSED as refused:
        return _learners_page(opened, refused)
    said = f"Learners saved: {amount(len(learners), 'learner')} chosen."
    return context.redirect(f"{opened.address}/grades", said=said, after=done)


def _present(opened: OpenedClaim) -> Sequence[str]:
    """Give those of the claim who were not withdrawn."""
    fixed, waiting = opened.claim.submitted_registrations, opened.claim.waiting
    return [who for who in opened.claim.learners if who in fixed or who in waiting]


def _everybody(opened: OpenedClaim) -> Sequence[str]:
    def next_rows(limit: int, cursor: str | None) -> Page[ClaimableLearner]:
        return _search(opened, limit, cursor)

    return [row.learner for row in islice(every_row(next_rows), MOST_AT_ONCE)]


def _search(
    opened: OpenedClaim, limit: int, cursor: str | None
) -> Page[ClaimableLearner]:
    context, claim = opened.context, opened.claim
    if claim.qualification is None:
        return Page(rows=())
    _, approvals = approvals_of(context.command_context, claim.centre)
    typed = {name: context.parameter(name) or "" for name in FIELDS}
    with context.rows() as connection:
        return search_claimable_learners(
            connection,
            approved=approved_for(
                context.service.catalogue, claim.qualification, approvals
            ),
            centre=claim.centre,
            qualification=claim.qualification,
            filters=ClaimableLearnerFilter(
                learner=typed["learner"],
                given_name=typed["given_name"],
                family_name=typed["family_name"],
                date_of_birth=read_day(typed["date_of_birth"], "date_of_birth"),
                uln=typed["uln"],
            ),
            sort=_sort(context),
            descending=(context.parameter("sort") or "").startswith("-"),
            limit=limit,
            cursor=cursor,
        )


def _sort(context: PageContext) -> LearnerColumn:
    asked = (context.parameter("sort") or "").removeprefix("-")
    return next((e for e in LearnerColumn if e == asked), LearnerColumn.LEARNER)


def _learners_page(opened: OpenedClaim, refused: Exception | None = None) -> Response:
    context = opened.context
    found = Page[ClaimableLearner](rows=())
    try:
        found = _search(opened, LISTED, context.parameter("after"))
    except REFUSED as error:
        refused = refused or error
    is_sent = context.request.method == "POST"
    ticked = {*context.form.all("learners")} if is_sent else {*_present(opened)}
    distances = _distances(opened, found.rows)
    asked = {name: context.parameter(name) or "" for name in FIELDS}
    return opened.page(
        "claims/learners.html",
        title="Learners",
        refused=refused,
        choices=[
            LearnerChoice(
                row=row,
                pathway=pathway_title(
                    context.service.catalogue,
                    opened.claim.qualification or "",
                    row.pathway,
                )
                or "",
                distance=distances.get(row.registration, ""),
                is_chosen=row.learner in ticked,
            )
            for row in found.rows
        ],
        fixed=opened.claim.submitted_registrations,
        asked=asked,
        is_narrowed=any(asked.values()),
        sort=context.parameter("sort") or "learner",
        may_begin=context.may(BeginClaim),
        earliest=earliest_award_date(context.today),
        send_to=context.address_with(),
        next_address=found.next_cursor
        and context.address_with(after=found.next_cursor),
    )


def _distances(
    opened: OpenedClaim, rows: Sequence[ClaimableLearner]
) -> Mapping[str, str]:
    """Say, by registration, how far each minimum is met that a Full award still lacks.

    Grades of this claim count, and of tests and earlier claims. Registrations that meet
    their rules are left out.
    """
    context, claim = opened.context.command_context, opened.claim
    registrations = load_many(
        REGISTRATION,
        [row.registration for row in rows],
        store=context.store,
        seen_by=claim.centre,
    )
    said = {}
    for name, (_, registration) in registrations.items():
        place = claim.learners.get(registration.learner)
        typed = place.award.grades if place else {}
        rules = rules_of(context, registration)
        grades = registration.grades_to_date(claim=claim.claim, typed=typed)
        own = assess(rules, grades, pathway=registration.pathway).pathways[0]
        if not own.is_met:
            lacking = (each for each in rule_progress(own) if each.have < each.need)
            said[name] = "; ".join(
                f"{each.have} of {amount(each.need, each.word)}" for each in lacking
            )
            said[name] = said[name] or "Rules of combination not met"
    return said
