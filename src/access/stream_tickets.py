"""Tickets: how a browser's EventSource, which cannot send a token, opens a stream."""

import hmac
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from access.accounts import SignedInUser, find_user
from access.errors import SignInRefusal
from commands.command import CommandContext

LASTS = timedelta(minutes=1)
"""How long a ticket opens streams (d): one opened goes on."""

SIGNED = 32


class TicketNotGood(SignInRefusal):
    code = "ticket-not-good"
    message = "This ticket has expired, or was never given. Get another, then open the stream."


@dataclass(frozen=True, kw_only=True)
class StreamTicket:
    """A short-lived signed ticket that opens streams for a user, and nothing else; not stored."""

    text: str
    expires_at: datetime


def issue_stream_ticket(
    context: CommandContext, user: str, at: datetime
) -> StreamTicket:
    """Make a ticket for a user who is signed in."""
    expires = int((at + LASTS).timestamp())
    text = f"{user}.{expires}"
    return StreamTicket(
        text=f"{text}.{signature(context, text)}",
        expires_at=datetime.fromtimestamp(expires, UTC),
    )


def ticket_holder(context: CommandContext, ticket: str, at: datetime) -> SignedInUser:
    """Find whose ticket it is, as they are now. Raises TicketNotGood."""
    text, _, signed = ticket.rpartition(".")
    if not hmac.compare_digest(signature(context, text).encode(), signed.encode()):
        raise TicketNotGood
    user, _, expires = text.rpartition(".")
    if at.timestamp() >= int(expires) or (found := find_user(context, user)) is None:
        raise TicketNotGood
    return SignedInUser.of(found)


def signature(context: CommandContext, text: str) -> str:
    return context.store.make_key(f"stream ticket {text}")[:SIGNED]
