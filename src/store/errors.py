"""The errors of the store."""

from uuid import UUID

from store.envelope import Held, Recorded


class Conflict(Exception):
    """A stream was appended to after it was read; ``between`` are the events added since."""

    def __init__(self, stream: UUID, between: tuple[Recorded, ...]) -> None:
        super().__init__(stream)
        self.stream = stream
        self.between = between


class AlreadyReserved(Exception):
    """Another stream holds the value."""

    def __init__(self, held: Held) -> None:
        super().__init__(f"{held.scope}: {held.key}")
        self.held = held


class AlreadyDone(Exception):
    """The append with this ``once`` was done before; see ``held.stream`` and ``held.digest``."""

    def __init__(self, held: Held) -> None:
        super().__init__(f"{held.scope}: {held.key}")
        self.held = held


class NotHeld(Exception):
    """A stream releases a reservation that it does not hold."""

    def __init__(self, *, scope: str, key: str, stream: UUID) -> None:
        super().__init__(f"The stream {stream} does not hold {scope}: {key}.")


class Forgotten(Exception):
    """Personal values were to be stored for a person whose data were erased."""

    def __init__(self, person_id: UUID) -> None:
        super().__init__(
            f"The personal data of {person_id} were erased; nothing personal can be"
            " kept of that person any more."
        )
        self.person_id = person_id


class FileGone(Exception):
    """The file was dropped, or its key was destroyed with the person's data."""

    def __init__(self, name: str) -> None:
        super().__init__(f"There is no file {name} any more.")


class Unreadable(Exception):
    """A stored event cannot be read by this version of the service."""


class KeyFileUnusable(Exception):
    """The master key's file is missing, damaged, or another store's."""


class NotBegun(Exception):
    """Nothing is recorded at the address yet; ``missing`` says what does not exist."""

    def __init__(self, missing: str) -> None:
        super().__init__(f"Nothing is recorded yet: {missing}.")


class Unavailable(Exception):
    """The database does not answer."""


class DatabaseUnusable(Unavailable):
    """The database cannot be used until somebody acts: a damaged file, or a missing right."""
