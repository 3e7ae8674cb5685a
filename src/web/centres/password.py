"""One's own password, set anew; who forgot it has another set by an administrator."""

from starlette.responses import Response

from access import passwords
from access.accounts import hash_new_password
from access.throttle import TooManyTries
from aggregates.errors import Malformed
from commands.centres.user import SetPassword
from web.centres.sessions import SESSIONS, end_tokens
from web.centres.step_up import require_password_again
from web.http.context import PageContext
from web.http.faults import REFUSED
from web.http.page_router import PageRouter

pages = PageRouter("settings")

ADDRESS = "/settings/password"


class PasswordsDiffer(Malformed):
    code = "passwords-differ"
    message = "This is not the new password above. Type the same twice."


@pages.get(ADDRESS)
def ask_for_password(context: PageContext) -> Response:
    return password_page(context)


@pages.post(ADDRESS)
def change_password(context: PageContext) -> Response:
    """Set another password, if the present one is right; wrong tries are counted."""
    new, again = ("".join(context.form.all(name)[:1]) for name in ("new", "again"))
    try:
        if new != again:
            raise PasswordsDiffer(path=("again",))
        kept = hash_new_password(
            context.command_context, new, user=context.user.name, path=("new",)
        )
        require_password_again(context, ("current",))
        done = context.send(
            SetPassword(
                **context.command_metadata(),
                name=context.user.name,
                password_hash=kept,
            )
        )
    except (*REFUSED, TooManyTries) as refused:
        return password_page(context, refused)
    if context.form.text("end_others") and context.session is not None:
        own = context.session.token
        end_tokens(context.service, context.by, context.at, keep=own)
    return context.redirect(SESSIONS, said="Your password was changed.", after=done)


def password_page(context: PageContext, refused: Exception | None = None) -> Response:
    return context.page(
        "centres/password.html",
        title="Change your password",
        crumbs=[("Where you are signed in", SESSIONS)],
        refused=refused,
        ends_others=bool(context.form.text("end_others")),
        shortest=passwords.SHORTEST,
    )
