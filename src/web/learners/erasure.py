"""The erasure of a learner's personal data, on a lawful request (H6)."""

from starlette.responses import Response

from access.policy import require_may
from access.throttle import TooManyTries
from aggregates.errors import RuleBroken
from commands.learners.learner_erasure import EraseLearner
from projections.history import learner_streams
from projections.uploads import uploads
from repositories.aggregate_types import LEARNER
from web.centres.step_up import require_password_again
from web.http.context import WAITED, PageContext
from web.http.faults import REFUSED
from web.http.page_router import PageRouter
from web.learners.learners import LEARNERS

pages = PageRouter("learners")

ADDRESS = LEARNERS + "/{learner}/erase"


class ListsBehind(RuleBroken):
    code = "not-there-yet"
    message = (
        "What was recorded just now is not in the lists yet, so nothing was erased. Send"
        " this again in a moment."
    )


@pages.get(ADDRESS)
def ask_for_erasure(context: PageContext, learner: str) -> Response:
    """Say what an erasure does, and ask why, and for the password."""
    return erasure_page(context, learner)


@pages.post(ADDRESS)
def erase_learner(context: PageContext, learner: str) -> Response:
    """Erase for ever; whoever asks gives their password again first."""
    context.load(LEARNER, learner)
    form, models = context.form, context.service.read_models
    try:
        require_may(EraseLearner, context.user.role)
        require_password_again(context)
        if not models.wait_for(context.service.store.head(), WAITED):
            raise ListsBehind
        done = context.send(
            EraseLearner(
                **context.command_metadata(),
                learner=learner,
                reason=form.text("reason"),
                rows=uploads.learner_row_finder(models.connection),
                streams=learner_streams.finder(models.connection),
                end_in_flight=bool(form.text("end_in_flight")),
            )
        )
    except (*REFUSED, TooManyTries) as refused:
        return erasure_page(context, learner, refused)
    said = "The personal data were erased. What this learner achieved is kept."
    return context.redirect(f"{LEARNERS}/{learner}", said=said, after=done)


def erasure_page(
    context: PageContext, learner: str, refused: Exception | None = None
) -> Response:
    _, person = context.load(LEARNER, learner)
    address = f"{LEARNERS}/{learner}"
    return context.page(
        "learners/erase.html",
        title=f"Erase the personal data of {person.full_name}",
        crumbs=[("Learners", LEARNERS), (person.full_name, address)],
        refused=refused,
        learner=person,
        address=address,
        reason=context.form.text("reason"),
        ends_in_flight=bool(context.form.text("end_in_flight")),
        forbidden=context.forbidden_sentence(EraseLearner),
    )
