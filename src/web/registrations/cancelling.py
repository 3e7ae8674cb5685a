"""Cancelling a registration: its conditions, what it costs, and why (C1-C5)."""

from starlette.responses import Response

from commands.registrations.cancellation import CancelRegistration
from projections.history.redaction import sees_prices
from queries.learners.learners import open_learners
from queries.registrations.cancellation import cancellation_of
from queries.registrations.registrations import read_registration
from queries.titles import title_of
from repositories.aggregate_types import REGISTRATION
from web.http.context import PageContext
from web.http.faults import REFUSED
from web.http.page_router import PageRouter

pages = PageRouter("learners")

ADDRESS = "/registrations/{registration}"
BLOCKERS = {"AC": "/claims", "B": "/bookings", "R": "/registrations"}
"""The pages of what stands in the way, by the prefix of its number."""


@pages.get(ADDRESS)
def go_to_registration(context: PageContext, registration: str) -> Response:
    """Go to the learner whose registration it is."""
    _, state = context.load(REGISTRATION, registration)
    return context.redirect(f"/learners/{state.learner}")


@pages.get(ADDRESS + "/cancel")
def show_cancellation(context: PageContext, registration: str) -> Response:
    """Show whether a registration can be cancelled, and what stands in the way."""
    return cancellation_page(context, registration)


@pages.post(ADDRESS + "/cancel")
def cancel_registration(context: PageContext, registration: str) -> Response:
    """Cancel it, for a reason."""
    _, state = context.load(REGISTRATION, registration)
    command = CancelRegistration(
        **context.command_metadata(),
        registration=registration,
        reason=context.form.text("reason"),
    )
    try:
        done = context.send(command)
    except REFUSED as refused:
        return cancellation_page(context, registration, refused)
    said = f"Registration {registration} is cancelled."
    return context.redirect(f"/learners/{state.learner}", said=said, after=done)


def cancellation_page(
    context: PageContext, registration: str, refused: Exception | None = None
) -> Response:
    """Write the page; a role that may not cancel is told which may."""
    _, state = context.load(REGISTRATION, registration)
    asked = context.command_context
    _, row = read_registration(asked, registration, context.by)
    found = cancellation_of(asked, state)
    people = open_learners(asked, [state.learner], seen_by=context.centre)
    name = people[state.learner].full_name
    return context.page(
        "registrations/cancel.html",
        title="Cancel a registration",
        crumbs=[("Learners", "/learners"), (name, f"/learners/{state.learner}")],
        refused=refused,
        registration=state,
        name=name,
        product=title_of(context.service.catalogue, state.product) or state.product,
        found=found,
        conditions=[
            (each, [(name, blocker_address(name)) for name in each.in_the_way])
            for each in found.conditions
        ],
        price=row.price if sees_prices(row.ordered_by, context.centre) else None,
        forbidden=context.forbidden_sentence(CancelRegistration),
        reason=context.form.text("reason"),
    )


def blocker_address(name: str) -> str:
    """Give the page of what stands in the way, by its number."""
    prefix, _, _ = name.partition("-")
    root = BLOCKERS.get(prefix, "/search?q=")
    if prefix == "R":
        return f"{root}/{name}/cancel"
    return f"{root}/{name}" if prefix in BLOCKERS else f"{root}{name}"
