"""Policies that process submitted claims after a delay, and retry undecided ones."""

from dataclasses import replace
from datetime import datetime, timedelta

import structlog

from access.policy import send
from aggregates.errors import Refusal
from commands.claims.claim_submission import JudgeClaimAgain, ProcessClaim
from commands.command import CommandContext
from policies.policy import Policy
from projections.claims import claims, ineligible_learners
from projections.read_models import ReadModels

logger = structlog.get_logger()

PROCESSING_DELAY = timedelta(minutes=15)
"""For how long a submitted claim can still be withdrawn (d)."""

AT_A_TIME = 100
"""The most claims processed in one turn; the others get the next."""


AGAIN_AT_A_TIME = 5
"""The most claims judged again in one turn, since each may take long."""


def _judge_again(
    now: datetime, context: CommandContext, read_models: ReadModels
) -> None:
    """Assess again the learners who were not decided in time (M10)."""
    with read_models.connection() as connection:
        due = ineligible_learners.list_claims_to_retry(
            connection, now=now, limit=AGAIN_AT_A_TIME
        )
    for claim in due:
        # The claim's stream says who still waits, so a repeat does nothing.
        by = replace(JUDGE_CLAIMS_AGAIN.actor_for(claim), once=None)
        logger.warning("eligibility was not decided in time: tried again", claim=claim)
        try:
            send(JudgeClaimAgain(by=by, at=now, claim=claim), context)
        except Refusal as refusal:
            logger.error(  # noqa: TRY400 - an answer, not a fault: no trace
                "policy refused",
                policy=JUDGE_CLAIMS_AGAIN.name,
                claim=claim,
                refusal=str(refusal),
            )


JUDGE_CLAIMS_AGAIN = Policy(name="judge-claims-again", tick=_judge_again)


def claim_processing(delay: timedelta = PROCESSING_DELAY) -> Policy:
    """Make the policy that processes claims ``delay`` after they were submitted."""

    def tick(now: datetime, context: CommandContext, read_models: ReadModels) -> None:
        submitted_by = now - delay
        with read_models.connection() as connection:
            due = claims.list_claims_to_process(
                connection, submitted_by=submitted_by, limit=AT_A_TIME
            )
        failures: list[Exception] = []
        for claim in due:
            try:
                _process(claim, submitted_by, now, context)
            except Exception as error:  # noqa: BLE001 - raised when others had their turn
                failures.append(error)
        if failures:
            raise ExceptionGroup("Some claims could not be processed.", failures)

    def _process(
        claim: str, submitted_by: datetime, now: datetime, context: CommandContext
    ) -> None:
        # The claim's stream says who is processed, so a repeat does nothing.
        by = replace(policy.actor_for(claim), once=None)
        send(
            ProcessClaim(by=by, at=now, claim=claim, submitted_by=submitted_by), context
        )

    policy = Policy(name="process-claims", tick=tick)
    return policy
