"""Operations: how far each follower has come, and what it fails at."""

from dataclasses import dataclass

from starlette.responses import Response

from aggregates.errors import NotAllowed
from events.centres.user import Role
from web.http.context import PageContext
from web.http.page_router import PageRouter

pages = PageRouter("operations")

OPERATIONS = "/operations"
OPERATORS = frozenset({Role.AUDITOR, Role.ACCOUNT_SPECIALIST})


@dataclass(frozen=True, kw_only=True)
class FollowerState:
    """How far a follower has read of how many events, and what it fails at, if anything."""

    name: str
    read: int
    head: int
    error: str

    @property
    def behind(self) -> int:
        return max(0, self.head - self.read)


def require_operator(context: PageContext) -> None:
    """Raise NotAllowed unless an Account Specialist or an Auditor asks."""
    if context.user.role not in OPERATORS:
        raise NotAllowed(
            role=context.user.role,
            what="look at operations",
            who="an Account Specialist or an Auditor",
        )


@pages.get(OPERATIONS)
def show_operations(context: PageContext) -> Response:
    """Show whether lists, policies and ledger are up to date, and Kafka if it is used."""
    require_operator(context)
    service = context.service
    errors = service.errors
    followers = [
        FollowerState(name=name, read=read, head=head, error=errors.get(name, ""))
        for name, (read, head) in sorted(service.behind().items())
    ]
    return context.page(
        "operations/operations.html",
        title="Operations",
        followers=followers,
        late=[each for each in followers if each.behind or each.error],
        relay=service.relay and service.relay.behind(),
        inbox=service.inbox,
    )
