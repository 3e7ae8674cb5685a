"""Where one is signed in, and the tokens of one's programs."""

from collections.abc import Iterator
from datetime import datetime

from sqlalchemy import Connection
from starlette.responses import Response

from catalogue import amount
from commands.centres.user import RevokeToken
from projections.centres import users
from projections.centres.users import TokenRow
from service import Service
from store import Actor
from web.http.context import WAITED, PageContext
from web.http.lists import LISTED
from web.http.page_router import PageRouter

pages = PageRouter("settings")
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
    good = [each for each in found.rows if is_good(each, context.at)]
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


@pages.post(SESSIONS + "/end-others")
def end_other_sessions(context: PageContext) -> Response:
    """End every session of one's own but this, and every token of a program."""
    own = context.session.token if context.session else ""
    ended = end_tokens(context.service, context.by, context.at, keep=own)
    said = (
        f"{amount(ended, 'other session')} ended." if ended else "There was no other."
    )
    return context.redirect(SESSIONS, said=said)


def end_tokens(service: Service, by: Actor, at: datetime, *, keep: str = "") -> int:
    """Revoke all tokens of a user that are good, but the one to keep; tells how many."""
    service.read_models.wait_for(service.store.head(), WAITED)
    with service.rows(by.centre) as connection:
        tokens = [
            each.id
            for each in tokens_of(connection, by.user)
            if each.id != keep and is_good(each, at)
        ]
    for token in tokens:
        service.send(RevokeToken(by=by, at=at, token=token))
    return len(tokens)


def tokens_of(connection: Connection, user: str) -> Iterator[TokenRow]:
    """List all tokens of a user."""
    cursor = None
    while True:
        found = users.tokens_of(connection, user=user, limit=LISTED, cursor=cursor)
        yield from found.rows
        cursor = found.next_cursor
        if cursor is None:
            return


def is_good(token: TokenRow, at: datetime) -> bool:
    """Tell whether a token still opens something."""
    return not token.is_revoked and (token.expires_at is None or token.expires_at > at)
