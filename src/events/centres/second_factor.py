"""Second factors: what a user shows besides a password to sign in."""

from uuid import UUID

from events.event import Event, Personal


class SecondFactorTurnedOn(Event, topic="second-factor.turned-on"):
    """The user gives a code of their authenticator app from now on when they sign in.

    ``step`` is the half minute, counted from 1970, of the code that confirmed it; the
    recovery codes are kept as hashes.
    """

    user: str
    person_id: UUID
    secret: Personal[str]
    recovery_hashes: Personal[tuple[str, ...]]
    step: int


class SecondFactorCodeUsed(Event, topic="second-factor.code-used"):
    """The code of a half minute, counted from 1970, was given; no such counts again."""

    step: int


class RecoveryCodeUsed(Event, topic="second-factor.recovery-code-used"):
    """A recovery code was given, by its place among them; it counts no more."""

    number: int


class SecondFactorTurnedOff(Event, topic="second-factor.turned-off"):
    """The password alone lets the user in again."""

    person_id: UUID
    reason: Personal[str | None] = None
