"""The transfer of a learner between centres over HTTP."""

from typing import Annotated

from pydantic import Field

from api.http.idempotency import IdempotentRequestOf
from api.http.routing.router import Router
from api.http.schemas import RequestBody
from api.learners.learners import Called, LearnerResponse, respond_with_learner
from commands.learners.transfer import TransferLearner

router = Router(prefix="/learners", tags=["learners"])


class Transfer(RequestBody, title="LearnerTransfer"):
    """The centre to which the learner moves, and why."""

    centre: str = Field(max_length=20, examples=["51907"])
    reason: Annotated[str, Field(max_length=1000)] = Field(
        default="", examples=["Moved to Lakeside in November, case 1031."]
    )


@router.post("/{learner}/transfer", operation_id="transferLearner")
def transfer(
    learner: Called, body: Transfer, context: IdempotentRequestOf
) -> LearnerResponse:
    """Move the learner to another centre, with the whole history (L6).

    Registrations, results and certificates move too. Orders, claims, bookings and invoice
    lines stay with the centre that made them, as it knew the learner. Whatever must be
    settled first is listed, all at once. Only an Account Specialist may do this.
    """
    return context.answer(
        TransferLearner(
            **context.command_metadata,
            learner=learner,
            centre=body.centre,
            reason=body.reason,
        ),
        respond_with_learner,
        learner,
    )
