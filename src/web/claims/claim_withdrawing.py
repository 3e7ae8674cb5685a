"""Withdrawing a claim before its certificates are issued, whole or for one (M16)."""

from starlette.responses import Response

from aggregates.claims.claim_status import ClaimStatus
from catalogue import amount
from commands.claims.claim_submission import WithdrawClaim
from web.claims.claim_page import CLAIMS, OpenedClaim, open_claim
from web.http.context import PageContext
from web.http.faults import REFUSED
from web.http.page_router import PageRouter

pages = PageRouter("claims")


@pages.get(CLAIMS + "/{claim}/withdraw")
def show_withdrawing(context: PageContext, claim: str) -> Response:
    """Show who is submitted, and ask for whom the claim is withdrawn and why."""
    return _withdrawing_page(open_claim(context, claim))


@pages.post(CLAIMS + "/{claim}/withdraw")
def withdraw_claim(context: PageContext, claim: str) -> Response:
    """Withdraw it for one learner, or for everybody who is submitted."""
    opened, form = open_claim(context, claim), context.form
    learner = form.text("learner") or None
    count = 1 if learner else len(opened.with_status(ClaimStatus.SUBMITTED))
    try:
        done = context.send(
            WithdrawClaim(
                **opened.metadata,
                claim=claim,
                reason=form.text("reason"),
                learner=learner,
            )
        )
    except REFUSED as refused:
        return _withdrawing_page(opened, refused)
    said = f"Claim {claim} is withdrawn for {amount(count, 'learner')}."
    return context.redirect(opened.address, said=said, after=done)


def _withdrawing_page(
    opened: OpenedClaim, refused: Exception | None = None
) -> Response:
    context = opened.context
    submitted = opened.with_status(ClaimStatus.SUBMITTED)
    return opened.page(
        "claims/withdraw.html",
        title="Withdraw this claim",
        refused=refused,
        submitted=[(e.learner.learner, e.learner.full_name) for e in submitted],
        processed=opened.with_status(ClaimStatus.PROCESSED),
        chosen=context.form.text("learner"),
        reason=context.form.text("reason"),
        forbidden=context.forbidden_sentence(WithdrawClaim),
    )
