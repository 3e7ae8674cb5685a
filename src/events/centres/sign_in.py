"""What can happen when somebody signs in: a refusal."""

from events.event import Event


class SignInRefused(Event, topic="sign-in.refused"):
    """Somebody gave a wrong name or password; ``address`` is a digest of their address."""

    address: str
