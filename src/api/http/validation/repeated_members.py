"""Repeated members of JSON objects, of which parsers keep only the last."""

import json
from collections import Counter
from collections.abc import Iterator, Sequence
from contextlib import suppress
from typing import Any, TypeAlias

Path: TypeAlias = tuple[str | int, ...]


class Members(dict[str, Any]):
    """An object as it is read, and its repeated names."""

    def __init__(self, pairs: Sequence[tuple[str, Any]]) -> None:
        super().__init__(pairs)
        self.repeated: list[str] = []
        if len(self) < len(pairs):
            counted = Counter(name for name, _ in pairs)
            self.repeated = [name for name, count in counted.items() if count > 1]


def repeated_members(text: str | bytes) -> list[Path]:
    """Return the path of each repeated member; none if the text is not JSON."""
    with suppress(ValueError, RecursionError):  # reported where it is read
        found = json.loads(text, object_pairs_hook=Members)
        return [
            (*at, name)
            for at, value in parts(found)
            if isinstance(value, Members)
            for name in value.repeated
        ]
    return []


def parts(value: Any, *at: str | int) -> Iterator[tuple[Path, Any]]:
    """Yield a JSON value and everything inside it, in order, at any depth."""
    left: list[tuple[Path, Any]] = [(at, value)]
    while left:
        here, value = left.pop()
        yield here, value
        match value:
            case list():
                inner = list(enumerate(value))
            case dict():
                inner = list(value.items())
            case _:
                continue
        left += [((*here, name), each) for name, each in reversed(inner)]
