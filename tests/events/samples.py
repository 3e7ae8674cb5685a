"""A stored sample of every version of every event, kept for ever.

``python -m tests.events.samples`` writes those that are missing, and their digests; it
never touches one that is there. (An event that was never recorded anywhere may still be
changed without a new version: delete its sample and the line of its digest first.)
"""

import hashlib
from collections.abc import Iterator
from dataclasses import fields, is_dataclass
from datetime import UTC, date, datetime
from decimal import Decimal
from enum import Enum
from pathlib import Path
from types import NoneType, UnionType
from typing import Annotated, Any, Literal, Union, get_args, get_origin, get_type_hints
from uuid import UUID

import msgspec

from events.event import Event

FOLDER = Path(__file__).parent / "stored"
DIGESTS = FOLDER / "digests.txt"
PLAIN: dict[Any, object] = {
    str: "text",
    int: 7,
    bool: True,
    date: date(2026, 11, 24),
    datetime: datetime(2026, 11, 24, 9, 30, tzinfo=UTC),
    Decimal: Decimal("98.00"),
    UUID: UUID(int=7),
}


class Sample(msgspec.Struct, omit_defaults=True):
    """An event as it is written: topic, version, and both parts of its data."""

    topic: str
    version: int
    data: dict[str, Any]
    personal: dict[str, Any] = {}

    @property
    def file(self) -> Path:
        return FOLDER / f"{self.topic}.v{self.version}.json"


def samples() -> Iterator[Sample]:
    """Read all that are kept."""
    for file in sorted(FOLDER.glob("*.json")):
        sample = msgspec.json.decode(file.read_bytes(), type=Sample)
        assert sample.file == file
        yield sample


def sample_of(kind: type[Event]) -> Sample:
    """Make a sample of the present version of a kind of event."""
    values = msgspec.to_builtins(example(kind))
    personal = {name: values.pop(name) for name in sorted(kind.personal)}
    return Sample(
        topic=kind.topic, version=kind.version, data=values, personal=personal
    )


def example(hint: Any) -> Any:
    """Make one value of a type, the same each time."""
    origin, arguments = get_origin(hint), get_args(hint)
    if is_dataclass(hint) and isinstance(hint, type):
        hints = get_type_hints(hint)
        made: Any = hint(**{f.name: example(hints[f.name]) for f in fields(hint)})
    elif origin is Annotated:
        made = example(arguments[0])
    elif origin in {Union, UnionType}:
        made = example(next(one for one in arguments if one is not NoneType))
    elif origin is Literal:
        made = arguments[0]
    elif origin is tuple:
        each = arguments[:1] if arguments[1:] == (...,) else arguments
        made = tuple(example(one) for one in each)
    elif origin is dict:
        made = {example(arguments[0]): example(arguments[1])}
    elif isinstance(hint, type) and issubclass(hint, Enum):
        made = next(iter(hint))
    else:
        made = PLAIN[hint]
    return made


def digest(file: Path) -> str:
    """Write the line of a sample's digest."""
    return f"{hashlib.sha256(file.read_bytes()).hexdigest()}  {file.name}"


def write_missing() -> None:
    """Write a sample of each present version that has none."""
    for kind in Event.known.values():
        sample = sample_of(kind)
        if not sample.file.exists():
            written = msgspec.json.format(msgspec.json.encode(sample), indent=2)
            sample.file.write_bytes(written + b"\n")
            with DIGESTS.open("a") as digests:
                digests.write(digest(sample.file) + "\n")


if __name__ == "__main__":
    write_missing()
