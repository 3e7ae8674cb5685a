"""Policies that have LRS verify ULNs at the end of a check, and again until it answers."""

from collections import defaultdict
from dataclasses import replace
from datetime import datetime

from access.policy import send
from commands.command import CommandContext
from commands.uploads.verification import (
    AT_A_TIME,
    VerifyLearnerGroup,
    VerifyLearners,
    VerifyRecords,
)
from events.uploads.upload import RecordsRead, RecordsVerified
from policies.policy import Policy
from projections.learners import learner_verifications
from projections.read_models import ReadModels
from projections.uploads import uploads
from store import Recorded

# The records' streams hold the answers, and the upload's stream the progress of the
# check, so a repeated command does nothing: no reservation is needed.


def _verify(recorded: Recorded, context: CommandContext, _: ReadModels) -> None:
    """Ask about the next records, once all of them are read (U5, U7)."""
    by = replace(VERIFY_ULNS.actor(recorded), once=None)
    upload, at = recorded.stream, recorded.recorded_at
    send(VerifyLearnerGroup(by=by, at=at, upload=upload), context)


def _again(now: datetime, context: CommandContext, read_models: ReadModels) -> None:
    """Ask again about records and learners that are due (U7)."""
    if context.verify is None:
        return
    with read_models.connection() as connection:
        due = uploads.list_records_to_verify(connection, now=now, limit=AT_A_TIME)
        learners = learner_verifications.list_learners_to_verify(
            connection, now=now, limit=AT_A_TIME
        )
    rows: defaultdict[str, list[int]] = defaultdict(list)
    for group, row in due:
        rows[group].append(row)
    for group in rows:
        by = replace(VERIFY_ULNS.actor_for(group), once=None)
        send(VerifyRecords(by=by, at=now, group=group, rows=rows[group]), context)
    if learners:
        by = replace(VERIFY_ULNS.actor_for("learners"), once=None)
        send(VerifyLearners(by=by, at=now, learners=learners), context)


VERIFY_ULNS = Policy(
    name="verify-ulns",
    on=(RecordsRead, RecordsVerified),
    act=_verify,
    tick=_again,
)
