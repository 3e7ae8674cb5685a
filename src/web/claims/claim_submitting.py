"""Submitting a claim: who is eligible, what each gets, and what came of it (M10)."""

from collections.abc import Iterator

from starlette.responses import Response

from aggregates.claims.claim_status import ClaimStatus
from aggregates.errors import RuleBroken, raise_all
from aggregates.registrations.registration_state import COMPLETING
from commands.claims.claim import DeleteClaim
from commands.claims.claim_submission import SubmitClaim
from web.claims.claim_page import CLAIMS, OpenedClaim, open_claim
from web.http.context import PageContext
from web.http.faults import REFUSED
from web.http.page_router import PageRouter

pages = PageRouter("claims")

CERTIFICATES = {
    "Full": "Certificate",
    "Interim": "Notification of performance",
    "Fallback": "Unit certificate",
}
"""What is issued for each award type (M7 to M9)."""


class NoLongerEligible(RuleBroken):
    code = "no-longer-eligible"
    message = (
        "{name} was eligible when you opened this page and is not any more: {why} Nothing"
        " was submitted. Look again, then submit."
    )


class EligibleMeanwhile(RuleBroken):
    code = "eligible-meanwhile"
    message = (
        "{name} was not eligible when you opened this page and is now. Nothing was"
        " submitted. Look again, then submit."
    )


@pages.get(CLAIMS + "/{claim}/submit")
def show_submission(context: PageContext, claim: str) -> Response:
    """Show who would be submitted, and who would be kept back and why."""
    return _submission_page(open_claim(context, claim))


@pages.post(CLAIMS + "/{claim}/submit")
def submit_claim(context: PageContext, claim: str) -> Response:
    """Submit those who were shown as eligible; sent twice, once."""
    opened = open_claim(context, claim)
    try:
        metadata = opened.metadata
        if metadata["expect"] == opened.stream.version:
            raise_all(_changes_since_shown(opened))
        done = context.send(SubmitClaim(**metadata, claim=claim))
    except REFUSED as refused:
        return _submission_page(open_claim(context, claim), refused)
    return context.redirect(f"{opened.address}/done", after=done)


def _changes_since_shown(opened: OpenedClaim) -> Iterator[RuleBroken]:
    """Say whose eligibility changed although the claim did not: by rules or by others."""
    shown = opened.context.form.all("eligible")
    for each in opened.waiting:
        name, is_shown = each.learner.full_name, each.learner.learner in shown
        if each.withheld_award and is_shown:
            why = each.withheld_award.reasons[0].message
            yield NoLongerEligible(name=name, why=why)
        elif each.granted_award and not is_shown:
            yield EligibleMeanwhile(name=name)


def _submission_page(opened: OpenedClaim, refused: Exception | None = None) -> Response:
    return opened.page(
        "claims/submit.html",
        title="Check and submit",
        refused=refused,
        kept_back=[each for each in opened.waiting if not each.granted_award],
        certificates=CERTIFICATES,
        closing=[e for e in opened.eligible if e.place.award.award_type in COMPLETING],
        may_submit=opened.context.may(SubmitClaim),
        latest=opened.stream.version,
    )


@pages.get(CLAIMS + "/{claim}/done")
def show_submitted(context: PageContext, claim: str) -> Response:
    """Show what came of submitting."""
    opened = open_claim(context, claim)
    submitted = opened.with_status(ClaimStatus.SUBMITTED, ClaimStatus.PROCESSED)
    return opened.page(
        "claims/done.html",
        title="Claim submitted" if submitted else "Nobody is submitted yet",
        submitted=submitted,
        kept_back=opened.with_status(ClaimStatus.UNSUBMITTED),
        certificates=CERTIFICATES,
    )


@pages.get(CLAIMS + "/{claim}/delete")
def show_deleting(context: PageContext, claim: str) -> Response:
    """Ask before a draft is thrown away."""
    return _deleting_page(open_claim(context, claim))


@pages.post(CLAIMS + "/{claim}/delete")
def delete_claim(context: PageContext, claim: str) -> Response:
    """Throw a claim away in which nobody was submitted."""
    opened = open_claim(context, claim)
    try:
        done = context.send(DeleteClaim(**opened.metadata, claim=claim))
    except REFUSED as refused:
        return _deleting_page(opened, refused)
    return context.redirect(CLAIMS, said=f"Draft claim {claim} deleted.", after=done)


def _deleting_page(opened: OpenedClaim, refused: Exception | None = None) -> Response:
    return opened.page(
        "claims/delete.html",
        title="Delete this draft claim",
        refused=refused,
        may_delete=opened.context.may(DeleteClaim),
    )
