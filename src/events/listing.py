"""Write the page ``docs/events.md``, which lists every event; ``make events`` runs it."""

import re
import sys
from collections.abc import Iterator
from dataclasses import MISSING, Field, fields, is_dataclass
from inspect import cleandoc
from types import ModuleType
from typing import Any, get_type_hints

from events import every
from events.event import Event

INTRODUCTION = """\
# The events

Everything that can have happened, by what it happens to. Written by `make events` from
the code; a test holds it to that.

A topic is for ever. Fields that are *personal* are kept encrypted under the key of the
person whom `person_id` names, and read as stand-ins once that person's data were erased.
Who did it, in what role, for which centre, when and because of what is in each event's
envelope: see [decision 1](adr/0001-facts-apart-from-envelopes.md).
"""


def page() -> str:
    """Write the page in Markdown: one section for each module of events."""
    modules = (each for each in vars(every).values() if isinstance(each, ModuleType))
    by_name = sorted(modules, key=lambda module: module.__name__.rpartition(".")[2])
    return "\n".join([INTRODUCTION, *(line for m in by_name for line in _of(m))])


def _of(module: ModuleType) -> Iterator[str]:
    """Write a module's events, then the dataclasses that are types of their fields."""
    kinds = [e for e in Event.known.values() if e.__module__ == module.__name__]
    if not kinds:
        return
    yield f"## {module.__name__.rpartition('.')[2].replace('_', ' ').capitalize()}\n"
    yield f"{_paragraphs(module)}\n"
    for kind in kinds:
        yield f"### `{kind.topic}`, version {kind.version}\n"
        yield f"{kind.__name__}: {_paragraphs(kind)}\n"
        yield from _fields(kind, kind.personal)
    for name, shape in vars(module).items():
        if _is_shape(shape, module):
            yield f"### {name}\n"
            yield f"{_paragraphs(shape)}\n"
            yield from _fields(shape, frozenset())


def _is_shape(shape: object, module: ModuleType) -> bool:
    return (
        isinstance(shape, type)
        and is_dataclass(shape)
        and not issubclass(shape, Event)
        and shape.__module__ == module.__name__
    )


def _fields(shape: type[Any], personal: frozenset[str]) -> Iterator[str]:
    if not fields(shape):
        return
    hints = get_type_hints(shape)
    yield "| Field | Type | |"
    yield "| --- | --- | --- |"
    for field in fields(shape):
        kind = _write_type(hints[field.name]).replace("|", "\\|")
        notes = ["personal"] if field.name in personal else []
        notes += [] if _is_needed(field) else ["optional"]
        yield f"| `{field.name}` | `{kind}` | {', '.join(notes)} |"
    yield ""


def _is_needed(field: Field[Any]) -> bool:
    return field.default is MISSING and field.default_factory is MISSING


def _write_type(hint: Any) -> str:
    """Write a type as in the code, but without module names."""
    if isinstance(hint, type) and not getattr(hint, "__args__", ()):
        return hint.__name__
    return re.sub(r"\b(?:\w+\.)+(?=\w)", "", str(hint))


def _paragraphs(described: object) -> str:
    paragraphs = cleandoc(described.__doc__ or "").split("\n\n")
    return "\n\n".join(" ".join(each.split()) for each in paragraphs)


if __name__ == "__main__":
    sys.stdout.write(page())
