"""Users: who may sign in, in which role, and who may manage them."""

import re
from dataclasses import dataclass, replace
from typing import Self, TypeAlias, assert_never
from uuid import UUID

from aggregates.aggregate import Aggregate
from aggregates.errors import Malformed, NotAllowed, RuleBroken
from aggregates.reason import require_reason
from aggregates.text import clean
from events.centres.user import (
    PasswordSet,
    Role,
    UserAdded,
    UserDisabled,
    UserRoleChanged,
)

LONGEST_NAME = 200
"""How many characters a full name has at most (d)."""
NAME = re.compile(r"[a-z0-9][a-z0-9._@+-]{1,63}")
PERSONAL_ROLES = frozenset(Role) - {Role.SERVICE}


class UserNameMalformed(Malformed):
    code = "user-name-malformed"
    message = (
        "A user name has 2 to 64 small letters, digits, dots, hyphens, underscores, "
        "plus or at signs, and begins with a letter or digit; {name!r} does not."
    )


class FullNameMissing(Malformed):
    code = "full-name-missing"
    message = "Give the full name of the person or machine."


class FullNameTooLong(Malformed):
    code = "full-name-too-long"
    message = "A full name has at most {most} characters. Give a shorter one."


class UserNameTaken(RuleBroken):
    code = "user-name-taken"
    message = "There is a user {name} already. Choose another name."


class CentreMissing(Malformed):
    code = "centre-missing"
    message = "Say which centre: a user in the role {role} belongs to one."


class CentreNotNeeded(Malformed):
    code = "centre-not-needed"
    message = "Leave the centre out: a user in the role {role} belongs to none."


class RoleNotForPeople(Malformed):
    code = "role-not-for-people"
    message = "The role {role} is the service's own. Choose another role."


class UserIsDisabled(RuleBroken):
    code = "user-is-disabled"
    message = "The user {name} is disabled. Add another user instead."


class OwnAccount(RuleBroken):
    code = "own-account"
    message = "You cannot change the role of your own user or disable it. Ask {who}."


UserEvent: TypeAlias = UserAdded | PasswordSet | UserRoleChanged | UserDisabled


@dataclass(frozen=True, kw_only=True)
class Asker:
    """The user who asks for a change to another user."""

    name: str
    role: Role
    centre: str | None


def fold_user_name(name: str) -> str:
    """Write a user name in the one form by which users are told apart."""
    return name.strip().lower()


SPECIALISTS_REASON = (
    "Say why: what the awarding organisation does is recorded with a reason."
)


def require_reason_of(role: Role, reason: str | None) -> None:
    """Raise ReasonMissing if the role must give a reason and did not (section 2)."""
    if role is Role.ACCOUNT_SPECIALIST:
        require_reason(reason, message=SPECIALISTS_REASON)


def require_assignable(role: Role, centre: str | None, by: Asker) -> None:
    """Raise a refusal unless the asker may give a user that role at that centre."""
    if role not in PERSONAL_ROLES:
        raise RoleNotForPeople(role=role, path=("role",))
    if role.is_of_a_centre and centre is None:
        raise CentreMissing(role=role, path=("centre",))
    if not role.is_of_a_centre and centre is not None:
        raise CentreNotNeeded(role=role, path=("centre",))
    if by.role.is_of_a_centre and centre != by.centre:
        raise NotAllowed(
            role=by.role,
            what="give roles outside their own centre",
            who="an Account Specialist",
        )


def add(
    *,
    name: str,
    full_name: str,
    role: Role,
    centre: str | None,
    by: Asker,
    key: UUID,
    reason: str | None = None,
) -> UserAdded:
    """Add a user, who may sign in from now on; ``key`` encrypts their name."""
    if not NAME.fullmatch(name):
        raise UserNameMalformed(name=name, path=("name",))
    full_name = clean(full_name)
    if not full_name:
        raise FullNameMissing(path=("full_name",))
    if len(full_name) > LONGEST_NAME:
        raise FullNameTooLong(most=LONGEST_NAME, path=("full_name",))
    require_assignable(role, centre, by)
    return UserAdded(
        name=name,
        role=role,
        centre=centre,
        person_id=key,
        full_name=full_name,
        reason=reason,
    )


@dataclass(frozen=True, kw_only=True)
class User(Aggregate):
    """A person or machine that may sign in until disabled."""

    name: str
    role: Role
    centre: str | None
    full_name: str
    key: UUID
    password_hash: str | None = None
    is_disabled: bool = False

    @classmethod
    def begin(cls, event: UserAdded) -> Self:
        return cls(
            name=event.name,
            role=event.role,
            centre=event.centre,
            full_name=event.full_name,
            key=event.person_id,
        )

    def apply(self, event: UserEvent) -> Self:
        match event:
            case PasswordSet():
                return replace(self, password_hash=event.password_hash)
            case UserRoleChanged():
                return replace(self, role=event.role, centre=event.centre)
            case UserDisabled():
                return replace(self, is_disabled=True)
            case UserAdded():
                raise ValueError(f"The user {self.name} was added twice.")
            case _:
                assert_never(event)

    def is_seen_by(self, by: Asker) -> bool:
        """Whether the asker may see this user."""
        return not by.role.is_of_a_centre or by.centre == self.centre

    def set_password(
        self, password_hash: str, reason: str | None = None
    ) -> list[PasswordSet]:
        """Replace the password; ``password_hash`` is the hash of the new one."""
        self._require_enabled()
        return [
            PasswordSet(person_id=self.key, password_hash=password_hash, reason=reason)
        ]

    def change_role(
        self, *, role: Role, centre: str | None, by: Asker, reason: str | None
    ) -> list[UserRoleChanged]:
        """Give the user another role, and another centre if ``centre`` differs."""
        self._require_not_own(by)
        self._require_enabled()
        require_assignable(role, centre, by)
        require_reason_of(by.role, reason)
        if (role, centre) == (self.role, self.centre):
            return []
        return [
            UserRoleChanged(role=role, centre=centre, person_id=self.key, reason=reason)
        ]

    def disable(self, *, by: Asker, reason: str | None) -> list[UserDisabled]:
        """Disable the user, who can then no longer sign in."""
        self._require_not_own(by)
        require_reason_of(by.role, reason)
        if self.is_disabled:
            return []
        return [UserDisabled(person_id=self.key, reason=reason)]

    def _require_enabled(self) -> None:
        if self.is_disabled:
            raise UserIsDisabled(name=self.name)

    def _require_not_own(self, by: Asker) -> None:
        if by.name == self.name:
            who = "another Centre Administrator, or an Account Specialist"
            raise OwnAccount(
                who=who if self.role.is_of_a_centre else "another Account Specialist"
            )
