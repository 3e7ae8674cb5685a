"""What can happen to a learner's register, which lists all their registrations."""

from events.event import Event


class RegistrationsEntered(Event, topic="register.registrations-entered"):
    """A confirmed order of the centre made one or more registrations of the learner."""

    learner: str
    centre: str
    registrations: tuple[str, ...]


class RegisterClosed(Event, topic="register.closed"):
    """The learner's personal data were erased: no more registrations are entered."""

    learner: str
    centre: str


class RegisterMoved(Event, topic="register.moved"):
    """The learner was transferred: only this centre's orders can register them now."""

    learner: str
    centre: str
