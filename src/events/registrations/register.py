"""What can happen to a learner's register: all that they were ever registered on."""

from events.event import Event


class RegistrationsEntered(Event, topic="register.registrations-entered"):
    """A confirmed order of the centre made one or more registrations of the learner."""

    learner: str
    centre: str
    registrations: tuple[str, ...]


class RegisterClosed(Event, topic="register.closed"):
    """The learner's personal data were erased: nothing more is entered."""

    learner: str
    centre: str


class RegisterMoved(Event, topic="register.moved"):
    """The learner was transferred to this centre; only its orders can register them now."""

    learner: str
    centre: str
