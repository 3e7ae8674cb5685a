"""Policies that check uploads as they arrive, and create learners once they are submitted."""

from dataclasses import replace

from access.policy import send
from commands.command import CommandContext
from commands.uploads.undo import WithdrawGroupLearners
from commands.uploads.upload_check import CheckLearnerGroup
from commands.uploads.upload_learners import AddGroupLearners
from events.uploads.upload import (
    LearnersAdded,
    LearnersWithdrawn,
    RecordsRead,
    UploadEncodingChosen,
    UploadMapped,
    UploadReceived,
    UploadSubmitted,
    UploadUndone,
)
from policies.policy import Policy
from projections.learners import learner_search
from projections.read_models import ReadModels
from store import Recorded

# Each act does a part of the work, and its events trigger the next. The upload's stream
# holds the progress, so a repeated act does nothing.


def _check(
    recorded: Recorded, context: CommandContext, read_models: ReadModels
) -> None:
    """Check the next records (U5, U6)."""
    alike = learner_search.finder(read_models.connection)
    by = replace(CHECK_UPLOADS.actor(recorded), once=None)
    upload, at = recorded.stream, recorded.recorded_at
    send(CheckLearnerGroup(by=by, at=at, upload=upload, alike=alike), context)


def _add(recorded: Recorded, context: CommandContext, read_models: ReadModels) -> None:
    """Create the next learners (U9)."""
    alike = learner_search.finder(read_models.connection)
    by = replace(ADD_LEARNERS.actor(recorded), once=None)
    upload, at = recorded.stream, recorded.recorded_at
    send(AddGroupLearners(by=by, at=at, upload=upload, alike=alike), context)


def _withdraw(recorded: Recorded, context: CommandContext, _: ReadModels) -> None:
    """Withdraw the next learners of an undone upload (U11)."""
    by = replace(WITHDRAW_LEARNERS.actor(recorded), once=None)
    upload, at = recorded.stream, recorded.recorded_at
    send(WithdrawGroupLearners(by=by, at=at, upload=upload), context)


CHECK_UPLOADS = Policy(
    name="check-uploads",
    on=(UploadReceived, UploadMapped, UploadEncodingChosen, RecordsRead),
    act=_check,
)
ADD_LEARNERS = Policy(
    name="add-learners", on=(UploadSubmitted, LearnersAdded), act=_add
)
WITHDRAW_LEARNERS = Policy(
    name="withdraw-learners", on=(UploadUndone, LearnersWithdrawn), act=_withdraw
)
