"""Dead letters: reports from Kafka that could not be taken, and taking them again."""

from typing import TYPE_CHECKING

from starlette.responses import Response

from aggregates.errors import NotAllowed, RuleBroken
from catalogue import amount
from events.centres.user import Role
from web.http.context import PageContext
from web.http.page_router import PageRouter
from web.operations.operations import OPERATIONS, require_operator

if TYPE_CHECKING:
    from downstream.inbox import Inbox
    from downstream.reporting import DeadLetter

pages = PageRouter("operations")

DEAD_LETTERS = f"{OPERATIONS}/dead-letters"
MOST_LISTED = 200


class NoBroker(RuleBroken):
    code = "no-broker"
    message = (
        "No broker is named in the settings, so no report is taken and there are no dead"
        " letters."
    )


class BrokerSilent(RuleBroken):
    code = "broker-silent"
    message = "Kafka does not answer: {why}. Try again in a minute."


@pages.get(DEAD_LETTERS)
def list_dead_letters(context: PageContext) -> Response:
    """Show what could not be taken, the oldest first, each with the reason."""
    require_operator(context)
    return _letters_page(context)


@pages.post(f"{DEAD_LETTERS}/replay")
def replay_dead_letters(context: PageContext) -> Response:
    """Take all of them again; what was done before is known by its source and id."""
    require_operator(context)
    if not _may_replay(context):
        raise NotAllowed(
            role=context.user.role,
            what="take dead letters again",
            who="an Account Specialist",
        )
    from kafka.errors import KafkaError  # noqa: PLC0415 - slow, and few need it

    try:
        taken, refused = _inbox(context).replay()
    except KafkaError as error:
        return _letters_page(context, BrokerSilent(why=error))
    said = f"{amount(taken, 'report')} taken."
    if refused:
        said += f" {amount(refused, 'report')} could not be taken again: see why below."
    return context.redirect(DEAD_LETTERS, said=said, is_done=not refused)


def _letters_page(context: PageContext, refused: Exception | None = None) -> Response:
    from kafka.errors import KafkaError  # noqa: PLC0415 - slow, and few need it

    letters: list[DeadLetter] = []
    inbox = context.service.inbox
    try:
        letters = inbox.describe_dead_letters() if inbox else []
    except KafkaError as error:
        refused = refused or BrokerSilent(why=error)
    return context.page(
        "operations/dead_letters.html",
        title="Dead letters",
        crumbs=[("Operations", OPERATIONS)],
        refused=refused,
        letters=letters[:MOST_LISTED],
        number=len(letters),
        has_broker=inbox is not None,
        may_replay=_may_replay(context),
    )


def _may_replay(context: PageContext) -> bool:
    return context.user.role is Role.ACCOUNT_SPECIALIST and context.as_at is None


def _inbox(context: PageContext) -> "Inbox":
    if context.service.inbox is None:
        raise NoBroker
    return context.service.inbox
