"""One's PIN, which opens one's offline packages: chosen, or changed for another (B14)."""

from starlette.responses import Response

from access import pins
from access.policy import require_may
from access.throttle import TooManyTries
from aggregates.centres.pin import packages_lost
from commands.centres.pin import SetPin, packages_in_use
from repositories.aggregate_types import PIN
from repositories.repository import find
from web.centres.sessions import SESSIONS
from web.centres.step_up import require_password_again
from web.http.context import PageContext
from web.http.faults import REFUSED
from web.http.inputs import read_pin
from web.http.page_router import PageRouter

pages = PageRouter("settings")

ADDRESS = "/settings/pin"


@pages.get(ADDRESS)
def ask_for_pin(context: PageContext) -> Response:
    return pin_page(context)


@pages.post(ADDRESS)
def change_pin(context: PageContext) -> Response:
    """Set the PIN, for who gives the present one or the password, if there is one."""
    form, proof = context.form, None
    by_password = not form.text("current_pin") and bool(form.text("password"))
    try:
        require_may(SetPin, context.user.role)
        new_pin = read_pin(context, "new_pin")
        lost = packages_in_use(context.command_context, context.user.name, context.at)
        if form.text("current_pin"):
            proof = pins.prove(
                form.text("current_pin"),
                context=context.command_context,
                by=context.by,
                at=context.at,
            )
        elif by_password:
            require_password_again(context)
        done = context.send(
            SetPin(
                **context.command_metadata(),
                pin_hash=pins.hash_pin(new_pin),
                proof=proof,
                by_password=by_password,
            )
        )
    except (*REFUSED, TooManyTries) as refused:
        return pin_page(context, refused)
    said = f"Your PIN is set. {packages_lost(lost, is_done=True) if lost else ''}"
    return context.redirect(ADDRESS, said=said.strip(), after=done)


def pin_page(context: PageContext, refused: Exception | None = None) -> Response:
    user, commands = context.user.name, context.command_context
    _, pin = find(PIN, user, store=commands.store)
    return context.page(
        "centres/pin.html",
        title="Your PIN",
        crumbs=[("Where you are signed in", SESSIONS)],
        refused=refused,
        has_pin=pin is not None,
        locked=pin and pin.why_locked(context.at),
        lost=packages_lost(packages_in_use(commands, user, context.at)),
        forbidden=context.forbidden_sentence(SetPin),
    )
