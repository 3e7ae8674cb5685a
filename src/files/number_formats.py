"""Number formats of a workbook that show a day, or more than a number's digits."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import TypeAlias
from zipfile import ZipFile

from files.xml_stream import Budget, parse

DATE_FORMATS = frozenset([*range(14, 23), *range(27, 37), *range(45, 48)])
LONGEST_FORMAT = 255
"""The most characters in a number format."""

_NOT_FORMAT = re.compile(r'"[^"]*"|\\.|\[[^\]]*\]|[_*].')
_PIECE = re.compile(r'"([^"]*)"|\\(.)|_.|\*.|\[([^\]]*)\]|(.)', re.DOTALL)
_PLAIN = "-/() :+"
_PLACES = "0#?"
_WHOLE = re.compile("[0-9]{1,15}")

Pattern: TypeAlias = Sequence[str | None]
"""The parts that show a whole number: texts, and None for each digit."""


@dataclass(frozen=True, kw_only=True)
class DigitFormat:
    """A format of digits: ``00000``, ``000 000 0000``, ``"RIV-"0000``.

    ``least`` is the least number of digits shown; zeros are put before the number.
    """

    pattern: Pattern
    least: int

    def format_number(self, number: str) -> str:
        """Write a whole number as the workbook shows it; any other number stays."""
        if not _WHOLE.fullmatch(number):
            return number
        digits = [*number.zfill(self.least)]
        first = self.pattern.index(None)
        pieces = []
        for at in range(len(self.pattern) - 1, -1, -1):
            text = self.pattern[at]
            if text is not None:
                pieces.append(text)
            elif at == first:
                pieces.append("".join(digits))
            elif digits:
                pieces.append(digits.pop())
        return "".join(reversed(pieces)).strip()


@dataclass(frozen=True, kw_only=True)
class CellStyles:
    """The numbers of cell styles that show days, and of those with a digit format."""

    dates: frozenset[int] = frozenset()
    digits: Mapping[int, DigitFormat] = field(default_factory=dict)


def is_date_format(code: str) -> bool:
    """Whether a number format shows a day or a time."""
    return bool(re.search("[dmyhs]", _NOT_FORMAT.sub("", code).casefold()))


def digit_format(code: str) -> DigitFormat | None:
    """Read a format that shows more than a number's digits; None for any other.

    Formats with decimals, thousands, percentages or conditions are ignored.
    """
    pattern: list[str | None] = []
    zeros = ""
    for piece in _PIECE.finditer(code[:LONGEST_FORMAT]):
        quoted, escaped, bracket, character = piece.groups()
        if character == ";":
            break
        if bracket is not None and bracket[:1] in {"<", ">", "="}:
            return None
        text = quoted or escaped or ""
        if character is not None:
            if character in _PLACES:
                zeros += character
                pattern.append(None)
                continue
            if character not in _PLAIN:
                return None
            text = character
        if text:
            pattern.append(text)
    least = len(zeros) - zeros.index("0") if "0" in zeros else 0
    shows_more = least > 1 or any(text is not None for text in pattern)
    if not zeros or not shows_more:
        return None
    return DigitFormat(pattern=tuple(pattern), least=least)


def read_styles(package: ZipFile, part: str, budget: Budget) -> CellStyles:
    """Read which cell styles show a number as a day, or in a digit format."""
    dates = set(DATE_FORMATS)
    formats: dict[int, DigitFormat] = {}
    styles: list[int] = []
    within = ""

    def start(name: str, attributes: Mapping[str, str]) -> None:
        nonlocal within
        if name == "numFmt":
            own, code = int(attributes["numFmtId"]), attributes["formatCode"]
            dates.discard(own)
            if is_date_format(code):
                dates.add(own)
            elif digits := digit_format(code):
                formats[own] = digits
        elif name == "xf" and within == "cellXfs":
            styles.append(int(attributes.get("numFmtId", 0)))
        elif name in {"cellXfs", "cellStyleXfs"}:
            within = name

    def end(name: str) -> None:
        nonlocal within
        if name == within:
            within = ""

    parse(package, part, budget, start=start, end=end, text=lambda _: None)
    return CellStyles(
        dates=frozenset(at for at, style in enumerate(styles) if style in dates),
        digits={at: formats[s] for at, s in enumerate(styles) if s in formats},
    )
