"""Members of JSON that are given more than once, of which readers keep the last alone."""

import json
from collections import Counter
from collections.abc import Iterator, Sequence
from contextlib import suppress
from typing import Any, TypeAlias

Path: TypeAlias = tuple[str | int, ...]


class Members(dict[str, Any]):
    """An object as it is read, and the names that are in it more than once."""

    def __init__(self, pairs: Sequence[tuple[str, Any]]) -> None:
        super().__init__(pairs)
        self.repeated: list[str] = []
        if len(self) < len(pairs):
            counted = Counter(name for name, _ in pairs)
            self.repeated = [name for name, count in counted.items() if count > 1]


def repeated_members(text: str | bytes) -> list[Path]:
    """Find them, each by the names and numbers that lead to it; none where no JSON is."""
    with suppress(ValueError, RecursionError):  # said where it is read
        found = json.loads(text, object_pairs_hook=Members)
        return [
            (*at, name)
            for at, value in parts(found)
            if isinstance(value, Members)
            for name in value.repeated
        ]
    return []


def parts(value: Any, *at: str | int) -> Iterator[tuple[Path, Any]]:
    """Walk a JSON value and all that it holds, in order, however deep."""
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
