"""Who may send which command, by the table that every door obeys."""

from dataclasses import fields
from pathlib import Path
from typing import Any

import pytest

from access import policy
from access.policy import MAY, SYSTEMS, name_roles, send
from aggregates.errors import NotAllowed
from commands.centres import user
from commands.claims import claim, claim_submission
from commands.command import HANDLERS, Command, CommandContext, CommandResult
from commands.registrations import cancellation
from commands.uploads import upload_check
from events.centres.user import Role
from store import Actor, EventStore
from tests.claim_examples import CATALOGUE

CLAIMS = {claim.__name__, claim_submission.__name__}


def commands_of(role: Role) -> set[type[Command]]:
    return {command for command, roles in MAY.items() if role in roles}


def test_every_command_that_is_answered_is_somebodys() -> None:
    """Section 2."""
    assert MAY.keys() == HANDLERS.keys()
    assert all(MAY.values())


def test_no_command_is_ever_called_otherwise() -> None:
    """Titles are stored with refusals: one is added to the list, none is changed."""
    pinned = Path(__file__).with_name("command_titles.txt")
    titles = sorted(vars(command)["title"] for command in HANDLERS)
    assert titles == pinned.read_text(encoding="utf-8").splitlines()


def test_an_assessor_may_all_but_claims_cancellations_and_users() -> None:
    """Section 2."""
    more = commands_of(Role.CENTRE_ADMINISTRATOR) - commands_of(Role.ASSESSOR)
    of_claims = {c for c in HANDLERS if c.__module__ in CLAIMS} - commands_of(
        Role.SERVICE
    )
    of_users = {user.AddUser, user.ChangeUserRole, user.DisableUser}
    assert more == of_claims | {cancellation.CancelRegistration} | of_users
    assert commands_of(Role.ASSESSOR) <= commands_of(Role.CENTRE_ADMINISTRATOR)


@pytest.mark.parametrize("role", Role)
def test_what_a_role_may_is_handled_and_what_it_may_not_is_refused_before(
    role: Role, store: EventStore, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Section 2: every command, asked by every role."""
    handled: set[type[Command]] = set()

    def handle(command: Command, _: CommandContext) -> CommandResult:
        handled.add(type(command))
        return CommandResult(position=None)

    monkeypatch.setattr(policy, "handle", handle)
    context = CommandContext(store=store, catalogue=CATALOGUE)
    by = Actor(user="someone", role=role, centre=None, channel="api")
    refused: dict[type[Command], str] = {}
    for kind in HANDLERS:
        asked: dict[str, Any] = {field.name: "" for field in fields(kind)}
        try:
            send(kind(**{**asked, "by": by}), context)
        except NotAllowed as refusal:
            refused[kind] = str(refusal)
    assert handled == commands_of(role)
    assert refused.keys() == HANDLERS.keys() - handled
    for kind, told in refused.items():
        if MAY[kind] <= SYSTEMS.keys():
            (system,) = MAY[kind]
            assert told.startswith(f"Only {SYSTEMS[system]} may ")
            continue
        what, _, who = told.partition(". Ask ")
        assert what == f"Your role, {role}, may not {kind.title}"
        assert {each for each in Role if each in who} == MAY[kind] - {Role.SERVICE}


def test_the_service_acts_as_nobody_and_nobody_acts_as_the_service() -> None:
    """Section 2: what it does by itself is nobody else's, and it has no tokens."""
    alone = {command for command, roles in MAY.items() if roles == {Role.SERVICE}}
    assert {claim_submission.ProcessClaim, upload_check.CheckLearnerGroup} <= alone
    assert user.IssueToken not in commands_of(Role.SERVICE)
    assert (
        name_roles(frozenset({Role.SERVICE})) == "nobody: the service does it by itself"
    )


def test_roles_are_named_as_a_list_that_is_said() -> None:
    """Domain 2: who could do it."""
    roles = {Role.ASSESSOR, Role.AUDITOR, Role.CENTRE_ADMINISTRATOR}
    said = "a Centre Administrator, an Assessor or an Auditor"
    assert name_roles(frozenset(roles)) == said
    assert name_roles(frozenset({Role.AUDITOR})) == "an Auditor"
