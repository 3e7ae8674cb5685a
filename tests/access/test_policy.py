"""Who may send which command, by the table that every door obeys."""

from access.policy import MAY
from commands import cancellation, claim, claim_submission, user
from commands.command import HANDLERS, Command
from events.user import Role

CLAIMS = {claim.__name__, claim_submission.__name__}


def commands_of(role: Role) -> set[type[Command]]:
    return {command for command, roles in MAY.items() if role in roles}


def test_every_command_that_is_answered_is_somebodys() -> None:
    """Section 2."""
    assert MAY.keys() == HANDLERS.keys()
    assert all(MAY.values())


def test_an_assessor_may_all_but_claims_cancellations_and_users() -> None:
    """Section 2."""
    more = commands_of(Role.CENTRE_ADMINISTRATOR) - commands_of(Role.ASSESSOR)
    of_claims = {c for c in HANDLERS if c.__module__ in CLAIMS} - commands_of(
        Role.SERVICE
    )
    of_users = {user.AddUser, user.ChangeUserRole, user.DisableUser}
    assert more == of_claims | {cancellation.CancelRegistration} | of_users
    assert commands_of(Role.ASSESSOR) <= commands_of(Role.CENTRE_ADMINISTRATOR)
