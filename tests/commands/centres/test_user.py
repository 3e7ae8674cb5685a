"""What is asked about users: on facts, and never about another centre's."""

from collections.abc import Callable
from dataclasses import replace

import pytest

from aggregates.centres.user import User, UserNameTaken
from aggregates.errors import NotAllowed, NotFound
from aggregates.reason import ReasonMissing
from commands.centres.user import (
    AddUser,
    ChangeUserRole,
    DisableUser,
    RevokeToken,
    SetPassword,
    open_user,
)
from commands.command import Command, CommandResult, handle
from events.centres.user import PasswordSet, Role
from repositories.aggregate_types import USER
from repositories.repository import Stale, load_known
from store import Actor
from tests.claim_examples import CENTRE
from tests.commands.claim_centre import ADMINISTRATOR, SERVICE, STRANGER, ClaimCentre

ASSESSOR = replace(ADMINISTRATOR, user="ann", role=Role.ASSESSOR)
SPECIALIST = replace(
    ADMINISTRATOR, user="specialist", role=Role.ACCOUNT_SPECIALIST, centre=None
)
WHY = "They changed their job."


@pytest.fixture
def staff(claim_centre: ClaimCentre) -> ClaimCentre:
    """Add Ann, an Assessor of the centre, to it."""
    asked(claim_centre, AddUser, by=SERVICE, **ANN)
    return claim_centre


ANN = {"name": "ann", "full_name": "Ann", "role": Role.ASSESSOR, "centre": CENTRE}


def asked(
    claim_centre: ClaimCentre, kind: Callable[..., Command], **values: object
) -> CommandResult:
    return handle(kind(**{"at": claim_centre.now(), **values}), claim_centre.context)


def ann(claim_centre: ClaimCentre) -> User:
    return load_known(USER, "ann", store=claim_centre.store)[1]


def test_a_user_is_added_with_a_password_or_without(staff: ClaimCentre) -> None:
    assert ann(staff).password_hash is None
    ben = {**ANN, "name": " BEN ", "password_hash": "hash"}
    assert asked(staff, AddUser, by=ADMINISTRATOR, **ben).created_id == "ben"
    stream, user = open_user(staff.context, "Ben", ADMINISTRATOR)
    assert isinstance(stream.events[1], PasswordSet)
    assert (user.name, user.password_hash) == ("ben", "hash")
    assert stream.owner == CENTRE


def test_a_name_is_taken_once_whoever_has_it(staff: ClaimCentre) -> None:
    for by in (SERVICE, replace(SPECIALIST)):
        with pytest.raises(UserNameTaken, match="a user ann already"):
            asked(staff, AddUser, by=by, **{**ANN, "name": "ANN"}, reason=WHY)


def test_an_account_specialist_says_why_a_user_is_added(staff: ClaimCentre) -> None:
    """Section 2."""
    with pytest.raises(ReasonMissing):
        asked(staff, AddUser, by=SPECIALIST, **{**ANN, "name": "ben"})


@pytest.mark.parametrize("centre", ["99999", "no centre"])
def test_a_centre_that_is_not_open_has_no_users(
    staff: ClaimCentre, centre: str
) -> None:
    ben = {**ANN, "name": "ben", "centre": centre}
    with pytest.raises(NotFound) as refusal:
        asked(staff, AddUser, by=SERVICE, **ben)
    assert refusal.value.path == ("centre",)
    moved = {"name": "ann", "role": Role.ASSESSOR, "centre": centre}
    with pytest.raises(NotFound):
        asked(staff, ChangeUserRole, by=SPECIALIST, **moved, reason=WHY)


def test_an_account_specialist_moves_a_user_to_another_centre(
    staff: ClaimCentre,
) -> None:
    """Section 2."""
    staff.open("50107")
    moved = {"name": "ann", "role": Role.ASSESSOR, "centre": "50107"}
    asked(staff, ChangeUserRole, by=SPECIALIST, **moved, reason=WHY)
    assert ann(staff).centre == "50107"
    assert open_user(staff.context, "ann", STRANGER)
    with pytest.raises(NotFound):
        open_user(staff.context, "ann", ADMINISTRATOR)


@pytest.mark.parametrize("name", ["ann", "nobody"])
@pytest.mark.parametrize(
    ("kind", "values"),
    [
        (ChangeUserRole, {"role": Role.ASSESSOR, "centre": "50107"}),
        (DisableUser, {}),
        (SetPassword, {"password_hash": "hash"}),
    ],
)
def test_a_user_of_another_centre_is_as_unknown_as_nobody(
    staff: ClaimCentre,
    kind: Callable[..., Command],
    values: dict[str, object],
    name: str,
) -> None:
    """Section 2."""
    with pytest.raises(NotFound) as refusal:
        asked(staff, kind, by=STRANGER, name=name, **values)
    assert str(refusal.value).startswith(f"There is no user {name} here.")


def test_a_change_is_made_to_the_user_that_was_looked_at(staff: ClaimCentre) -> None:
    asked(staff, SetPassword, by=ASSESSOR, name="ann", password_hash="one")
    with pytest.raises(Stale):
        asked(staff, DisableUser, by=ADMINISTRATOR, name="ann", expect=1)
    asked(staff, DisableUser, by=ADMINISTRATOR, name="ann", expect=2)
    assert ann(staff).is_disabled


@pytest.mark.parametrize(
    ("by", "reason"), [(ASSESSOR, None), (ADMINISTRATOR, None), (SPECIALIST, WHY)]
)
def test_a_password_is_set_by_oneself_or_who_decides_about_users(
    staff: ClaimCentre, by: Actor, reason: str | None
) -> None:
    done = asked(
        staff, SetPassword, by=by, name="Ann", password_hash="new", reason=reason
    )
    assert done.position is not None
    assert ann(staff).password_hash == "new"


def test_a_password_is_set_by_nobody_else(staff: ClaimCentre) -> None:
    for role in (Role.AUDITOR, Role.INVOICING, Role.ASSESSMENT):
        by = Actor(user="other", role=role, centre=None, channel="api")
        with pytest.raises(NotAllowed, match="Ask a Centre Administrator or"):
            asked(staff, SetPassword, by=by, name="ann", password_hash="new")
    colleague = replace(ASSESSOR, user="colleague")
    with pytest.raises(NotAllowed):
        asked(staff, SetPassword, by=colleague, name="ann", password_hash="new")
    with pytest.raises(ReasonMissing):
        asked(staff, SetPassword, by=SPECIALIST, name="ann", password_hash="new")


def test_a_token_that_is_not_there_is_not_revoked(staff: ClaimCentre) -> None:
    with pytest.raises(NotFound, match="There is no token"):
        asked(staff, RevokeToken, by=ASSESSOR, token="0" * 20)
