"""Submitted claims are processed after a while: certificates are issued (M13)."""

from dataclasses import replace
from datetime import datetime, timedelta

from access.policy import send
from commands.claim_submission import ProcessClaim
from commands.command import Desk
from policies.policy import Policy
from projections import claims
from projections.read_models import ReadModels

PROCESSING_DELAY = timedelta(minutes=15)
"""How long a submitted claim can still be withdrawn (d)."""

AT_A_TIME = 100
"""How many claims are processed in one turn; the others have the next."""


def process_claims(delay: timedelta = PROCESSING_DELAY) -> Policy:
    """Make the policy that processes claims so long after they were submitted."""

    def tick(now: datetime, desk: Desk, read_models: ReadModels) -> None:
        submitted_by = now - delay
        with read_models.connection() as connection:
            due = claims.due(connection, submitted_by=submitted_by, limit=AT_A_TIME)
        failures: list[Exception] = []
        for claim in due:
            try:
                _process(claim, submitted_by, now, desk)
            except Exception as error:  # noqa: BLE001 - raised when others had their turn
                failures.append(error)
        if failures:
            raise ExceptionGroup("Some claims could not be processed.", failures)

    def _process(claim: str, submitted_by: datetime, now: datetime, desk: Desk) -> None:
        # The claim's own stream says who is processed, so once needs no reservation.
        by = replace(policy.actor_for(claim), once=None)
        send(ProcessClaim(by=by, at=now, claim=claim, submitted_by=submitted_by), desk)

    policy = Policy(name="process-claims", tick=tick)
    return policy
