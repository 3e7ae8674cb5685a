"""What can happen at the door: somebody who is not let in."""

from events.event import Event


class SignInRefused(Event, topic="sign-in.refused"):
    """A wrong name or password was given, from an address that only its digest names."""

    address: str
