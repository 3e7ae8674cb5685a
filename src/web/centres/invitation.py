"""The link of somebody who was invited, or forgot: they choose a password, once."""

from http import HTTPStatus

from starlette.responses import Response

from access import passwords
from access.accounts import hash_new_password
from access.invitations import read_invitation
from aggregates.errors import Refusal
from commands.centres.user import SetPassword
from commands.command import CommandMetadata
from store import Conflict
from web.centres.password import PasswordsDiffer
from web.centres.sessions import end_tokens
from web.http.context import CHANNEL, PageContext
from web.http.page_router import SIGN_IN, PageRouter

pages = PageRouter()

ADDRESS = "/invitation"


@pages.get(ADDRESS, is_open=True)
def open_invitation(context: PageContext) -> Response:
    """Ask for a password; opening the link alone does not use it up."""
    return invitation_page(context, context.parameter("for") or "")


@pages.post(ADDRESS, is_open=True)
def choose_password(context: PageContext) -> Response:
    """Set the password that was chosen, and use up the link."""
    text = context.form.text("for")
    invited = read_invitation(context.command_context, text, context.at)
    if invited is None:
        return invitation_page(context, text)
    new, again = ("".join(context.form.all(name)[:1]) for name in ("new", "again"))
    user = invited.user
    by = user.actor(CHANNEL, request=context.request.state.request_id)
    try:
        if new != again:
            raise PasswordsDiffer(path=("again",))
        kept = hash_new_password(
            context.command_context, new, user=user.name, path=("new",)
        )
        metadata = CommandMetadata(by=by, at=context.at, expect=invited.version)
        done = context.send(SetPassword(**metadata, name=user.name, password_hash=kept))
    except Conflict:  # it was used at the same moment
        return invitation_page(context, text)
    except Refusal as refused:
        return invitation_page(context, text, refused)
    if context.form.text("end_others"):
        end_tokens(context.service, by, context.at)
    said = f"Your password is set. Sign in as {user.name}."
    return context.redirect(SIGN_IN, said=said, after=done)


def invitation_page(
    context: PageContext, text: str, refused: Exception | None = None
) -> Response:
    invited = read_invitation(context.command_context, text, context.at)
    if invited is None:
        return context.page(
            "centres/invitation_gone.html",
            title="Choose your password",
            status=HTTPStatus.NOT_FOUND if text else None,
            is_given=bool(text),
        )
    return context.page(
        "centres/invitation.html",
        title="Choose your password",
        refused=refused,
        person=invited.user,
        text=text,
        ends_others=refused is None or bool(context.form.text("end_others")),
        shortest=passwords.SHORTEST,
    )
