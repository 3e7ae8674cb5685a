"""One learner: who they are, what they are registered on (L1, L4)."""

from starlette.responses import Response

from aggregates.learners.date_of_birth import shown_birth
from commands.learners.learner import AmendLearner
from projections.learners import duplicates
from projections.registrations import registrations
from projections.uploads import uploads
from queries.titles import title_of
from repositories.aggregate_types import LEARNER
from web.http.context import PageContext
from web.http.page_router import PageRouter
from web.learners.learners import LEARNERS

pages = PageRouter("learners")


@pages.get(LEARNERS + "/{learner}")
def show_learner(context: PageContext, learner: str) -> Response:
    """Show a learner as they are now, and all that they are or were registered on."""
    _, person = context.load(LEARNER, learner)
    with context.rows() as connection:
        rows = registrations.registrations_of_learner(
            connection, centre=person.centre, learner=learner
        )
        groups = uploads.names_of(connection, filter(None, [person.group]))
        same = duplicates.same_as(connection, learner, centre=context.centre)
    return context.page(
        "learners/learner.html",
        title=person.full_name,
        crumbs=[("Learners", LEARNERS)],
        learner=person,
        born=shown_birth(person.details.date_of_birth),
        group=groups.get(person.group or ""),
        same=same,
        registrations=[
            (row, title_of(context.service.catalogue, row.product)) for row in rows
        ],
        may_amend=context.may(AmendLearner),
    )
