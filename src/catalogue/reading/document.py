"""Read a YAML file key by key, and list every fault in it."""

import re
from collections.abc import Hashable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any, Literal

import yaml

from catalogue.catalogue import CatalogueProblem

_MONEY = re.compile(r"[0-9]{1,7}\.[0-9]{2}")


MOST_NESTED = 100
"""The deepest nesting of lists and mappings allowed (d); a catalogue's files need ten."""

NO_VALUE = (ArithmeticError, AttributeError, LookupError, TypeError, ValueError)
"""PyYAML raises these for a value that does not fit its type, such as 2026-02-30."""


class _Loader(yaml.CSafeLoader):
    """A YAML loader that refuses a repeated key instead of keeping its last value.

    It also names the line of an impossible value, such as 2026-02-30.
    """

    def construct_object(
        self,
        node: yaml.Node,
        deep: bool = False,  # noqa: FBT001, FBT002 - as the library has it
    ) -> Any:
        try:
            return super().construct_object(node, deep=deep)
        except NO_VALUE as error:
            raise yaml.constructor.ConstructorError(
                None, None, _no_value(node, error), node.start_mark
            ) from error

    def construct_mapping(
        self,
        node: yaml.MappingNode,
        deep: bool = False,  # noqa: FBT001, FBT002 - as the library has it
    ) -> dict[Hashable, Any]:
        seen: list[Hashable] = []
        for key_node, _ in node.value:
            key: Hashable = self.construct_object(key_node, deep=True)
            if key in seen:
                raise yaml.constructor.ConstructorError(
                    None, None, f"the key {key} is given twice", key_node.start_mark
                )
            seen.append(key)
        return super().construct_mapping(node, deep=deep)


class TooDeep(yaml.YAMLError):
    """The file's lists and mappings are nested so deep that reading it would overflow the stack."""


def require_shallow(content: bytes) -> None:
    """Raise TooDeep if lists and mappings are nested more than MOST_NESTED deep."""
    depth = 0
    for event in yaml.parse(content, yaml.CSafeLoader):
        if isinstance(event, yaml.CollectionStartEvent):
            depth += 1
        elif isinstance(event, yaml.CollectionEndEvent):
            depth -= 1
        if depth > MOST_NESTED:
            at = f" at line {event.start_mark.line + 1}" if event.start_mark else ""
            raise TooDeep(
                f"is nested more than {MOST_NESTED} deep{at}. Take out the brackets,"
                " dashes or keys that are there too often."
            )


@dataclass(kw_only=True)
class Problems:
    """The problems found in one file."""

    file: str
    found: list[CatalogueProblem] = field(default_factory=list)

    @property
    def errors(self) -> int:
        """The number of errors, without warnings."""
        return sum(problem.severity == "error" for problem in self.found)

    def add(
        self, key: str, message: str, severity: Literal["error", "warning"] = "error"
    ) -> None:
        self.found.append(
            CatalogueProblem(
                file=self.file, key=key, message=message, severity=severity
            )
        )


class DocumentPart:
    """A mapping in a file, read by one method for each type.

    A missing or mistyped value is noted in ``problems`` and read as None or as a neutral
    value, so that reading goes on. ``close`` notes the keys that nothing read. ``path`` is
    the place of the mapping in the file, such as ``groups[0].units``.
    """

    def __init__(
        self, values: Mapping[Any, Any], path: str, problems: Problems
    ) -> None:
        self.values = values
        self.path = path
        self.problems = problems
        self.asked: list[str] = []

    def at(self, key: str) -> str:
        """Return the path of a key from the top of the file."""
        return f"{self.path}.{key}" if self.path else key

    def fault(self, key: str, message: str) -> None:
        self.problems.add(self.at(key), message)

    def has(self, key: str) -> bool:
        return self.values.get(key) is not None

    def _get(self, key: str, kind: str, *, optional: bool) -> Any:
        self.asked.append(key)
        value = self.values.get(key)
        if value is None and (not optional or key in self.values):
            self.fault(key, f"is missing; give {kind}.")
        return value

    def text(self, key: str) -> str:
        """Read a text that is not empty."""
        value = self._get(key, "a text", optional=False)
        if isinstance(value, str) and value.strip():
            return value.strip()
        if value is not None:
            self.fault(
                key,
                f"is {value!r}; give a text, in quotes where it looks like a number.",
            )
        return ""

    def optional_text(self, key: str) -> str | None:
        """Read a text that is not empty; None if the key is missing."""
        self.asked.append(key)
        return self.text(key) if key in self.values else None

    def text_or_texts(self, key: str) -> tuple[str, ...]:
        """Read a text or a list of texts."""
        if isinstance(self.values.get(key), list):
            return self.texts(key)
        text = self.text(key)
        return (text,) if text else ()

    def whole_number(self, key: str, *, least: int = 0) -> int:
        """Read a whole number from ``least`` to 65535; ``least`` if it is wrong."""
        value = self.optional_whole(key, least=least, optional=False)
        return least if value is None else value

    def optional_whole(
        self, key: str, *, least: int = 0, optional: bool = True
    ) -> int | None:
        """Read a whole number from ``least`` to 65535; None if it is missing or wrong."""
        value = self._get(key, "a whole number", optional=optional)
        if value is None:
            return None
        if (
            isinstance(value, int)
            and not isinstance(value, bool)
            and least <= value < 2**16
        ):
            return value
        self.fault(key, f"is {value!r}; give a whole number from {least} to 65535.")
        return None

    def flag(self, key: str) -> bool:
        """Read true or false; false if the key is missing."""
        value = self._get(key, "true or false", optional=True)
        if value is None or isinstance(value, bool):
            return bool(value)
        self.fault(key, f"is {value!r}; give true or false.")
        return False

    def day(self, key: str) -> date:
        """Read a date."""
        value = self._get(key, "a date such as 2026-09-01", optional=False)
        if isinstance(value, date) and not isinstance(value, datetime):
            return value
        if value is not None:
            self.fault(key, f"is {value!r}; give a date such as 2026-09-01.")
        return date.min

    def money(self, key: str) -> Decimal:
        """Read an amount in pounds, from a text with pence such as ``98.00``."""
        value = self._get(
            key, 'pounds and pence in quotes, such as "98.00"', optional=False
        )
        if isinstance(value, str) and _MONEY.fullmatch(value):
            return Decimal(value)
        if value is not None:
            self.fault(
                key, f'is {value!r}; give pounds and pence in quotes, such as "98.00".'
            )
        return Decimal(0)

    def one_of(self, key: str, *allowed: str, optional: bool = False) -> str:
        """Read one of the ``allowed`` words; the first if it is missing or wrong."""
        value = self._get(key, " or ".join(allowed), optional=optional)
        if value in allowed:
            return str(value)
        if value is not None:
            self.fault(key, f"is {value!r}; give {' or '.join(allowed)}.")
        return allowed[0]

    def texts(self, key: str, *, optional: bool = True) -> tuple[str, ...]:
        """Read a list of texts and note each repeated one; empty if it is wrong."""
        value = self._get(key, "a list", optional=optional)
        if value is None:
            return ()
        if (
            not isinstance(value, list)
            or not value
            or not all(isinstance(v, str) for v in value)
        ):
            self.fault(key, f"is {value!r}; give a list of texts.")
            return ()
        for twice in sorted({v for v in value if value.count(v) > 1}):
            self.fault(key, f"has {twice} twice.")
        return tuple(value)

    def part(self, key: str) -> "DocumentPart":
        """Read a mapping; if it is wrong, return an empty one that notes no further faults."""
        value = self._get(key, "its keys", optional=False)
        if isinstance(value, dict):
            return DocumentPart(value, self.at(key), self.problems)
        if value is not None:
            self.fault(key, f"is {value!r}; give its keys.")
        return DocumentPart({}, self.at(key), Problems(file=self.problems.file))

    def parts(self, key: str) -> Iterator["DocumentPart"]:
        """Read a list of one or more mappings."""
        yield from self._parts(self.at(key), self._get(key, "a list", optional=False))

    def lists_of_parts(self, key: str) -> Iterator[Iterator["DocumentPart"]]:
        """Read a list of one or more lists of mappings."""
        value = self._get(key, "a list of lists", optional=False)
        if value is not None and (not isinstance(value, list) or not value):
            self.fault(key, "is not a list with something in it.")
        for place, each in enumerate(value if isinstance(value, list) else ()):
            yield self._parts(f"{self.at(key)}[{place}]", each)

    def _parts(self, path: str, value: object) -> Iterator["DocumentPart"]:
        if value is not None and (not isinstance(value, list) or not value):
            self.problems.add(path, "is not a list with something in it.")
        for place, each in enumerate(value if isinstance(value, list) else ()):
            if isinstance(each, dict):
                yield DocumentPart(each, f"{path}[{place}]", self.problems)
            else:
                self.problems.add(f"{path}[{place}]", f"is {each!r}; give its keys.")

    def close(self) -> None:
        """Note the keys that nothing read: they have no meaning here."""
        for key in self.values:
            if key not in self.asked:
                known = ", ".join(self.asked)
                self.fault(
                    str(key), f"is not a key that is known here. Known are {known}."
                )


def _no_value(node: yaml.Node, error: Exception) -> str:
    """Describe a value that PyYAML cannot convert, usually an impossible date."""
    kind = node.tag.rpartition(":")[2]
    value = str(node.value)[:50] if isinstance(node, yaml.ScalarNode) else "this"
    if kind == "timestamp":
        return f"{value} is not a day that exists; correct it, or put a text in quotes"
    return f"{value} is not what YAML calls {kind} ({error}); put a text in quotes"


def read_yaml(path: Path, problems: Problems) -> DocumentPart | None:
    """Read a file that holds one YAML mapping.

    If that fails, note the reason and return None.
    """
    try:
        require_shallow(written := path.read_bytes())
        content = yaml.load(written, _Loader)  # noqa: S506 - it is a safe loader
    except TooDeep as error:
        problems.add("", str(error))
        return None
    except yaml.YAMLError as error:
        problems.add("", f"is not YAML: {' '.join(str(error).split())}.")
        return None
    except (OSError, UnicodeError) as error:
        problems.add("", f"cannot be read: {error}.")
        return None
    if not isinstance(content, dict):
        problems.add("", "does not consist of keys and values.")
        return None
    return DocumentPart(content, "", problems)
