"""Why learners of a claim are not eligible, unit by unit, and the ways to fix it (I4)."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import islice

from starlette.responses import Response

from aggregates.errors import NotFound
from catalogue import AwardType, amount
from commands.claims.claim import ChooseClaimUnits, SaveClaimGrades
from events.claims.claim import Withheld
from queries.claims.claim_matrix import ClaimMatrix, LearnerInMatrix, claim_matrix
from web.claims.claim_page import CLAIMS, OpenedClaim, open_claim
from web.claims.grade_grid import code_of
from web.http.context import PageContext
from web.http.faults import REFUSED
from web.http.page_router import PageRouter

pages = PageRouter("claims")

MOST_WAYS = 3
MOST_CARDS = 20
"""How many learners are shown with ways to fix: to find those takes time."""


@dataclass(frozen=True, kw_only=True)
class FixingWay:
    """Units that would make a learner eligible, in words; ``tests`` are to be booked."""

    text: str
    units: tuple[str, ...]
    tests: tuple[str, ...]


@dataclass(frozen=True, kw_only=True)
class FixingCard:
    """A learner who is not eligible, why, and what would fix it."""

    found: LearnerInMatrix
    reasons: tuple[str, ...]
    ways: Sequence[FixingWay]
    request: str
    """What to ask an Account Specialist for; empty if no other pathway fits."""


@pages.get(CLAIMS + "/{claim}/ineligible")
def show_matrix(context: PageContext, claim: str) -> Response:
    """Show the learners who wait by units, and for each who is short what would fix it."""
    return _matrix_page(open_claim(context, claim))


@pages.post(CLAIMS + "/{claim}/ineligible/{learner}/units")
def add_units(context: PageContext, claim: str, learner: str) -> Response:
    """Add the units of a way to fix to the claim, and go on to the learner's grades."""
    opened = _opened_for(context, claim, learner)
    wanted = context.form.all("units")
    units = tuple(dict.fromkeys((*opened.claim.units, *wanted)))
    try:
        done = context.send(
            ChooseClaimUnits(**opened.metadata, claim=claim, units=units)
        )
    except REFUSED as refused:
        return _matrix_page(opened, refused)
    said = f"Give the grades of {amount(len(wanted), 'unit')}: {', '.join(wanted)}."
    return context.redirect(
        f"{opened.address}/grades?learner={learner}",
        said=said,
        after=done,
        is_done=False,
    )


@pages.post(CLAIMS + "/{claim}/ineligible/{learner}/interim")
def change_to_interim(context: PageContext, claim: str, learner: str) -> Response:
    """Claim an Interim award instead; award date and grades stay."""
    opened = _opened_for(context, claim, learner)
    award = opened.claim.learners[learner].award
    interim = replace(
        award,
        award_type=AwardType.INTERIM,
        award_date=award.award_date or context.today,
    )
    try:
        done = context.send(
            SaveClaimGrades(**opened.metadata, claim=claim, awards={learner: interim})
        )
    except REFUSED as refused:
        return _matrix_page(opened, refused)
    return context.redirect(
        f"{opened.address}/submit", said="Changed to an Interim award.", after=done
    )


def _opened_for(context: PageContext, claim: str, learner: str) -> OpenedClaim:
    """Open a claim in which a learner waits. Raises NotFound of others."""
    opened = open_claim(context, claim)
    if learner not in opened.claim.waiting:
        raise NotFound(what="learner who waits", name=f"{learner} in {claim}")
    return opened


def _matrix_page(opened: OpenedClaim, refused: Exception | None = None) -> Response:
    context = opened.context
    matrix = claim_matrix(context.command_context, opened.claim, context.today)
    short = [each for each in matrix.learners if not each.is_eligible]
    all_of_them = amount(len(opened.claim.learners), "learner")
    title = f"{len(short)} of {all_of_them} {'is' if len(short) == 1 else 'are'} not eligible yet"
    return opened.page(
        "claims/matrix.html",
        title=title if short else "Everyone is eligible",
        refused=refused,
        matrix=matrix,
        units=[(unit, code_of(unit)) for unit in matrix.units],
        cards=[*_cards(matrix)],
        more=max(0, len(short) - MOST_CARDS),
    )


def _cards(matrix: ClaimMatrix) -> Iterator[FixingCard]:
    short = (each for each in matrix.learners if not each.is_eligible)
    for each in islice(short, MOST_CARDS):
        verdict = each.verdict
        reasons = verdict.reasons if isinstance(verdict, Withheld) else ()
        ways = () if each.pathway.is_met else each.pathway.ways_to_fix[:MOST_WAYS]
        yield FixingCard(
            found=each,
            reasons=tuple(dict.fromkeys(why.message for why in reasons)),
            ways=[_way(each, way) for way in ways],
            request=_request(each),
        )


def _way(found: LearnerInMatrix, way: Sequence[str]) -> FixingWay:
    units = [found.rules.unit(each) for each in way]
    named = [f"{code_of(u)} {u.title} ({amount(u.credits, 'credit')})" for u in units]
    return FixingWay(
        text=" and ".join(named),
        units=tuple(u.reference for u in units if u.is_internal),
        tests=tuple(u.title for u in units if not u.is_internal),
    )


def _request(found: LearnerInMatrix) -> str:
    """Write what to ask for where the grades meet another pathway (M11)."""
    if not found.fitting:
        return ""
    fits = found.fitting[0]
    return (
        f"Please change the pathway of registration {found.registration} from"
        f" {found.pathway.title} ({found.pathway.code}) to {fits.title} ({fits.code})."
        f" The grades of {found.learner.full_name} ({found.learner.learner}) meet its"
        " rules."
    )
