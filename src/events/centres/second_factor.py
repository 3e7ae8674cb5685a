"""What can happen to a second factor, which a user shows besides a password to sign in."""

from uuid import UUID

from events.event import Event, Personal


class SecondFactorTurnedOn(Event, topic="second-factor.turned-on"):
    """The user signs in with a code of their authenticator app from now on.

    ``step`` is the half minute, counted from 1970, of the confirming code.
    ``recovery_hashes`` are hashes of the recovery codes.
    """

    user: str
    person_id: UUID
    secret: Personal[str]
    recovery_hashes: Personal[tuple[str, ...]]
    step: int


class SecondFactorCodeUsed(Event, topic="second-factor.code-used"):
    """A code was used; ``step`` is its half minute, counted from 1970. Older codes are refused."""

    step: int


class RecoveryCodeUsed(Event, topic="second-factor.recovery-code-used"):
    """A recovery code was used, named by its place in the list; it is valid only once."""

    number: int


class SecondFactorTurnedOff(Event, topic="second-factor.turned-off"):
    """The password alone signs the user in again."""

    person_id: UUID
    reason: Personal[str | None] = None
