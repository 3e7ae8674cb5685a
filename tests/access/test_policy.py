"""Who may send which command, by the table that every door obeys."""

import pytest

from access.policy import MAY, in_words, named
from commands import cancellation, claim, claim_submission, user
from commands.command import HANDLERS, Command
from events.user import Role

CLAIMS = {claim.__name__, claim_submission.__name__}
PEOPLE = [role for role in Role if role is not Role.SERVICE]


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


def test_an_auditor_changes_nothing_but_their_own_tokens_and_password() -> None:
    """Section 2."""
    own = {user.IssueToken, user.RevokeToken, user.SetPassword}
    assert commands_of(Role.AUDITOR) == own


@pytest.mark.parametrize("command", MAY, ids=lambda command: command.__name__)
def test_a_refusal_names_every_role_that_may_and_no_other(
    command: type[Command],
) -> None:
    """Section 2: for each command."""
    said = named(MAY[command])
    assert {role for role in PEOPLE if role in said} == MAY[command] - {Role.SERVICE}
    assert in_words(command).islower()
