"""The erasure of a learner's personal data over HTTP."""

from typing import Annotated

from pydantic import Field

from api.http.dependencies import WAITED, require_seen
from api.http.request_context import RequestContextOf
from api.http.routing.router import Router
from api.http.schemas import RequestBody
from api.learners.learners import Called, LearnerResponse, respond_with_learner
from commands.learners.learner_erasure import EraseLearner
from projections.history import learner_streams
from projections.uploads import uploads

router = Router(prefix="/learners", tags=["learners"])


class Erasure(RequestBody, title="LearnerErasure"):
    """Why the data are erased. Do not name the learner: the reason stays."""

    reason: Annotated[str, Field(max_length=1000)] = Field(
        default="", examples=["Requested by the person on 3 November, case 1024."]
    )
    end_in_flight: bool = False
    """Withdraw, cancel and take out everything under way for the learner."""


@router.post("/{learner}/erase", operation_id="eraseLearner")
def erase(learner: Called, body: Erasure, context: RequestContextOf) -> LearnerResponse:
    """Make everything about a learner unreadable, for ever (H6).

    Names, date of birth, contact details, ULN and images are erased, here and in every file
    that the learner came in. Registrations, claims and certificates stay. Only an Account
    Specialist may do this, on a lawful request. A repeat returns the same response.

    It is refused, with everything listed, while something is under way for the learner (a
    booked test, a waiting claim, an unprinted certificate, a draft order), unless
    ``end_in_flight`` ends it; and before the retention period is over.
    """
    require_seen(context.service, context.service.store.head(), WAITED)
    return context.answer(
        EraseLearner(
            **context.command_metadata,
            learner=learner,
            reason=body.reason,
            rows=uploads.learner_row_finder(context.service.read_models.connection),
            streams=learner_streams.finder(context.service.read_models.connection),
            end_in_flight=body.end_in_flight,
        ),
        respond_with_learner,
        learner,
    )
