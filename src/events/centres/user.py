"""What can happen to a user: a person or a machine that may sign in."""

from enum import StrEnum
from uuid import UUID

from events.event import Event, Personal


class Role(StrEnum):
    """The roles, which decide what a user may do (domain, section 2)."""

    CENTRE_ADMINISTRATOR = "Centre Administrator"
    ASSESSOR = "Assessor"
    ACCOUNT_SPECIALIST = "Account Specialist"
    AUDITOR = "Auditor"
    INVOICING = "Invoicing"
    ASSESSMENT = "Assessment"
    SERVICE = "Service"

    @property
    def is_of_a_centre(self) -> bool:
        """Whether users in the role belong to one centre and see no other."""
        return self in {Role.CENTRE_ADMINISTRATOR, Role.ASSESSOR}


class UserAdded(Event, topic="user.added"):
    """The user was added, and may sign in from now on."""

    name: str
    role: Role
    centre: str | None
    person_id: UUID
    full_name: Personal[str]
    reason: Personal[str | None] = None


class PasswordSet(Event, topic="user.password-set"):
    """A first or new password was set; only a hash of it is kept."""

    person_id: UUID
    password_hash: Personal[str]
    reason: Personal[str | None] = None


class UserRoleChanged(Event, topic="user.role-changed"):
    """The user has another role, or the same one at another centre."""

    role: Role
    centre: str | None
    person_id: UUID
    reason: Personal[str | None] = None


class UserDisabled(Event, topic="user.disabled"):
    """The user may no longer sign in; their history stays."""

    person_id: UUID
    reason: Personal[str | None] = None
