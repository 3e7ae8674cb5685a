"""Users: who they may be, who decides it, and that nobody decides about themselves."""

from dataclasses import replace
from typing import Any
from uuid import UUID

import pytest

from aggregates.centres.user import (
    Asker,
    CentreMissing,
    CentreNotNeeded,
    FullNameMissing,
    FullNameTooLong,
    OwnAccount,
    RoleNotForPeople,
    User,
    UserIsDisabled,
    UserNameMalformed,
    add,
    fold_user_name,
)
from aggregates.errors import Malformed, NotAllowed, RuleBroken
from aggregates.reason import ReasonMissing
from events.centres.user import (
    PasswordSet,
    Role,
    UserAdded,
    UserDisabled,
    UserRoleChanged,
)

CENTRE, OTHER = "48213", "51907"
KEY = UUID(int=7)
WHY = "They changed their job."

ADDED = UserAdded(
    name="ann", role=Role.ASSESSOR, centre=CENTRE, person_id=KEY, full_name="Ann Price"
)
ANN = User.begin(ADDED)
ADMINISTRATOR = Asker(name="admin", role=Role.CENTRE_ADMINISTRATOR, centre=CENTRE)
STRANGER = replace(ADMINISTRATOR, name="stranger", centre=OTHER)
SPECIALIST = Asker(name="specialist", role=Role.ACCOUNT_SPECIALIST, centre=None)


def adding(
    name: str = "ben",
    role: Role = Role.ASSESSOR,
    centre: str | None = CENTRE,
    by: Asker = ADMINISTRATOR,
    full_name: str = " Ben Reid ",
) -> UserAdded:
    return add(name=name, full_name=full_name, role=role, centre=centre, by=by, key=KEY)


def test_a_user_is_added_under_their_own_key() -> None:
    assert adding() == UserAdded(
        name="ben",
        role=Role.ASSESSOR,
        centre=CENTRE,
        person_id=KEY,
        full_name="Ben Reid",
    )


@pytest.mark.parametrize(
    "name", ["ab", "0x", "a" * 64, "ann.price@example.org", "a_-+"]
)
def test_a_name_that_people_write_is_taken(name: str) -> None:
    assert adding(name).name == name


@pytest.mark.parametrize("name", ["", "a", "a" * 65, "Ann", ".ann", "ann price", "añn"])
def test_a_name_that_could_be_misread_is_not(name: str) -> None:
    with pytest.raises(UserNameMalformed) as refusal:
        adding(name)
    assert refusal.value.path == ("name",)


def test_names_are_told_apart_without_case_and_outer_spaces() -> None:
    assert fold_user_name(" Ann.Price ") == "ann.price"


def test_everybody_has_a_full_name() -> None:
    with pytest.raises(FullNameMissing):
        adding(full_name=" \u200b")


def test_a_full_name_is_one_line_of_what_can_be_seen_and_not_too_long() -> None:
    assert adding(full_name="Ben\nReid\x00\u202e ").full_name == "Ben Reid"
    assert len(adding(full_name="é" * 200).full_name) == 200
    with pytest.raises(FullNameTooLong):
        adding(full_name="é" * 201)


@pytest.mark.parametrize("role", [r for r in Role if r.is_of_a_centre])
def test_who_works_at_a_centre_belongs_to_one(role: Role) -> None:
    """Section 2."""
    assert adding(role=role, by=SPECIALIST).centre == CENTRE
    with pytest.raises(CentreMissing):
        adding(role=role, centre=None, by=SPECIALIST)


@pytest.mark.parametrize(
    "role", [r for r in Role if not r.is_of_a_centre and r is not Role.SERVICE]
)
def test_who_works_at_none_belongs_to_none(role: Role) -> None:
    """Section 2."""
    assert adding(role=role, centre=None, by=SPECIALIST).role is role
    with pytest.raises(CentreNotNeeded):
        adding(role=role, by=SPECIALIST)


def test_nobody_is_the_service() -> None:
    with pytest.raises(RoleNotForPeople):
        adding(role=Role.SERVICE, centre=None, by=SPECIALIST)


@pytest.mark.parametrize(
    ("role", "centre"), [(Role.ASSESSOR, OTHER), (Role.AUDITOR, None)]
)
def test_a_centres_administrator_decides_about_their_centre_alone(
    role: Role, centre: str | None
) -> None:
    """Section 2."""
    with pytest.raises(NotAllowed, match="Ask an Account Specialist"):
        adding(role=role, centre=centre)
    with pytest.raises(NotAllowed):
        ANN.change_role(role=role, centre=centre, by=ADMINISTRATOR, reason=WHY)


def test_a_users_password_is_replaced() -> None:
    (event,) = ANN.set_password("hash")
    assert event == PasswordSet(person_id=KEY, password_hash="hash")
    assert ANN.apply(event).password_hash == "hash"


def test_another_role_is_given_once() -> None:
    asked: dict[str, Any] = {"role": Role.CENTRE_ADMINISTRATOR, "centre": CENTRE}
    (event,) = ANN.change_role(**asked, by=ADMINISTRATOR, reason=None)
    assert event == UserRoleChanged(**asked, person_id=KEY)
    changed = ANN.apply(event)
    assert (changed.role, changed.centre) == (Role.CENTRE_ADMINISTRATOR, CENTRE)
    assert changed.change_role(**asked, by=ADMINISTRATOR, reason=None) == []


def test_a_user_is_disabled_once_and_can_then_be_changed_no_more() -> None:
    (event,) = ANN.disable(by=ADMINISTRATOR, reason=WHY)
    assert event == UserDisabled(person_id=KEY, reason=WHY)
    gone = ANN.apply(event)
    assert gone.is_disabled
    assert gone.disable(by=ADMINISTRATOR, reason=None) == []
    with pytest.raises(UserIsDisabled, match="ann is disabled"):
        gone.set_password("hash")
    with pytest.raises(UserIsDisabled):
        gone.change_role(role=Role.ASSESSOR, centre=OTHER, by=SPECIALIST, reason=WHY)


@pytest.mark.parametrize("reason", [None, "", " "])
def test_an_account_specialist_says_why(reason: str | None) -> None:
    """Section 2."""
    with pytest.raises(ReasonMissing):
        ANN.disable(by=SPECIALIST, reason=reason)
    with pytest.raises(ReasonMissing):
        ANN.change_role(role=Role.ASSESSOR, centre=OTHER, by=SPECIALIST, reason=reason)


@pytest.mark.parametrize(
    ("role", "centre", "who"),
    [
        (Role.CENTRE_ADMINISTRATOR, CENTRE, "another Centre Administrator, or an"),
        (Role.ACCOUNT_SPECIALIST, None, "another Account Specialist"),
    ],
)
def test_nobody_changes_or_disables_themselves(
    role: Role, centre: str | None, who: str
) -> None:
    me = Asker(name="ann", role=role, centre=centre)
    mine = replace(ANN, role=role, centre=centre)
    with pytest.raises(OwnAccount, match=f"Ask {who}"):
        mine.disable(by=me, reason=WHY)
    with pytest.raises(OwnAccount):
        mine.change_role(role=role, centre=centre, by=me, reason=WHY)


def test_a_user_of_another_centre_is_not_seen() -> None:
    assert ANN.is_seen_by(ADMINISTRATOR)
    assert ANN.is_seen_by(SPECIALIST)
    assert not ANN.is_seen_by(STRANGER)


def test_a_user_is_added_once() -> None:
    with pytest.raises(ValueError, match="ann was added twice"):
        ANN.apply(ADDED)


def test_what_is_malformed_and_what_the_rules_forbid_are_told_apart() -> None:
    assert issubclass(UserNameMalformed, Malformed)
    assert issubclass(UserIsDisabled, RuleBroken)
