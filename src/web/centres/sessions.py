"""Where one is signed in, and the tokens of one's programs."""

from starlette.responses import Response

from commands.centres.user import RevokeToken
from projections.centres import users
from web.http.context import PageContext
from web.http.page_router import PageRouter

pages = PageRouter("settings")
LISTED = 50
SESSIONS = "/settings/sessions"


@pages.get(SESSIONS)
def list_sessions(context: PageContext) -> Response:
    """List the sessions and tokens that are good, newest first."""
    with context.rows() as connection:
        found = users.tokens_of(
            connection,
            user=context.user.name,
            limit=LISTED,
            cursor=context.parameter("after"),
        )
    good = [
        each
        for each in found.rows
        if not each.is_revoked
        and (each.expires_at is None or each.expires_at > context.at)
    ]
    return context.page(
        "centres/sessions.html",
        title="Where you are signed in",
        sessions=good,
        current=context.session.token if context.session else "",
        next_page_address=found.next_cursor
        and context.address_with(after=found.next_cursor),
    )


@pages.post(SESSIONS + "/{token}/end")
def end_session(context: PageContext, token: str) -> Response:
    """End one of one's own sessions."""
    done = context.send(RevokeToken(**context.command_metadata(), token=token))
    return context.redirect(SESSIONS, said="That session has ended.", after=done)
